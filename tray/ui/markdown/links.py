"""Which link targets are allowed, and what the reader is shown of them."""

import re

_WEB = re.compile(
    r"https?://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#]|$)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"mailto:(?P<host>[^\s?@<>\"%]+@[a-z0-9.-]+)(?:\?|$)", re.IGNORECASE)

SCHEMES = frozenset({"http", "https", "mailto"})


def shown_host(url: str) -> str | None:
    """The host (or mail address) a link leads to, or ``None`` if it is refused.

    ``url`` is normalized by the parser: entities decoded, host in punycode.
    User names in front of a host are refused; they only serve to deceive.
    """
    match = _WEB.match(url) or _MAIL.match(url)
    return match["host"].lower() if match else None


def is_allowed(url: str) -> bool:
    """Whether ``url`` may become a link; anything else stays text."""
    return shown_host(url) is not None
