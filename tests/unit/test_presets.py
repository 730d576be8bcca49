"""What may be done with presets, over a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from tray.infrastructure.llama.launch.extra_arguments import checked_arguments
from tray.models.chat import ChatMessage, ChatRequest, Role
from tray.models.config import KvCacheType, LlamaCppConfig
from tray.models.conversation import ChatSettings
from tray.models.failure import PaddockError
from tray.models.preset import LONGEST_NAME, MOST_PRESETS, ModelPresets, Preset
from tray.services.presets import DEMO, Lost, Presets

MODEL = "/models/a.gguf"
LONG = Preset(
    name="Long texts",
    context_size=65536,
    gpu_layers=20,
    cache_type_k=KvCacheType.Q8_0,
    margin=512,
    chat=ChatSettings(temperature=0.2, system_prompt="Be brief."),
    extra_arguments=("--no-kv-offload",),
)


class Memory:
    """Satisfies the Store port."""

    def __init__(self) -> None:
        self.kept: dict[str, ModelPresets] = {}

    def read(self, model: str) -> ModelPresets:
        return self.kept.get(model, ModelPresets())

    def all(self) -> Mapping[str, ModelPresets]:
        return self.kept

    def change(self, model: str, change: Callable[[ModelPresets], ModelPresets]) -> ModelPresets:
        self.kept[model] = change(self.read(model))
        return self.kept[model]

    def take_note(self) -> str | None:
        return None


@pytest.fixture
def presets() -> Presets:
    return Presets(Memory(), checked_arguments, lambda path: Path("/models") / path)


def names(presets: Presets) -> list[str]:
    return [preset.name for preset in presets.of(MODEL).presets]


def test_a_model_nobody_made_presets_for_starts_as_the_settings_say(presets: Presets) -> None:
    config = LlamaCppConfig(model_path=Path("a.gguf"), context_size=4096)
    assert presets.applied_to(config) == config
    assert names(presets) == ["Standard"]


def test_the_chosen_one_decides_what_it_names_and_nothing_else(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    config = LlamaCppConfig(
        model_path=Path("a.gguf"), threads=3, cache_type_v=KvCacheType.Q4_0, context_size=4096
    )
    assert presets.applied_to(config) == config, "saved is not yet chosen"
    presets.choose(MODEL, "long TEXTS")
    assert presets.applied_to(config) == config.model_copy(
        update={
            "context_size": 65536,
            "gpu_layers": 20,
            "cache_type_k": KvCacheType.Q8_0,
            "margin": 512,
            "extra_arguments": ("--no-kv-offload",),
        }
    )
    assert presets.applied_to(LlamaCppConfig()) == LlamaCppConfig(), "another model"
    assert presets.key(None) == DEMO


def test_a_relative_path_and_the_whole_one_mean_the_same_model(presets: Presets) -> None:
    assert presets.key(Path("a.gguf")) == presets.key(Path("/models/a.gguf")) == MODEL


def test_copies_have_names_of_their_own_and_stand_behind(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    presets.duplicate(MODEL, "Standard")
    presets.duplicate(MODEL, "Standard")
    assert names(presets) == ["Standard", "Standard 3", "Standard 2", "Long texts"]
    long_name = "x" * LONGEST_NAME
    presets.save(MODEL, "Long texts", LONG.model_copy(update={"name": long_name}))
    presets.duplicate(MODEL, long_name)
    assert names(presets)[-1] == "x" * (LONGEST_NAME - 2) + " 2"


def test_renaming_the_chosen_one_keeps_it_chosen(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    presets.choose(MODEL, LONG.name)
    kept = presets.save(MODEL, LONG.name, LONG.model_copy(update={"name": "Books"}))
    assert kept.chosen == "Books"
    assert presets.reset(MODEL, "Books").used == Preset(name="Books")


def test_deleting_can_be_undone_and_never_leaves_a_model_without(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    presets.choose(MODEL, LONG.name)
    assert presets.delete(MODEL, LONG.name).chosen == "Standard"
    assert presets.lost(MODEL) == Lost(LONG, by_reset=False)
    with pytest.raises(PaddockError, match="one preset at least"):
        presets.delete(MODEL, "Standard")
    assert presets.lost(MODEL) == Lost(LONG, by_reset=False), "a refused delete forgets nothing"
    presets.restore(MODEL)
    assert presets.named(MODEL, LONG.name) == LONG
    with pytest.raises(PaddockError, match="No preset was deleted or reset"):
        presets.restore(MODEL)


def test_resetting_can_be_undone_also_once_more_was_changed(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    for _ in range(2):
        presets.reset(MODEL, LONG.name)
    assert presets.named(MODEL, LONG.name) == Preset(name=LONG.name)
    assert presets.lost(MODEL) == Lost(LONG, by_reset=True), "a second reset loses nothing"
    presets.save(MODEL, LONG.name, Preset(name=LONG.name, margin=1))
    presets.restore(MODEL)
    assert presets.named(MODEL, LONG.name) == LONG
    presets.reset(MODEL, LONG.name)
    presets.save(MODEL, LONG.name, Preset(name="Renamed"))
    presets.restore(MODEL)
    assert names(presets) == ["Standard", "Renamed"]
    assert presets.lost(MODEL) is None


@pytest.mark.parametrize("name", ["standard", "Standard"])
def test_each_name_stands_once(presets: Presets, name: str) -> None:
    with pytest.raises(PaddockError, match="already"):
        presets.save(MODEL, None, Preset(name=name))
    presets.save(MODEL, None, LONG)
    with pytest.raises(PaddockError, match="already"):
        presets.save(MODEL, LONG.name, LONG.model_copy(update={"name": name}))
    assert names(presets) == ["Standard", "Long texts"]


def test_what_is_not_there_is_named(presets: Presets) -> None:
    for act in (presets.choose, presets.duplicate, presets.reset, presets.delete, presets.named):
        with pytest.raises(PaddockError, match="No preset is called Gone"):
            act(MODEL, "Gone")


@pytest.mark.parametrize("argument", ["--host=0.0.0.0", "--api-key", "--model", "rm -rf"])
def test_extra_arguments_are_checked_before_anything_is_kept(
    presets: Presets, argument: str
) -> None:
    with pytest.raises(PaddockError, match="extra argument"):
        presets.save(MODEL, None, Preset(name="Bad", extra_arguments=(argument,)))
    assert names(presets) == ["Standard"]


def test_there_is_a_limit(presets: Presets) -> None:
    for number in range(MOST_PRESETS - 1):
        presets.save(MODEL, None, Preset(name=f"p{number}"))
    with pytest.raises(PaddockError, match="too many"):
        presets.duplicate(MODEL, "p1")
    with pytest.raises(PaddockError, match="too many"):
        presets.save(MODEL, None, LONG)


def test_a_chat_begins_as_the_preset_has_it_where_it_says_nothing_itself(
    presets: Presets,
) -> None:
    asked = ChatRequest(messages=(ChatMessage(role=Role.USER, content="Hi"),), top_k=5)
    assert presets.begun(asked, Path("a.gguf")) == asked
    presets.save(MODEL, None, LONG)
    presets.choose(MODEL, LONG.name)
    begun = presets.begun(asked, Path("a.gguf"))
    assert (begun.temperature, begun.top_k) == (0.2, 5)
    assert [message.role for message in begun.messages] == [Role.SYSTEM, Role.USER]
    assert begun.messages[0].content == "Be brief."
    own = begun.model_copy(update={"temperature": 0.9})
    assert presets.begun(own, Path("a.gguf")) == own
    assert presets.begun(asked, None) == asked, "another model"


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "\x1b[31m", "x" * (LONGEST_NAME + 1)])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(ValidationError):
        Preset(name=name)


def test_undo_of_a_reset_finds_the_preset_under_its_new_name(presets: Presets) -> None:
    presets.save(MODEL, None, LONG)
    presets.reset(MODEL, LONG.name)
    presets.save(MODEL, LONG.name, Preset(name="Renamed"))
    short = Preset(name=LONG.name, context_size=512)
    presets.save(MODEL, None, short)
    restored = presets.restore(MODEL)
    assert restored.named("Renamed") == LONG.model_copy(update={"name": "Renamed"})
    assert restored.named(LONG.name) == short
