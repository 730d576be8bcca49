"""What may be done with the presets of a model. Where they are kept is behind a port."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from tray.models.chat import ChatMessage, ChatRequest, Role
from tray.models.config import LlamaCppConfig
from tray.models.conversation import ChatSettings
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.preset import LONGEST_NAME, MOST_PRESETS, ModelPresets, Preset

DEMO = "demo"
"""What the presets of the built-in model are kept under."""


class Store(Protocol):
    """Keeps presets by model. Any thread may call; failures are PaddockError."""

    def read(self, model: str) -> ModelPresets: ...

    def all(self) -> Mapping[str, ModelPresets]: ...

    def change(
        self, model: str, change: Callable[[ModelPresets], ModelPresets]
    ) -> ModelPresets: ...

    def take_note(self) -> str | None: ...


class Lost(NamedTuple):
    """A preset as it was before it was reset, or else deleted."""

    preset: Preset
    by_reset: bool


class Presets:
    """Every kept preset of this user, by the model's absolute path.

    ``check`` raises PaddockError for extra arguments that are not allowed;
    ``absolute`` makes a path of the settings whole.
    """

    def __init__(
        self,
        store: Store,
        check: Callable[[tuple[str, ...]], object],
        absolute: Callable[[Path], Path],
    ) -> None:
        self._store = store
        self._check = check
        self._absolute = absolute
        self._lost: dict[str, Lost] = {}

    def key(self, path: Path | None) -> str:
        """What the presets of the model with this file are kept under."""
        return DEMO if path is None else str(self._absolute(path))

    def take_note(self) -> str | None:
        """What the user must be told once about the kept presets."""
        return self._store.take_note()

    def of(self, model: str) -> ModelPresets:
        return self._store.read(model)

    def named(self, model: str, name: str) -> Preset:
        """Raises PaddockError for a name this model's presets do not have."""
        return _named(self.of(model), name)

    def applied_to(self, config: LlamaCppConfig) -> LlamaCppConfig:
        """``config`` as the chosen preset of its model has it."""
        return self.of(self.key(config.model_path)).used.applied_to(config)

    def launches(self, config: LlamaCppConfig) -> tuple[LlamaCppConfig, ...]:
        """``config`` for each model that has a preset, as its chosen one has it."""
        return tuple(
            kept.used.applied_to(config.model_copy(update={"model_path": Path(model)}))
            for model, kept in self._store.all().items()
            if model != DEMO
        )

    def chat_of(self, path: Path | None) -> ChatSettings:
        """How new chats with the model of this file begin."""
        return self.of(self.key(path)).used.chat

    def begun(self, request: ChatRequest, path: Path | None) -> ChatRequest:
        """The request with the preset's prompt and sampling where it has none of its own."""
        settings = self.chat_of(path)
        messages = request.messages
        prompt = settings.system_prompt.strip()
        if prompt and all(message.role is not Role.SYSTEM for message in messages):
            messages = (ChatMessage(role=Role.SYSTEM, content=prompt), *messages)
        sampling = settings.model_dump(exclude={"system_prompt"}, exclude_none=True)
        own = request.model_dump(include=set(sampling), exclude_none=True)
        return request.model_copy(update={**sampling, **own, "messages": messages})

    def lost(self, model: str) -> Lost | None:
        """What can be brought back."""
        return self._lost.get(model)

    def choose(self, model: str, name: str) -> ModelPresets:
        """Have the next start take this one."""
        return self._store.change(
            model,
            lambda kept: ModelPresets(chosen=_named(kept, name).name, presets=kept.presets),
        )

    def save(self, model: str, name: str | None, preset: Preset) -> ModelPresets:
        """Replace the preset of that name, or add a new one without a name to replace."""
        self._check(preset.extra_arguments or ())
        if name is None:
            return self._store.change(model, lambda kept: _with(kept, preset))
        changed = self._store.change(model, lambda kept: _replaced(kept, name, preset))
        lost = self._lost.get(model)
        if lost is not None and lost.by_reset and lost.preset.name.casefold() == name.casefold():
            # Under a new name it is still the one that was reset.
            again = lost.preset.model_copy(update={"name": preset.name})
            self._lost[model] = Lost(again, by_reset=True)
        return changed

    def duplicate(self, model: str, name: str) -> ModelPresets:
        """A copy behind it, under a name of its own."""
        return self._store.change(model, lambda kept: _duplicated(kept, name))

    def reset(self, model: str, name: str) -> ModelPresets:
        """Nothing chosen any more: as the settings have it. It can be brought back as it was."""
        before = _named(self.of(model), name)
        changed = self._store.change(
            model, lambda kept: _replaced(kept, name, _named(kept, name).reset())
        )
        if before != before.reset():
            self._lost[model] = Lost(before, by_reset=True)
        return changed

    def delete(self, model: str, name: str) -> ModelPresets:
        """It can be brought back while Paddock runs. The last one stays."""
        gone = _named(self.of(model), name)
        changed = self._store.change(model, lambda kept: _without(kept, name))
        self._lost[model] = Lost(gone, by_reset=False)
        return changed

    def restore(self, model: str) -> ModelPresets:
        """Bring back the one that was deleted or reset last."""
        lost = self._lost.get(model)
        if lost is None:
            raise PaddockError(_NOTHING_LOST)
        changed = self._store.change(model, lambda kept: _restored(kept, lost))
        del self._lost[model]
        return changed


