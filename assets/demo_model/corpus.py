"""Reads the corpus: what each intent answers and how people ask for it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assets.demo_model.files import CORPUS
from assets.demo_model.grammar import Choice, parse

INTENT_FILES = ("smalltalk", "product", "models", "server", "tuning", "api")
OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two halves of a question, joined in either order inside a neutral carrier."""

    left: Choice
    right: Choice


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing people ask for, and the one Markdown text that answers it."""

    name: str
    answer: str
    asks: tuple[Choice, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Questions about anything else, and the one answer they get."""

    answer: str
    patterns: tuple[Choice, ...]
    carried: tuple[Choice, ...]
    topics: tuple[str, ...]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    adjectives: tuple[str, ...]
    names: tuple[str, ...]
    fragments: tuple[str, ...]
    foreign: tuple[str, ...]
    lookalike_stems: tuple[str, ...]
    lookalike_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Word classes for the grammars, and the noise laid over every question."""

    classes: Mapping[str, Choice]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    carriers: tuple[str, ...]
    fillers: tuple[str, ...]
    droppable: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything the model learns from."""

    intents: tuple[Intent, ...]
    off_topic: OffTopic
    words: Words

    def answers(self) -> dict[str, str]:
        """Intent name to answer, the off-topic one among them."""
        named = {intent.name: intent.answer for intent in self.intents}
        return named | {OFF_TOPIC: self.off_topic.answer}


def load(folder: Path = CORPUS) -> Corpus:
    """Reads and compiles the whole corpus."""
    intents = tuple(
        _intent(name, table)
        for file in INTENT_FILES
        for name, table in tomllib.loads((folder / f"{file}.toml").read_text("utf-8")).items()
    )
    return Corpus(intents, _off_topic(folder), _words(folder))


def _lines(text: str) -> tuple[Choice, ...]:
    return tuple(parse(line) for line in text.splitlines() if line.strip())


def _intent(name: str, table: dict[str, object]) -> Intent:
    pairs = table.get("pairs", [])
    if not isinstance(pairs, list):
        raise TypeError(f"{name}: pairs must be an array of tables")
    return Intent(
        name=name,
        answer=str(table["answer"]),
        asks=_lines(str(table["asks"])),
        pairs=tuple(Pair(parse(pair["left"]), parse(pair["right"])) for pair in pairs),
    )


def _off_topic(folder: Path) -> OffTopic:
    table = tomllib.loads((folder / "off_topic.toml").read_text("utf-8"))
    return OffTopic(
        answer=table["answer"],
        patterns=_lines(table["patterns"]),
        carried=_lines(table["carried"]),
        topics=tuple(t for line in table["topics"].split("\n") for t in line.split("|") if t),
        nouns=tuple(table["nouns"].split()),
        verbs=tuple(table["verbs"].split()),
        adjectives=tuple(table["adjectives"].split()),
        names=tuple(table["names"].split()),
        fragments=tuple(table["fragments"]),
        foreign=tuple(table["foreign"]),
        lookalike_stems=tuple(table["lookalike_stems"].split()),
        lookalike_endings=tuple(table["lookalike_endings"].split()),
    )


def _words(folder: Path) -> Words:
    table = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    return Words(
        classes={name: parse(text) for name, text in table["classes"].items()},
        openers=tuple(table["openers"]["all"].split("|")),
        closers=tuple(table["closers"]["all"].split("|")),
        carriers=tuple(table["carriers"]["all"].split("|")),
        fillers=tuple(table["fillers"]["all"].split()),
        droppable=frozenset(table["droppable"]["all"].split()),
        synonyms={word: tuple(text.split("|")) for word, text in table["synonyms"].items()},
    )
