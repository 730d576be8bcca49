"""The user's settings, as the one human-readable file holds them."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from tray.models.base import Frozen
from tray.models.config import LlamaCppConfig
from tray.models.hotkey import hotkey_text


class ModelSettings(Frozen):
    """Where GGUF files are looked for, beside the default folders, and where they come from.

    ``mirror`` answers as huggingface.co does, and is asked instead of it.
    """

    folders: tuple[Path, ...] = ()
    mirror: Annotated[str, Field(pattern=r"^https://[A-Za-z0-9._~:/-]{1,200}$")] | None = None


class ApiSettings(Frozen):
    """The key other programs use; a random one per start when ``None``."""

    key: Annotated[str, Field(min_length=16, pattern=r"^[A-Za-z0-9._~-]+$")] | None = None


class MetricsSettings(Frozen):
    """Seconds between two samples of CPU, RAM and GPU."""

    interval: Annotated[float, Field(ge=0.2, le=60)] = 1.0


class PopoverSettings(Frozen):
    """Minutes a hidden popover is kept warm, and the keys that open it from anywhere.

    ``hotkey`` is a combination as ``tray.models.hotkey`` reads it; none when ``None``.
    """

    idle_minutes: Annotated[float, Field(ge=0, le=240)] = 5.0
    hotkey: Annotated[str, AfterValidator(hotkey_text)] | None = None


class PowerSettings(Frozen):
    """Whether the computer is kept from going to sleep while an answer is written."""

    stay_awake: bool = True


class VramGuardSettings(Frozen):
    """Whether the model makes room for other programs, and below what free memory.

    ``free_mark`` is a share of the GPU's memory ("5 %") or an amount ("512 MiB").
    """

    enabled: bool = False
    free_mark: Annotated[str, Field(pattern=r"^(?:[1-9][0-9]? %|[1-9][0-9]{0,6} MiB)$")] = "5 %"


class NotificationSettings(Frozen):
    """What the desktop is told, besides what the icon shows."""

    engine_failed: bool = True
    vram_guard: bool = True
    downloads: bool = True


class Settings(Frozen):
    """The whole settings file; every key has a default."""

    server: LlamaCppConfig = LlamaCppConfig()
    models: ModelSettings = ModelSettings()
    api: ApiSettings = ApiSettings()
    metrics: MetricsSettings = MetricsSettings()
    popover: PopoverSettings = PopoverSettings()
    power: PowerSettings = PowerSettings()
    vram_guard: VramGuardSettings = VramGuardSettings()
    notifications: NotificationSettings = NotificationSettings()


class SettingsProblem(Frozen):
    """One thing in the settings file that was not used.

    ``key`` is dotted ("server.port"), or the file's name when the whole file
    is meant; ``found`` is what stands there and ``allowed`` what may.
    """

    key: str
    found: str
    allowed: str

    @property
    def sentence(self) -> str:
        """The problem in one line, in plain words."""
        return f"{self.key}: found {self.found}; allowed is {self.allowed}."


class LoadedSettings(Frozen):
    """The values in effect, and what of the file they leave out."""

    settings: Settings = Settings()
    problems: tuple[SettingsProblem, ...] = ()
