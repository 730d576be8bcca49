"""Code to spans of a dozen classes; no inline style.

Pygments knows hundreds of token types and lexers. A dozen classes make a
smaller page and a readable stylesheet; a list of well-used languages keeps
hostile text away from slow lexers.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from itertools import groupby
from time import thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LONGEST = 32_000
_LONGEST_LINE = 5_000
_BLANK = re.compile(r"\s+")
_LONGEST_BLANK = 200
_MANY_LINES = 100
_MOST_REPEATS = 10

_CLASS_BY_TOKEN = {
    "Token.Comment": "tok-comment",
    "Token.Comment.Preproc": "tok-meta",
    "Token.Generic.Deleted": "tok-deleted",
    "Token.Generic.Inserted": "tok-inserted",
    "Token.Generic.Heading": "tok-heading",
    "Token.Generic.Subheading": "tok-meta",
    "Token.Generic.Prompt": "tok-comment",
    "Token.Keyword": "tok-keyword",
    "Token.Keyword.Constant": "tok-constant",
    "Token.Keyword.Type": "tok-type",
    "Token.Literal.Number": "tok-number",
    "Token.Literal.String": "tok-string",
    "Token.Literal.String.Doc": "tok-comment",
    "Token.Literal.String.Escape": "tok-constant",
    "Token.Literal.String.Interpol": "tok-constant",
    "Token.Name.Attribute": "tok-attribute",
    "Token.Name.Builtin": "tok-builtin",
    "Token.Name.Class": "tok-type",
    "Token.Name.Constant": "tok-constant",
    "Token.Name.Decorator": "tok-meta",
    "Token.Name.Exception": "tok-type",
    "Token.Name.Function": "tok-function",
    "Token.Name.Namespace": "tok-type",
    "Token.Name.Tag": "tok-keyword",
    "Token.Operator.Word": "tok-keyword",
}
CLASSES = frozenset(_CLASS_BY_TOKEN.values())

_LANGUAGES = (
    "bash sh shell zsh console powershell ps1 bat cmd python py python3 pycon javascript js "
    "typescript ts jsx tsx json jsonc yaml yml toml ini html xml css scss sql c h cpp c++ cc "
    "csharp cs c# java kotlin kt scala swift objc go golang rust rs zig ruby rb php perl lua r "
    "julia haskell hs elixir erlang clojure dart nim fortran matlab diff patch dockerfile docker "
    "make makefile cmake nginx graphql protobuf proto latex tex vim nix terraform hcl glsl cuda "
    "groovy ocaml fsharp lisp scheme"
)
LANGUAGES = frozenset(_LANGUAGES.split())
_ALIASES = {"jsonc": "json", "cc": "cpp", "h": "c", "cmd": "bat", "kt": "kotlin", "patch": "diff"}

# Their expressions go over words and lines again from each word, up to a mark like "(" or ";".
_BACKTRACKING = frozenset(
    {"java", "csharp", "cs", "c#", "groovy", "hcl", "terraform", "make", "makefile"}
)
_WORDS = re.compile(r"[\w\s.$@<>?\[\]]+")
_LONGEST_WORDS = 400
_LONGEST_BACKTRACKED_LINE = 1_000
_MOST_SECONDS = 0.5
"""Of the thread's own time for one block; ordinary code takes a fifth of it at its longest."""
_TOGETHER = 64
"""Tokens that are taken between two looks at the time."""


class _TooSlow(Exception):
    """A lexer took more than its time."""


@lru_cache(maxsize=8)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(_ALIASES.get(language, language), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _css_class(token_name: str) -> str:
    while token_name:
        if token_name in _CLASS_BY_TOKEN:
            return _CLASS_BY_TOKEN[token_name]
        token_name = token_name.rpartition(".")[0]
    return ""


def _spans(pieces: Iterator[tuple[object, str]]) -> Iterator[str]:
    for css_class, group in groupby(pieces, key=lambda piece: _css_class(str(piece[0]))):
        text = escape("".join(value for _, value in group))
        yield f'<span class="{css_class}">{text}</span>' if css_class else text


def _longest(pattern: re.Pattern[str], code: str) -> int:
    return max(map(len, pattern.findall(code)), default=0)


def may_be_slow(code: str, language: str) -> bool:
    """Whether a lexer could take seconds: ever more for each line of a model in a loop.

    The text alone decides, so that an answer looks the same at every look.
    """
    lines = code.split("\n")
    backtracks = language in _BACKTRACKING
    return (
        len(code) > _LONGEST
        or max(map(len, lines)) > (_LONGEST_BACKTRACKED_LINE if backtracks else _LONGEST_LINE)
        or len(lines) > max(_MANY_LINES, _MOST_REPEATS * len(set(lines)))
        or _longest(_BLANK, code) > _LONGEST_BLANK
        or (backtracks and _longest(_WORDS, code) > _LONGEST_WORDS)
    )


def highlight(code: str, language: str) -> str:
    """``code`` as escaped HTML, with spans where ``language`` is known.

    Code past 32,000 characters, with a line past 5,000, that looks like no code or takes its
    lexer too long stays plain.
    """
    lexer = _lexer(language) if language in LANGUAGES else None
    if lexer is None or may_be_slow(code, language):
        return escape(code)
    try:
        return "".join(_spans(_in_time(lexer.get_tokens(code))))
    except _TooSlow:
        return escape(code)


def _in_time(pieces: Iterable[tuple[object, str]]) -> Iterator[tuple[object, str]]:
    """The same; what no rule about the text foresaw raises _TooSlow."""
    end = thread_time() + _MOST_SECONDS
    for number, piece in enumerate(pieces):
        if number % _TOGETHER == 0 and thread_time() > end:
            raise _TooSlow
        yield piece
