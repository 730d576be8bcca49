"""Text of unknown origin made safe to print: one line, no control characters."""

from typing import Final

_BIDI: Final = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSAFE: Final = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, *_BIDI)
_NAMED: Final = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
_TABLE: Final = {
    code: _NAMED.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
    for code in _UNSAFE
}


def escaped(text: str) -> str:
    """``text`` with C0, C1, bidi and line separating characters spelled out."""
    if text.isprintable():
        return text
    return text.translate(_TABLE).encode("utf-8", "backslashreplace").decode("utf-8")
