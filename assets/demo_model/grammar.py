"""Small text grammars: ``(a|b|)`` chooses, ``{name}`` asks a slot, the rest is text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

Filler = Callable[[Random], str]


@dataclass(frozen=True, slots=True)
class Slot:
    """A named gap, filled anew at every draw."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of equal weight; each is a sequence of parts."""

    options: tuple[tuple["Part", ...], ...]

    def draw(self, rng: Random, fillers: Mapping[str, Filler]) -> str:
        """One random text; a slot's name must be a key of ``fillers``."""
        return "".join(_draw_part(part, rng, fillers) for part in rng.choice(self.options))

    def slots(self) -> frozenset[str]:
        """Names of every slot below."""
        found: set[str] = set()
        for option in self.options:
            for part in option:
                if isinstance(part, Slot):
                    found.add(part.name)
                elif isinstance(part, Choice):
                    found |= part.slots()
        return frozenset(found)


Part = str | Slot | Choice


def _draw_part(part: Part, rng: Random, fillers: Mapping[str, Filler]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Slot):
        return fillers[part.name](rng)
    return part.draw(rng, fillers)


def parse(text: str) -> Choice:
    """Compiles one grammar; ``ValueError`` when a parenthesis or brace is left open."""
    choice, end = _parse_choice(text, 0)
    if end != len(text):
        raise ValueError(f"unexpected ')' at {end} in {text!r}")
    return choice


def _parse_choice(text: str, start: int) -> tuple[Choice, int]:
    options: list[tuple[Part, ...]] = []
    at = start
    while True:
        parts, at = _parse_sequence(text, at)
        options.append(parts)
        if at == len(text) or text[at] == ")":
            return Choice(tuple(options)), at
        at += 1


def _parse_sequence(text: str, start: int) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    at = start
    while at < len(text) and text[at] not in "|)":
        if text[at] == "(":
            choice, at = _parse_choice(text, at + 1)
            if at == len(text):
                raise ValueError(f"missing ')' in {text!r}")
            parts.append(choice)
            at += 1
        elif text[at] == "{":
            end = text.index("}", at)
            parts.append(Slot(text[at + 1 : end]))
            at = end + 1
        else:
            end = next((i for i in range(at, len(text)) if text[i] in "(|){"), len(text))
            parts.append(text[at:end])
            at = end
    return tuple(parts), at
