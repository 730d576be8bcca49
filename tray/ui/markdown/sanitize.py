"""The last gate: only these tags, attributes, classes and schemes pass."""

from html import escape

import nh3

from tray.ui.markdown.highlight import CLASSES
from tray.ui.markdown.links import SCHEMES
from tray.ui.markdown.math_elements import ELEMENTS

_TAG_NAMES = (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr br strong em s code pre a table thead tbody tr th "
    "td input div span figure figcaption"
)
TAGS = frozenset({*_TAG_NAMES.split(), *ELEMENTS})
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "data-host"},
    "ol": {"start"},
    "figure": {"data-language"},
    "input": {"disabled", "checked"},
    "span": {"data-source"},
}
VALUES: dict[str, dict[str, set[str]]] = {
    "a": {"target": {"_blank"}},
    "input": {"type": {"checkbox"}, "aria-label": {"done", "to do"}},
    "pre": {"tabindex": {"0"}},
    "div": {"tabindex": {"0"}},
    "span": {"tabindex": {"0"}},
    **{
        element: {name: set(values) for name, values in attributes.items()}
        for element, attributes in ELEMENTS.items()
        if attributes
    },
}
_CELLS = {"align-left", "align-center", "align-right", "long"}
ALLOWED_CLASSES: dict[str, set[str]] = {
    "a": {"image-link"},
    "div": {"table", "plain", "stream"},
    "figure": {"code"},
    "code": {"stream", "formula", "display"},
    "li": {"task"},
    "span": {"formula", "display", *CLASSES},
    "th": _CELLS,
    "td": _CELLS,
}

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(),
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=ALLOWED_CLASSES,
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel="noopener noreferrer",
)


def keeps_link(url: str) -> bool:
    """Whether ``sanitize`` leaves a link to ``url`` its target; it knows odd hosts better."""
    return " href=" in _CLEANER.clean(f'<a href="{escape(url)}">x</a>')


def sanitize(html: str) -> str:
    """``html`` reduced to the allow-list of this module."""
    return _CLEANER.clean(html)
