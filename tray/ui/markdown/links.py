"""Which link targets are allowed, and what the reader is shown of them."""

import re

_WEB = re.compile(
    r"https?://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#]|$)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_BYTE = r"(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])"
_IPV4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
_MAIL = re.compile(r"mailto:(?P<host>[^\s?@<>\"%]+@[a-z0-9.-]+)(?:\?|$)", re.IGNORECASE)

SCHEMES = frozenset({"http", "https", "mailto"})


def shown_host(url: str) -> str | None:
    """The host (or mail address) a link leads to, or ``None`` if it is refused.

    ``url`` is normalized by the parser: entities decoded, host in punycode.
    User names in front of a host are refused, and addresses in any but the usual
    four numbers ("0x7f.1", "2130706433"): they only serve to deceive.
    """
    match = _WEB.match(url) or _MAIL.match(url)
    if match is None or _hides_address(match["host"]):
        return None
    return match["host"].lower()


def _hides_address(host: str) -> bool:
    """Whether browsers read a number as the host's address and show another text."""
    last = host.removesuffix(".").rpartition(".")[2]
    return bool(_NUMBER.fullmatch(last)) and not _IPV4.fullmatch(host)


def is_allowed(url: str) -> bool:
    """Whether ``url`` may become a link; anything else stays text."""
    return shown_host(url) is not None
