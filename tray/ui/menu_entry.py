"""One line of the icon's menu."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a click on an entry asks for."""

    OPEN_CHAT = "open_chat"
    START = "start"
    STOP = "stop"
    FREE = "free"
    OPEN_MODELS = "open_models"
    OPEN_MODEL_FOLDER = "open_model_folder"
    COPY_ADDRESS = "copy_address"
    COPY_KEY = "copy_key"
    COPY_EXAMPLE = "copy_example"
    COPY_LAUNCH = "copy_launch"
    SHOW_LOG = "show_log"
    OPEN_SETTINGS = "open_settings"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``verb`` of ``None``: information, a submenu or a separator.

    ``value`` is the model START runs, as StartRequest takes it, or the text
    COPY_LAUNCH copies. ``chosen`` is the radio mark; ``live`` labels change with
    the measurements.
    """

    label: str
    verb: Verb | None = None
    value: str | None = None
    enabled: bool = True
    default: bool = False
    chosen: bool | None = None
    live: bool = False
    submenu: tuple["Entry", ...] = ()


SEPARATOR = Entry("")
