"""Makes a byte stream safe for the SSE decoder behind it."""

from collections.abc import Iterator

import httpx

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_LINE = 1 << 20


class LineTooLong(Exception):
    """A line passed 1 MiB: no engine sends one, and nobody could hold it."""


class FilteredStream(httpx.SyncByteStream):
    """Drops a leading byte order mark and refuses lines over 1 MiB."""

    def __init__(self, source: httpx.SyncByteStream) -> None:
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        length = 0
        head = b""
        started = False
        for data in self._source:
            if not started:
                head += data
                if len(head) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(head):
                    continue
                data, started = head.removeprefix(BYTE_ORDER_MARK), True  # noqa: PLW2901
            length = _line_length(length, data)
            yield data
        if not started and head:
            yield head

    def close(self) -> None:
        self._source.close()


def _line_length(before: int, data: bytes) -> int:
    """Length of the open line after this data; raises LineTooLong."""
    last = max(data.rfind(b"\n"), data.rfind(b"\r"))
    first = data.find(b"\n") if last >= 0 else -1
    if before + (first if first >= 0 else len(data)) > MAX_LINE:
        raise LineTooLong
    return before + len(data) if last < 0 else len(data) - last - 1
