"""HTTP with Hugging Face or a mirror: https alone, the token to nobody else, bounded waits."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tray.infrastructure.escape import escaped
from tray.infrastructure.hub.client import outgoing_client
from tray.infrastructure.hub.failures import (
    gated,
    missing,
    refused,
    strange,
    unreachable,
    untrusted,
)
from tray.models.failure import PaddockError

if TYPE_CHECKING:
    import httpx

HUGGING_FACE = "https://huggingface.co"
MOST_REDIRECTS = 5
LONGEST_WAIT = 600.0
ELSEWHERE = (403, 404, 410)
"""What a store of files says of an address that has run out, or a network of a closed one."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds before each further try, as long as nothing arrives."""
TIMEOUT = 30.0
LOOPBACK = "127.0.0.1"
UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


class Interrupted(Exception):
    """No answer, or not all of it, this time; ``wait`` is how long the server asks for, in s."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class HubConnection:
    """One hub. ``base`` is its address without a slash at its end.

    ``find_token`` is asked once, when the hub wants to know who asks. What asks to come
    back later than in ``longest_wait`` seconds fails.
    ``plain_loopback`` lets addresses of this machine be http: a test's server.
    """

    def __init__(
        self,
        base: str = HUGGING_FACE,
        find_token: Callable[[], str | None] = lambda: None,
        *,
        pauses: tuple[float, ...] = PAUSES,
        timeout: float = TIMEOUT,
        longest_wait: float = LONGEST_WAIT,
        plain_loopback: bool = False,
    ) -> None:
        self.base = base
        self.pauses = pauses
        self.timeout = timeout
        self._longest_wait = longest_wait
        self._find_token: Callable[[], str | None] | None = find_token
        self._token: str | None = None
        self._plain_loopback = plain_loopback
        self._client = outgoing_client(timeout)

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or self.base

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def get(self, path: str, start: int = 0) -> "Iterator[httpx.Response]":
        """The answer to a path below ``base``, from byte ``start`` on; its body is unread.

        Its status is 200, 206 or 416. Raises Interrupted for what may pass, while the
        body is read as well, and PaddockError for what will not.
        """
        import httpx

        url = self.base + path
        try:
            for _ in range(MOST_REDIRECTS + 1):
                self._check(url)
                request = self._client.build_request("GET", url, headers=self._headers(url, start))
                response = self._client.send(request, stream=True)
                try:
                    if response.is_redirect:
                        url = str(response.url.join(response.headers["location"]))
                        continue
                    if response.status_code in (401, 403) and self._has_token_for(url):
                        continue
                    if response.status_code in ELSEWHERE and not self._is_ours(str(response.url)):
                        raise Interrupted(f"{response.url.host} answers {response.status_code}")
                    self._judge(response)
                    yield response
                    return
                finally:
                    response.close()
        except httpx.RequestError as error:
            if UNTRUSTED in str(error):
                raise untrusted(self.host, words_of(error)) from error
            raise Interrupted(words_of(error)) from error
        except httpx.InvalidURL as error:
            raise strange(self.host, f"redirects to nowhere ({error})") from error
        raise strange(self.host, "redirects without end")

    def _has_token_for(self, url: str) -> bool:
        """Whether there is a token, found just now, to ask this address again with."""
        find = self._find_token
        if find is None or not self._is_ours(url):
            return False
        self._find_token = None
        self._token = find()
        return self._token is not None

    def _headers(self, url: str, start: int) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "paddock"}
        if start:
            headers["Range"] = f"bytes={start}-"
        if self._token and self._is_ours(url):
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _is_ours(self, url: str) -> bool:
        """Whether it is the hub itself, and not where it keeps its files."""
        return _origin(url) == _origin(self.base)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        plain = self._plain_loopback and parts.scheme == "http" and parts.hostname == LOOPBACK
        if parts.scheme != "https" and not plain:
            raise refused(
                "The download would not be encrypted",
                f"{self.host} redirects to {escaped(url)[:200]}. Paddock uses https alone.",
            )

    def _judge(self, response: "httpx.Response") -> None:
        status = response.status_code
        if status in (200, 206, 416):
            return
        path = response.url.path.removeprefix(urlsplit(self.base).path)
        page = f"{self.base}/{'/'.join(path.removeprefix('/api/models').split('/')[1:3])}"
        if status in (401, 403):
            raise gated(page, self._token is not None)
        if status in (404, 410):
            raise missing(page)
        if status in (408, 425, 429) or status >= 500:
            wait = _retry_after(response.headers)
            if wait is not None and wait > self._longest_wait:
                raise unreachable(self.host, f"it asks to come back in {wait:.0f} s")
            raise Interrupted(f"answer {status}", wait)
        raise strange(self.host, f"answers {status}")


class Patience:
    """How often a hub is asked again: anew whenever more has arrived than ever before.

    ``most`` bounds the tries where nothing has arrived that could be lost; ``failure``
    says in the end of the host, and why, that it was all in vain.
    """

    def __init__(
        self,
        connection: HubConnection,
        most: int | None = None,
        failure: Callable[[str, str], PaddockError] = unreachable,
    ) -> None:
        self._host = connection.host
        self._pauses = connection.pauses[:most]
        self._failure = failure
        self._tries = 0
        self._furthest = 0

    def arrived(self, size: int) -> None:
        """``size`` bytes are here now."""
        if size > self._furthest:
            self._furthest = size
            self._tries = 0

    def pause(self, interruption: Interrupted) -> float:
        """Seconds to wait before the next try. Raises PaddockError when it was the last."""
        if self._tries >= len(self._pauses):
            raise self._failure(self._host, interruption.reason) from interruption
        pause = self._pauses[self._tries]
        self._tries += 1
        return pause if interruption.wait is None else interruption.wait

    def wait(self, interruption: Interrupted, tell: Callable[[str], None]) -> None:
        """Until the next try; ``tell`` hears why and how long. Raises as ``pause`` does."""
        seconds = self.pause(interruption)
        tell(f"{interruption.reason}; trying again in {seconds:.0f} s")
        time.sleep(seconds)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _retry_after(headers: "httpx.Headers") -> float | None:
    """Seconds from "30" or from a date, by the server's own clock; ``None`` for anything else."""
    from email.utils import parsedate_to_datetime

    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return None


def words_of(error: Exception) -> str:
    """What an error of the network says, as a part of a sentence."""
    return escaped(str(error)).rstrip(".") or type(error).__name__
