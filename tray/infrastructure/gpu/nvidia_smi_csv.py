"""Pure reading of what ``nvidia-smi --query-gpu=... --format=csv`` prints.

The program prints errors on standard output too, so every line is either a row,
a header, blank, or some text that is kept for the log. A cell that is no number
(``[N/A]``, ``[Not Supported]``, ``[Unknown Error]``, ``N/A``) is unknown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tray.models.metrics import GpuMetrics

QUERY = (
    "index",
    "name",
    "utilization.gpu",
    "memory.used",
    "memory.total",
    "temperature.gpu",
    "power.draw",
)
_NUMBER = re.compile(r"(-?[0-9]{1,12}(?:\.[0-9]{1,6})?) ?(%|[KMG]i?B|B|W|C|MHz)?")
_UNKNOWN = re.compile(r"\[[^\[\]]*\]|N/A|ERR!|Unknown Error|Not Supported")
_HEADER_CELL = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?: \[[A-Za-z%]+\])?")
_NAME_COLUMNS = ("name", "gpu_name")
_BYTES = {"B": 1, "KB": 2**10, "KiB": 2**10, "MB": 2**20, "MiB": 2**20, "GB": 2**30, "GiB": 2**30}
_HIGHEST_INDEX = 1023
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class SmiComplaint:
    """The program printed no row; ``text`` is what it printed instead."""

    text: str

    @property
    def no_devices(self) -> bool:
        """Whether it says that there is simply no GPU."""
        return self.text.strip().lower().startswith("no devices were found")


class SmiCsv:
    """Reads one line after the other; a header line renames the columns."""

    def __init__(self, columns: Sequence[str] = QUERY) -> None:
        self._columns = tuple(columns)
        self._rows = 0

    def feed(self, line: str) -> GpuMetrics | SmiComplaint | None:
        """Give the row of one line, its text if it is no row, ``None`` if it holds no data."""
        text = line.strip()
        if not text:
            return None
        cells = [cell.strip() for cell in text.split(",")]
        header = _header(cells)
        if header:
            self._columns = header
            self._rows = 0
            return None
        if len(cells) != len(self._columns):
            return SmiComplaint(text[:_LONGEST_TEXT])
        return self._row(dict(zip(self._columns, cells, strict=True)), text)

    def _row(self, cells: dict[str, str], text: str) -> GpuMetrics | SmiComplaint:
        index = self._index(cells)
        if index is None or not any(_is_value(cell) for cell in cells.values()):
            return SmiComplaint(text[:_LONGEST_TEXT])
        self._rows += 1
        total = _bytes(cells.get("memory.total"))
        used = _bytes(cells.get("memory.used"))
        if not total:
            total = None
        if used is not None and total is not None and used > total:
            used = None
        return GpuMetrics(
            index=index,
            name=_name(cells) or f"NVIDIA GPU {index}",
            load_percent=_within(cells.get("utilization.gpu"), 0, 100),
            vram_used=used,
            vram_total=total,
            temperature_celsius=_within(cells.get("temperature.gpu"), -60, 250),
            power_watts=_within(cells.get("power.draw"), 0, 10_000),
        )

    def _index(self, cells: dict[str, str]) -> int | None:
        text = cells.get("index", str(self._rows))
        if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > _HIGHEST_INDEX:
            return None
        return int(text)


def parse(text: str, columns: Sequence[str] = QUERY) -> tuple[GpuMetrics, ...] | SmiComplaint:
    """Read a whole output: the last row of each GPU, by index, or the complaint.

    ``columns`` are the queried fields in order; a header in the text wins.
    Without an ``index`` column rows are numbered as they come.
    """
    stream = SmiCsv(columns)
    rows: dict[int, GpuMetrics] = {}
    complaints: list[str] = []
    for line in text.splitlines():
        match stream.feed(line):
            case GpuMetrics() as row:
                rows[row.index] = row
            case SmiComplaint(text=said):
                complaints.append(said)
    if rows:
        return tuple(rows[index] for index in sorted(rows))
    return SmiComplaint(" ".join(complaints)[:_LONGEST_TEXT])


def _header(cells: list[str]) -> tuple[str, ...] | None:
    found = [_HEADER_CELL.fullmatch(cell) for cell in cells]
    names = tuple(match.group(1) for match in found if match)
    known = any(name in QUERY or name.startswith(("memory.", "utilization.")) for name in names)
    return names if known and len(names) == len(cells) else None


def _name(cells: dict[str, str]) -> str | None:
    for column in _NAME_COLUMNS:
        text = "".join(letter for letter in cells.get(column, "") if letter.isprintable())
        if text and not _UNKNOWN.fullmatch(text):
            return text[:96]
    return None


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _UNKNOWN.fullmatch(cell))


def _within(cell: str | None, lowest: float, highest: float) -> float | None:
    match = _NUMBER.fullmatch(cell or "")
    if not match:
        return None
    number = float(match.group(1))
    return number if lowest <= number <= highest else None


def _bytes(cell: str | None) -> int | None:
    match = _NUMBER.fullmatch(cell or "")
    unit = _BYTES.get((match.group(2) or "MiB") if match else "")
    if not match or unit is None or match.group(1).startswith("-"):
        return None
    return int(float(match.group(1)) * unit)
