"""Draws training questions from the corpus, each with the intent that answers it."""

import re
from dataclasses import dataclass
from functools import partial
from random import Random

from assets.demo_model import invent, noise, ramble
from assets.demo_model.corpus import OFF_TOPIC, Corpus, Intent
from assets.demo_model.grammar import Choice, Filler

OFF_TOPIC_SHARE = 0.4
PAIR_SHARE = 0.4
LONG_SHARE = 0.06
QUESTION_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the chat template will hand it over, and its intent's name."""

    question: str
    intent: str


def normalize(text: str) -> str:
    """What ``chat_template.jinja`` does to the user's text; both must agree."""
    return text.lower().strip()[:QUESTION_LENGTH].strip()


class Sampler:
    """An endless source of examples, the same for the same seed."""

    def __init__(self, corpus: Corpus, seed: int) -> None:
        self._corpus = corpus
        self._rng = Random(seed)
        self._fillers = self._make_fillers()

    def _make_fillers(self) -> dict[str, Filler]:
        off = self._corpus.off_topic
        fillers: dict[str, Filler] = {
            "topic": lambda rng: rng.choice(off.topics),
            "noun": lambda rng: rng.choice(off.nouns),
            "verb": lambda rng: rng.choice(off.verbs),
            "adjective": lambda rng: rng.choice(off.adjectives),
            "name": lambda rng: rng.choice(off.names),
            "fragment": lambda rng: rng.choice(off.fragments),
            "foreign": partial(invent.foreign, off_topic=off),
            "number": invent.number,
            "nonsense": invent.nonsense,
        }
        for name, choice in self._corpus.words.classes.items():
            fillers[name] = partial(choice.draw, fillers=fillers)
        return fillers

    def draw(self) -> Example:
        """The next example; a share of ``OFF_TOPIC_SHARE`` is about anything else."""
        if self._rng.random() < OFF_TOPIC_SHARE:
            if self._rng.random() < 2 * LONG_SHARE:
                return Example(self._ramble(), OFF_TOPIC)
            return Example(self._off_topic_question(), OFF_TOPIC)
        intent = self._rng.choice(self._corpus.intents)
        question = self._question(intent)
        if self._rng.random() < LONG_SHARE:
            question = self._lengthen(question, intent)
        return Example(question, intent.name)

    def _ramble(self) -> str:
        rng = self._rng
        kind = rng.random()
        if kind < 0.3:
            text = ramble.held_key(rng)
        elif kind < 0.5:
            text = ramble.source_code(rng)
        else:
            text = ramble.prose(rng, self._off_topic_question)
        return normalize(text) or "?"

    def _lengthen(self, question: str, intent: Intent) -> str:
        others = [self._question(intent) for _ in range(self._rng.randint(1, 4))]
        joint = self._rng.choice(ramble.JOINTS)
        return normalize(joint.join([*others, question]))

    def _expand(self, choice: Choice) -> str:
        return re.sub(r"\s+", " ", choice.draw(self._rng, self._fillers)).strip()

    def _carry(self, text: str) -> str:
        return self._rng.choice(self._corpus.words.carriers).replace("{x}", text)

    def _question(self, intent: Intent) -> str:
        rng, words = self._rng, self._corpus.words
        if intent.pairs and rng.random() < PAIR_SHARE:
            pair = rng.choice(intent.pairs)
            halves = [self._expand(pair.left), self._expand(pair.right)]
            if rng.random() < 0.25:
                halves.reverse()
            filler = rng.choices(words.fillers, k=rng.choice((0, 0, 0, 1, 1, 2)))
            text = self._carry(" ".join([halves[0], *filler, halves[1]]))
        else:
            text = self._expand(rng.choice(intent.asks))
        text = noise.frame(noise.reword(text, words, rng), words, rng)
        return normalize(noise.scuff(text, rng)) or "?"

    def _off_topic_question(self) -> str:
        rng, off, words = self._rng, self._corpus.off_topic, self._corpus.words
        if rng.random() < 0.3:
            text = self._carry(self._expand(rng.choice(off.carried)))
        else:
            text = self._expand(rng.choice(off.patterns))
        if rng.random() < 0.06:
            text = text.replace(" the ", f" the {invent.nonsense(rng)} ", 1)
        if rng.random() < 0.12:
            parts = text.split(" ")
            parts.insert(rng.randint(0, len(parts)), invent.lookalike(rng, off))
            text = " ".join(parts)
        text = noise.reword(text, words, rng)
        if rng.random() < 0.4:
            text = noise.frame(text, words, rng)
        return normalize(noise.scuff(text, rng)) or "?"
