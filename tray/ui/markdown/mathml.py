"""Formulas as MathML of a short allow-list, or as code where that does not work.

latex2mathml is small, pure Python and knows what models write; but it is lenient:
it passes on attributes and text as they come. So only its tree is taken, and
written anew. Macros are refused: they double with every step, as does ``\\sideset``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from tray.ui.markdown.math_elements import ELEMENTS, SPACES

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEEPEST = 60
_FITS = 24
"""Characters of source that need no scrolling even in a small window with large text."""

_REFUSED = re.compile(r"\\(?:def|newcommand|newenvironment|DeclareMathOperator|sideset)")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{\s*([a-zA-Z]+)(\*?)\s*\}(?:\[[tbc]\]|\{\d\})?")
_ALIGNED = frozenset({"align", "aligned", "alignat", "alignedat", "eqnarray", "split", "flalign"})
_GATHERED = frozenset({"gather", "gathered", "multline", "multlined"})
_PLAIN = frozenset({"equation", "displaymath", "math"})
_UNKNOWN = re.compile(r"\\[a-zA-Z]|&\Z")
_UPRIGHT = re.compile(r"&#x000[4-7][0-9A-F];")
_INFINITY = "&#x0221E;"
_LENGTH = re.compile(r"([+-]?\d*\.?\d+)\s*(em|ex|mu|pt|px|cm|mm|in)")
_EMS = {"em": 1.0, "ex": 0.5, "mu": 1 / 18, "pt": 0.1, "px": 0.07, "cm": 2.8, "mm": 0.28, "in": 7.0}
_NAMED = {
    "negativethinmathspace": -0.167,
    "negativemediummathspace": -0.222,
    "negativethickmathspace": -0.278,
    "thinmathspace": 0.167,
    "thickmathspace": 0.278,
}
_TOKENS = frozenset({"mi", "mn", "mo", "mtext"})

_LETTERS = {
    "bold": "mathbf",
    "bold-italic": "mathbfit",
    "double-struck": "mathbb",
    "script": "mathcal",
    "fraktur": "mathfrak",
    "sans-serif": "mathsf",
    "sans-serif-italic": "mathsfit",
    "monospace": "mathtt",
}

_CHILDREN = dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2) | dict.fromkeys(
    ("msubsup", "munderover"), 3
)
_UNDER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_LIMITS = frozenset({"lim", "max", "min", "sup", "inf"})


class _NotMath(Exception):
    """The source has no MathML that would show what was meant."""


@lru_cache(maxsize=256)
def formula_html(source: str) -> str:
    """HTML of a formula, delimiters included; never raises."""
    edge = 1 if source[1:2] != "$" and source.startswith("$") else 2
    displayed = source.startswith(("$$", "\\["))
    latex = source[edge:-edge].strip()
    kind = "formula display" if displayed else "formula"
    try:
        math = _math(latex, displayed)
    # Whatever a hostile formula makes of the library's lookups and recursion.
    except Exception:  # noqa: BLE001 - the source is shown instead
        return f'<code class="{kind}">{escape(source)}</code>'
    stop = ' tabindex="0"' if len(latex) > _FITS else ""
    return f'<span class="{kind}" data-source="{escape(source)}"{stop}>{math}</span>'


def _math(latex: str, displayed: bool) -> str:
    # Its table of symbols takes a moment and a megabyte or two.
    from latex2mathml.converter import convert_to_element

    if not latex or _REFUSED.search(latex):
        raise _NotMath
    tree = convert_to_element(_prepared(latex), display="block" if displayed else "inline")
    return "".join(_written(tree, 0))


def _prepared(latex: str) -> str:
    """The same formula with environments latex2mathml knows; lines without one get one."""
    if "\\\\" in latex and "\\begin" not in latex:
        latex = f"\\begin{{align*}}{latex}\\end{{align*}}"
    return _ENVIRONMENT.sub(_environment, latex)


def _environment(match: re.Match[str]) -> str:
    end, name, star = match[1], match[2], match[3]
    if name in _PLAIN:
        return "{" if end == "begin" else "}"
    if name in _ALIGNED:
        return f"\\{end}{{align*}}"
    if name in _GATHERED:
        return f"\\{end}{{matrix}}"
    return f"\\{end}{{{name.removeprefix('d') if name == 'dcases' else name}{star}}}"


def _written(element: "Element", depth: int) -> Iterator[str]:
    name = _with_limits(element)
    complete = len(element) == _CHILDREN.get(name, len(element))
    if depth > DEEPEST or name not in ELEMENTS or not complete:
        raise _NotMath
    raw = element.text or ""
    yield f"<{name}{_attributes(element, raw)}>"
    if name in _TOKENS:
        yield escape(_text(element, raw), quote=False)
    for child in element:
        yield from _written(child, depth + 1)
    yield f"</{name}>"


def _with_limits(element: "Element") -> str:
    """The element's name; what stands at "lim" goes under it, where there is room."""
    if element.tag in _UNDER and len(element) and element[0].text in _LIMITS:
        element[0].set("movablelimits", "true")
        return _UNDER[element.tag]
    # It is a number, not a sign between two; that would get space on both sides.
    return "mi" if element.text == _INFINITY and not element.attrib else element.tag


def _attributes(element: "Element", raw: str) -> str:
    given = dict(element.attrib)
    if element.tag == "mi" and _UPRIGHT.fullmatch(raw):
        given["mathvariant"] = "normal"
    if element.tag == "mspace":
        given["width"] = _space(given.get("width", ""))
    if element.tag == "mpadded":
        given = {key: value.removesuffix("px") for key, value in given.items()}
    allowed = ELEMENTS[element.tag]
    return "".join(
        f' {key}="{value}"' for key, value in given.items() if value in allowed.get(key, ())
    )


def _text(element: "Element", raw: str) -> str:
    text = unescape(raw)
    if element.tag in ("mi", "mo") and _UNKNOWN.search(text):
        raise _NotMath
    letters = _LETTERS.get(element.get("mathvariant", ""))
    return text if letters is None or element.tag == "mtext" else _lettered(text, letters)


def _lettered(text: str, command: str) -> str:
    """Browsers know no ``mathvariant`` but "normal": letters have code points of their own."""
    from latex2mathml.symbols_parser import convert_symbol

    points = [convert_symbol(f"\\{command}{{{character}}}") for character in text]
    return "".join(chr(int(p, 16)) if p else c for p, c in zip(points, text, strict=True))


def _space(width: str) -> str:
    """The nearest width a space may have; empty for none."""
    length = _LENGTH.fullmatch(width)
    ems = float(length[1]) * _EMS[length[2]] if length else _NAMED.get(width, 0.0)
    nearest = min((0.0, *SPACES), key=lambda space: abs(space - ems))
    return f"{nearest}em" if nearest else ""
