"""What the page is served about one's own models: whether they fit, and their presets."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tray.models.config import LlamaCppConfig
from tray.models.fit import FitRequest, ShownFit
from tray.models.preset import (
    CommandLine,
    PresetRequest,
    PresetsRequest,
    SavePresetRequest,
    ShownPresets,
)
from tray.ui.shell_words import shell_of

if TYPE_CHECKING:
    from tray.models.room import Machine
    from tray.services.model_fit import ModelFit
    from tray.services.presets import Presets


@dataclass(frozen=True)
class FitParts:
    """``configured`` is the launch of a model without its preset, ``command_line`` any launch."""

    fit: "ModelFit"
    presets: "Presets"
    configured: Callable[[str | None], LlamaCppConfig]
    command_line: Callable[[LlamaCppConfig], str]


class FitDesk:
    """Satisfies the local API's ServedFit.

    ``make`` is called once, when somebody first asks: a resident nobody asks
    spares what an estimate needs.
    """

    def __init__(self, make: Callable[[], FitParts]) -> None:
        self._make = make
        self._made: FitParts | None = None
        self._lock = threading.Lock()

    @property
    def _parts(self) -> FitParts:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def fit(self, request: FitRequest) -> ShownFit:
        from tray.ui.fit_words import shown_fit

        return shown_fit(self._parts.fit.estimate(request))

    def machine(self, config: LlamaCppConfig) -> "Machine":
        """What is free where this launch would put a model; may take seconds."""
        return self._parts.fit.machine(config)

    def presets(self, request: PresetsRequest) -> ShownPresets:
        return self._shown(self._key(request.model))

    def save(self, request: SavePresetRequest) -> ShownPresets:
        key = self._key(request.model)
        self._parts.presets.save(key, request.name, request.preset)
        return self._shown(key)

    def choose(self, request: PresetRequest) -> ShownPresets:
        return self._changed(request, self._parts.presets.choose)

    def duplicate(self, request: PresetRequest) -> ShownPresets:
        return self._changed(request, self._parts.presets.duplicate)

    def reset(self, request: PresetRequest) -> ShownPresets:
        return self._changed(request, self._parts.presets.reset)

    def delete(self, request: PresetRequest) -> ShownPresets:
        return self._changed(request, self._parts.presets.delete)

    def restore(self, request: PresetsRequest) -> ShownPresets:
        key = self._key(request.model)
        self._parts.presets.restore(key)
        return self._shown(key)

    def command_line(self, request: PresetRequest) -> CommandLine:
        parts = self._parts
        preset = parts.presets.named(self._key(request.model), request.name)
        config = preset.applied_to(parts.configured(request.model))
        return CommandLine(text=parts.command_line(config), for_shell=shell_of())

    def _changed(
        self, request: PresetRequest, change: Callable[[str, str], object]
    ) -> ShownPresets:
        key = self._key(request.model)
        change(key, request.name)
        return self._shown(key)

    def _key(self, model: str | None) -> str:
        return self._parts.presets.key(self._parts.configured(model).model_path)

    def _shown(self, key: str) -> ShownPresets:
        presets = self._parts.presets
        kept = presets.of(key)
        lost = presets.lost(key)
        return ShownPresets(
            model=key,
            chosen=kept.chosen,
            presets=kept.presets,
            can_restore=None if lost is None else lost.preset.name,
            was_reset=lost is not None and lost.by_reset,
            note=presets.take_note(),
        )
