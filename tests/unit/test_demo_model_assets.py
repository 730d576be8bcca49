"""The demo model's files fit together, and its answers name only what Paddock has."""

import hashlib
import json
import re
import shlex

import gguf
import pytest

from assets.demo_model import corpus, sampler
from assets.demo_model.files import CHECKSUM, GGUF, PINNED, TEMPLATE
from assets.demo_model.grammar import Choice, Slot
from assets.demo_model.questions import PINNED_CASES, held_out
from assets.demo_model.tokenizer import SPECIAL_PIECES, Tokenizer
from tray.cli import parser
from tray.models.settings import Settings

CORPUS = corpus.load()
ANSWERS = CORPUS.answers()
MENU = {
    "Open chat",
    "Start",
    "Stop",
    "Model",
    "Open model folder",
    "Copy",
    "API address",
    "API key",
    "curl example",
    "Show log",
    "Open settings file",
    "Quit",
}


@pytest.fixture(scope="module")
def reader() -> gguf.GGUFReader:
    return gguf.GGUFReader(GGUF)


def test_checksum_belongs_to_the_file() -> None:
    digest = hashlib.sha256(GGUF.read_bytes()).hexdigest()
    assert CHECKSUM.read_text(encoding="ascii") == f"{digest}  demo.gguf\n"


def test_file_is_a_small_gguf() -> None:
    content = GGUF.read_bytes()
    assert content[:4] == b"GGUF"
    assert len(content) < 1_200_000


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("general.architecture", "llama"),
        ("general.name", "Paddock demo model"),
        ("general.sampling.temp", 0.0),
        ("general.sampling.top_k", 1),
        ("llama.context_length", 1024),
        ("tokenizer.ggml.model", "llama"),
        ("tokenizer.ggml.bos_token_id", 1),
        ("tokenizer.ggml.eos_token_id", 2),
        ("tokenizer.ggml.add_space_prefix", False),
        ("tokenizer.chat_template", TEMPLATE.read_text(encoding="utf-8").rstrip("\n")),
    ],
)
def test_metadata(reader: gguf.GGUFReader, key: str, value: object) -> None:
    assert reader.fields[key].contents() == value


def test_pieces_spell_every_answer(reader: gguf.GGUFReader) -> None:
    pieces = reader.fields["tokenizer.ggml.tokens"].contents()
    tokenizer = Tokenizer(pieces)
    assert len(pieces) == 1024
    assert tuple(pieces[: len(SPECIAL_PIECES)]) == SPECIAL_PIECES
    for answer in ANSWERS.values():
        spelled = "".join(pieces[number] for number in tokenizer.encode(answer))
        raw = re.sub(r"(<0x[0-9A-F]{2}>)+", _decode_bytes, spelled)
        assert raw.replace("▁", " ") == answer


def _decode_bytes(match: re.Match[str]) -> str:
    return bytes(int(value, 16) for value in re.findall(r"0x(..)", match[0])).decode()


def test_pinned_answers_are_the_corpus_s() -> None:
    rows = json.loads(PINNED.read_text(encoding="utf-8"))
    assert [(row["intent"], row["question"]) for row in rows] == [
        (case.intent, case.question) for case in PINNED_CASES
    ]
    assert all(row["answer"] == ANSWERS[row["intent"]] for row in rows)


@pytest.mark.parametrize("intent", ANSWERS)
def test_answer_names_only_what_paddock_has(intent: str) -> None:
    answer = ANSWERS[intent]
    for entry in re.findall(r"\*\*(.+?)\*\*", answer):
        assert set(entry.split(" ▸ ")) <= MENU
    for line in re.findall(r"^(paddock .*)$|`(paddock .+?)`", answer, re.MULTILINE):
        command = shlex.split("".join(line))
        assert callable(parser().parse_args(command[1:]).command)
    for section, key in re.findall(r"`(server|models|api|metrics)\.(\w+)`", answer):
        assert key in getattr(Settings(), section).__class__.model_fields


def test_answers_exercise_markdown() -> None:
    text = "\n\n".join(ANSWERS.values())
    for mark in (r"^- ", r"^\d\. ", r"^\|---", r"^```python", r"\*\*\w", r"`\w", r"^> ", r"\]\("):
        assert re.search(mark, text, re.MULTILINE), mark


def test_sampler_reaches_every_intent() -> None:
    source = sampler.Sampler(CORPUS, seed=1)
    assert {source.draw().intent for _ in range(5000)} == set(ANSWERS)


def test_held_out_questions_are_not_in_the_corpus() -> None:
    unseen = held_out()
    assert len(unseen.on_topic) >= 40
    assert len(unseen.off_topic) >= 30
    patterns = [re.compile(_as_regex(ask)) for intent in CORPUS.intents for ask in intent.asks]
    for case in unseen.on_topic:
        question = re.sub(r"[?!.]+$", "", sampler.normalize(case.question))
        assert not any(pattern.fullmatch(question) for pattern in patterns), case.question


def _as_regex(part: "str | Slot | Choice") -> str:
    if isinstance(part, str):
        return re.escape(part)
    if isinstance(part, Slot):
        classes = CORPUS.words.classes
        return _as_regex(classes[part.name]) if part.name in classes else r"\w+"
    return f"(?:{'|'.join(''.join(map(_as_regex, option)) for option in part.options)})"