def _named(kept: ModelPresets, name: str) -> Preset:
    found = kept.named(name)
    if found is None:
        names = ", ".join(preset.name for preset in kept.presets)
        raise _refused(f"No preset is called {name}", f"This model has: {names}.")
    return found


def _with(kept: ModelPresets, preset: Preset) -> ModelPresets:
    _check_room(kept)
    _check_free(kept, preset.name)
    return ModelPresets(chosen=kept.chosen, presets=(*kept.presets, preset))


def _replaced(kept: ModelPresets, name: str, preset: Preset) -> ModelPresets:
    old = _named(kept, name)
    if preset.name.casefold() != old.name.casefold():
        _check_free(kept, preset.name)
    return ModelPresets(
        chosen=preset.name if kept.chosen == old.name else kept.chosen,
        presets=tuple(preset if item is old else item for item in kept.presets),
    )


def _duplicated(kept: ModelPresets, name: str) -> ModelPresets:
    _check_room(kept)
    old = _named(kept, name)
    copy = old.model_copy(update={"name": _copy_name(kept, old.name)})
    at = kept.presets.index(old) + 1
    presets = (*kept.presets[:at], copy, *kept.presets[at:])
    return ModelPresets(chosen=kept.chosen, presets=presets)


def _without(kept: ModelPresets, name: str) -> ModelPresets:
    gone = _named(kept, name)
    rest = tuple(preset for preset in kept.presets if preset is not gone)
    if not rest:
        raise _refused("A model has one preset at least", "Reset it instead of deleting it.")
    return ModelPresets(
        chosen=rest[0].name if kept.chosen == gone.name else kept.chosen, presets=rest
    )


def _restored(kept: ModelPresets, lost: Lost) -> ModelPresets:
    preset = lost.preset
    if lost.by_reset and kept.named(preset.name) is not None:
        return _replaced(kept, preset.name, preset)
    return _with(kept, preset)


def _copy_name(kept: ModelPresets, name: str) -> str:
    number = 2
    while True:
        ending = f" {number}"
        candidate = name[: LONGEST_NAME - len(ending)].rstrip() + ending
        if kept.named(candidate) is None:
            return candidate
        number += 1


def _check_room(kept: ModelPresets) -> None:
    if len(kept.presets) >= MOST_PRESETS:
        raise _refused("There are too many presets", f"A model has {MOST_PRESETS} at most.")


def _check_free(kept: ModelPresets, name: str) -> None:
    if kept.named(name) is not None:
        raise _refused(f"A preset is called {name} already", "Choose another name.")


def _refused(title: str, detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(cause=FailureCause.REQUEST_REFUSED, title=title, detail=detail)
    )


_NOTHING_LOST = ServerFailure(
    cause=FailureCause.REQUEST_REFUSED,
    title="No preset was deleted or reset",
    detail="Only the last one comes back, until Paddock ends.",
)
