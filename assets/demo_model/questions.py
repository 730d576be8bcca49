"""The questions the model is measured with: unseen ones, and pinned ones."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.demo_model.corpus import OFF_TOPIC
from assets.demo_model.files import HELD_OUT, PINNED


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the intent whose answer it should get."""

    intent: str
    question: str


PINNED_CASES = (
    Case("overview", "What can Paddock do?"),
    Case("add_model", "How do I add my own model?"),
    Case("gpu", "How do I use my GPU?"),
    Case("greeting", "Hello"),
    Case("identity", "Who are you?"),
    Case("api", "Show me a curl example"),
    Case("python", "How do I use Paddock from Python?"),
    Case("which_model", "Which model should I use?"),
    Case("settings", "Where are the settings?"),
    Case("stop", "How do I stop the server?"),
    Case("privacy", "Is my data private?"),
    Case("lan", "Can I use it from my phone?"),
    Case("markdown", "Show me some markdown"),
    Case("metrics", "Show me the GPU load"),
    Case(OFF_TOPIC, "What is the capital of France?"),
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Unseen questions: about Paddock, about anything else, and long or strange ones."""

    on_topic: tuple[Case, ...]
    off_topic: tuple[Case, ...]
    strange: tuple[Case, ...]


def held_out(path: Path = HELD_OUT) -> HeldOut:
    """Reads the unseen questions."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return HeldOut(
        tuple(Case(name, text) for name, texts in table["on_topic"].items() for text in texts),
        tuple(Case(OFF_TOPIC, text) for text in table["off_topic"]),
        tuple(Case(OFF_TOPIC, text) for text in table["strange"]),
    )


def pin(cases: Sequence[Case], answers: Mapping[str, str], path: Path = PINNED) -> None:
    """Writes questions with their exact answers, for the engine tests."""
    rows = [
        {"question": case.question, "intent": case.intent, "answer": answers[case.intent]}
        for case in cases
    ]
    text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
