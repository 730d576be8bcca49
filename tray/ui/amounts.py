"""Pure: sizes and lines of facts in words, as every surface shows them.

Sizes are binary (1 GiB = 2**30 bytes), as GPU makers count memory. What could not be
measured reads "–", never 0.
"""

from collections.abc import Iterable

UNKNOWN = "–"
SEPARATOR = " · "


def size(count: int | None) -> str:
    """Bytes -> "5.1 GiB", or "612 MiB" below one GiB."""
    if count is None:
        return UNKNOWN
    if count >= 2**30:
        return f"{count / 2**30:.1f} GiB"
    return f"{count / 2**20:.0f} MiB"


def pace(bytes_per_second: float) -> str:
    """ "11.3 MiB/s", or "612 KiB/s" below one MiB."""
    if bytes_per_second >= 2**20:
        return f"{bytes_per_second / 2**20:.1f} MiB/s"
    return f"{bytes_per_second / 2**10:.0f} KiB/s"


def speed(tokens_per_second: float, decimal_below: int = 100) -> str:
    """ "54.3 tokens/s", "2,309 tokens/s"."""
    digits = 1 if tokens_per_second < decimal_below else 0
    return f"{tokens_per_second:,.{digits}f} tokens/s"


def joined(parts: Iterable[str | None]) -> str:
    """The parts that say something, in one line."""
    return SEPARATOR.join(part for part in parts if part)
