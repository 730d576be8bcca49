"""The recorded answer: any number of tokens of what models write, the same every time.

Imports nothing of ours and nothing heavy: the engine's stand-in runs it.
"""

from __future__ import annotations

import random
import re

_TOKEN = re.compile(r"\n+| ?[^\W\d_]{1,7}| ?\d{1,3}| +| ?[^\w\s]{1,2}|.", re.DOTALL)
_WORD_LIST = (
    "the of and to in is that it for was on are as with they at be this from have or by one had "
    "not but what all were when we there can an your which their said if do will each about how "
    "up out them then she many some so these would other into has more her two like him see time "
    "could no make than first been its who now people my made over did down only way find use may "
    "water long little very after words called just where most know model memory layer token value "
    "context server window thread process request answer measure message function buffer index"
)
_WORDS = _WORD_LIST.split()
_CODE = {
    "python": "def {a}_{b}(values: list[int]) -> int:\n"
    '    """Return the {a} of {b}."""\n'
    "    total = sum(value * {n} for value in values if value % {n})\n"
    '    return total if total else -1  # "{a}"\n\n',
    "rust": 'fn {a}_{b}(values: &[i64]) -> Option<i64> {{\n    let label = "{a}";\n'
    "    values.iter().map(|value| value * {n}).max().filter(|_| !label.is_empty())\n}}\n\n",
    "json": '{{\n  "{a}": {n},\n  "{b}": [true, null, {n}.5, "{a}"]\n}}\n',
}


def answer_section(number: int) -> str:
    """One section of about 250 words, the same for the same number."""
    return _section(random.Random(number), number)


def answer_tokens(tokens: int, seed: int = 11434) -> list[str]:
    """Markdown in pieces of four characters or so, as tokenizers cut.

    Prose, lists, code, tables, quotes, formulas.
    """
    chance = random.Random(seed)
    found: list[str] = []
    number = 0
    while len(found) < tokens:
        number += 1
        found += _TOKEN.findall(_section(chance, number))
    return found[:tokens]


def _section(chance: random.Random, number: int) -> str:
    parts = [
        f"## {number}. {_phrase(chance, 4).title()}\n",
        _paragraph(chance),
        _list(chance),
        _paragraph(chance),
        _code(chance),
        _paragraph(chance),
    ]
    extra = (_table, _quote, _formula)[number % 3]
    return "\n".join([*parts, extra(chance), _paragraph(chance)]) + "\n"


def _phrase(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS, k=chance.randint(7, 18))
    at = chance.randrange(len(words))
    word = words[at]
    words[at] = chance.choice([word, f"**{word}**", f"`{word}()`", f"*{word}*", f"{word},"])
    if chance.random() < 0.08:
        words.append(f"[{word}](https://example.org/{word})")
    return " ".join(words).capitalize() + "."


def _paragraph(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 6))) + "\n"


def _list(chance: random.Random) -> str:
    lines = []
    for number in range(1, chance.randint(4, 7)):
        lines.append(f"{number}. **{_phrase(chance, 2)}**: {_sentence(chance)}")
        lines += [f"   - {_sentence(chance)}" for _ in range(chance.randint(0, 2))]
    return "\n".join(lines) + "\n"


def _code(chance: random.Random) -> str:
    language = chance.choice(list(_CODE))
    body = "".join(
        _CODE[language].format(
            a=chance.choice(_WORDS), b=chance.choice(_WORDS), n=chance.randint(2, 99)
        )
        for _ in range(chance.randint(2, 6))
    )
    return f"```{language}\n{body}```\n"


def _table(chance: random.Random) -> str:
    rows = [
        f"| {_phrase(chance, 2)} | {chance.randint(1, 999)} | `{chance.choice(_WORDS)}` |"
        for _ in range(chance.randint(4, 9))
    ]
    return "\n".join(["| what | how many | name |", "|:--|--:|:-:|", *rows]) + "\n"


def _quote(chance: random.Random) -> str:
    return f"> {_sentence(chance)} {_sentence(chance)}\n"


def _formula(chance: random.Random) -> str:
    number = chance.randint(2, 9)
    display = rf"$$\sum_{{i=1}}^{{n}} i^{number} = \frac{{n^{{{number}}} (n + 1)}}{{{number}}}$$"
    return rf"Where \(x_{number} < {number}\):" + f"\n\n{display}\n"
