"""Presets: how one model is launched and how new chats with it begin."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tray.models.base import Frozen
from tray.models.config import KvCacheType, LlamaCppConfig, Mebibytes
from tray.models.conversation import ChatSettings

STANDARD = "Standard"
LONGEST_NAME = 60
MOST_PRESETS = 50
_LAUNCH = (
    *("context_size", "gpu_layers", "cache_type_k", "cache_type_v", "margin"),
    "extra_arguments",
)
PresetName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class Preset(Frozen):
    """What is ``None`` stays as the settings have it; ``chat`` is how new chats begin."""

    name: PresetName = STANDARD
    context_size: Annotated[int, Field(ge=64, lt=1 << 31)] | None = None
    gpu_layers: Literal["auto"] | Annotated[int, Field(ge=0, lt=1 << 31)] | None = None
    cache_type_k: KvCacheType | None = None
    cache_type_v: KvCacheType | None = None
    margin: Mebibytes | None = None
    extra_arguments: Annotated[tuple[str, ...], Field(max_length=200)] | None = None
    chat: ChatSettings = ChatSettings()

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        if name != name.strip() or not name.isprintable():
            raise ValueError("no spaces at its ends, no control characters")
        return name

    def applied_to(self, config: LlamaCppConfig) -> LlamaCppConfig:
        """``config`` with what this preset decides."""
        chosen = {name: value for name in _LAUNCH if (value := getattr(self, name)) is not None}
        return config.model_copy(update=chosen)

    def reset(self) -> "Preset":
        """The same name and nothing chosen."""
        return Preset(name=self.name)


class ModelPresets(Frozen):
    """The presets of one model, never empty, each name once; ``chosen`` names the one used."""

    chosen: PresetName = STANDARD
    presets: Annotated[tuple[Preset, ...], Field(min_length=1, max_length=MOST_PRESETS)] = (
        Preset(),
    )

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [preset.name.casefold() for preset in self.presets]
        if len(set(names)) < len(names):
            raise ValueError("each name once")
        if all(preset.name != self.chosen for preset in self.presets):
            raise ValueError("the chosen one is among them")
        return self

    @property
    def used(self) -> Preset:
        """The one a start takes."""
        return next(preset for preset in self.presets if preset.name == self.chosen)

    def named(self, name: str) -> Preset | None:
        wanted = name.casefold()
        return next((preset for preset in self.presets if preset.name.casefold() == wanted), None)


class PresetsRequest(Frozen):
    """``model`` as in StartRequest."""

    model: str | None = None


class PresetRequest(Frozen):
    """One preset of a model, by name."""

    model: str | None = None
    name: PresetName


class SavePresetRequest(Frozen):
    """``name`` is the one it has so far, ``None`` for a new one."""

    model: str | None = None
    name: PresetName | None = None
    preset: Preset


class ShownPresets(Frozen):
    """The presets of one model; ``note`` says once what happened to their file.

    ``model`` is the value StartRequest takes. ``can_restore`` names the preset that
    was deleted last, or with ``was_reset`` reset, and can be brought back.
    """

    model: str
    chosen: str
    presets: tuple[Preset, ...]
    can_restore: str | None = None
    was_reset: bool = False
    note: str | None = None


class CommandLine(Frozen):
    """What one could type instead, never with a key; ``for_shell`` alone reads it, if given."""

    text: str
    for_shell: str | None = None
