"""Long and strange input: pasted prose, source code, keys held down."""

from collections.abc import Callable
from random import Random

from assets.demo_model import invent
from assets.demo_model.noise import LETTERS

UNITS = [*LETTERS, *"0123456789?!.-_ 日ж", "ha", "la ", "x ", "no ", "1 ", "test ", "12", "abc "]
JOINTS = (". ", ", ", " and ", "\n", "; ", ": ", " because ", " but ")
CODE = (
    "def {a}({b}):",
    "    return {b} + {n}",
    "for {b} in range({n}):",
    "    print({a}({b}))",
    "if ({a} == {n}) {{",
    "int {a} = {n};",
    "const {a} = () => {b};",
    "<div class='{a}'>{b}</div>",
    "select {a} from {b} where id = {n};",
    "# {a} {b} {a}",
    'file "{a}.py", line {n}, in {b}',
    "traceback (most recent call last):",
    "valueerror: {a} {b}",
    '{{"{a}": {n}, "{b}": null}}',
    "import {a}",
    "$ {a} --{b}={n}",
)


def held_key(rng: Random) -> str:
    """One thing over and over."""
    unit: str = rng.choice(UNITS)
    return unit * rng.randint(3, 160)


def source_code(rng: Random) -> str:
    """Lines that look like code, a log or a data file."""
    lines = [
        line.format(a=invent.nonsense(rng), b=invent.nonsense(rng), n=invent.number(rng))
        for line in rng.choices(CODE, k=rng.randint(1, 8))
    ]
    return "\n".join(lines)


def prose(rng: Random, sentence: Callable[[], str]) -> str:
    """Several sentences, as people paste them."""
    sentences = [sentence() for _ in range(rng.randint(2, 8))]
    return "".join(part + rng.choice(JOINTS) for part in sentences)
