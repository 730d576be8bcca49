"""The MathML an answer may contain. Nothing in it can be placed outside its formula."""

SPACES = (-0.278, -0.167, 0.167, 0.222, 0.278, 0.5, 1.0, 2.0)
"""Widths in em that a space may have: none can push text over other text."""

_BOOLEAN = frozenset({"true", "false"})
_SIZES = frozenset({"1.2em", "1.623em", "2.047em", "2.470em"})
_GAPS = frozenset({"0em", "0.05em", "0.17em", "0.22em"})
_STRIKES = ("box", "updiagonalstrike", "downdiagonalstrike", "horizontalstrike")
ELEMENTS: dict[str, dict[str, frozenset[str]]] = {
    "math": {"display": frozenset({"block"})},
    "mrow": {},
    "mi": {"mathvariant": frozenset({"normal"})},
    "mn": {},
    "mo": {
        "stretchy": _BOOLEAN,
        "fence": _BOOLEAN,
        "separator": _BOOLEAN,
        "largeop": _BOOLEAN,
        "movablelimits": _BOOLEAN,
        "form": frozenset({"prefix", "postfix", "infix"}),
        "minsize": _SIZES,
        "maxsize": _SIZES,
        "lspace": _GAPS,
        "rspace": _GAPS,
    },
    "mtext": {"mathvariant": frozenset({"bold", "italic", "monospace", "sans-serif"})},
    "mspace": {"width": frozenset(f"{width}em" for width in SPACES)},
    "mfrac": {"linethickness": frozenset({"0"})},
    "msqrt": {},
    "mroot": {},
    "msub": {},
    "msup": {},
    "msubsup": {},
    "munder": {},
    "mover": {"accent": _BOOLEAN},
    "munderover": {},
    "mtable": {"displaystyle": _BOOLEAN},
    "mtr": {},
    "mtd": {"columnalign": frozenset({"left", "right", "center"})},
    "mstyle": {"displaystyle": _BOOLEAN, "scriptlevel": frozenset({"0", "1", "2"})},
    "mpadded": {name: frozenset({"0"}) for name in ("width", "height", "depth")},
    "mphantom": {},
    "menclose": {"notation": frozenset({*_STRIKES, " ".join(_STRIKES[1:3])})},
}
"""Every element and the values its attributes may have."""
