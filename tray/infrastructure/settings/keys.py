"""Every settings key in words: for problems, the template and the documentation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tray.models.config import EngineKind, FlashAttention, KvCacheType
from tray.models.settings import Settings


@dataclass(frozen=True)
class SettingKey:
    """One key. ``default`` and ``example`` are TOML text; no default is ``None``."""

    section: str
    key: str
    about: str
    allowed: str
    default: str | None
    example: str

    @property
    def name(self) -> str:
        """The dotted name, as problems show it."""
        return f"{self.section}.{self.key}"


def setting_keys() -> Iterator[SettingKey]:
    """All keys, in the order of the file."""
    defaults = Settings().model_dump(mode="json")
    for name, (about, allowed, example) in _WORDS.items():
        section, key = name.split(".")
        value = defaults[section][key]
        default = None if value is None else json.dumps(value)
        yield SettingKey(section, key, about, allowed, default, default or example)


def section_about(section: str) -> str:
    """One sentence on a section."""
    return _SECTIONS[section]


def allowed_words(name: str) -> str:
    """What ``name`` accepts: a key ("server.port") or a section ("server")."""
    if name in _WORDS:
        return _WORDS[name][1]
    return f"a section, written as [{name}] on a line of its own"


def known_names(section: str) -> tuple[str, ...]:
    """The keys of ``section``, or the sections for the empty string."""
    if not section:
        return tuple(_SECTIONS)
    return tuple(name.split(".")[1] for name in _WORDS if name.startswith(f"{section}."))


def _one_of(values: type[StrEnum]) -> str:
    return "one of " + ", ".join(f'"{value}"' for value in values)


_COUNT = "a whole number of at least 1"

_SECTIONS = {
    "server": "The llama.cpp server Paddock starts.",
    "models": "Where your models are.",
    "api": "What other programs use to reach the running server.",
    "metrics": "How the machine is measured.",
    "popover": "The chat window at the tray.",
    "power": "Whether the computer may go to sleep.",
    "vram_guard": "The model makes room when another program needs the GPU's memory.",
    "notifications": "What the desktop is told when you are not looking.",
}

# name: what it does, what it accepts, an example where there is no default.
_WORDS = {
    "server.engine": (
        (
            "Which llama.cpp server runs the model: the bundled one, a llama-server executable, or "
            "an executable when it sees a GPU and the bundled one otherwise."
        ),
        _one_of(EngineKind),
        "",
    ),
    "server.executable": (
        (
            "The llama-server to use; Paddock sets it to a build it got for you. Not set: the one "
            "on PATH or in a known install place."
        ),
        "a path in quotes",
        '"~/llama.cpp/build/bin/llama-server"',
    ),
    "server.model_path": (
        "The GGUF file to run; of a split model its first part. Not set: the built-in demo model.",
        "a path in quotes",
        '"~/models/my-model.gguf"',
    ),
    "server.alias": (
        "The model's name in the server's own API. Not set: the name of the file.",
        "text of 1 to 200 characters in quotes",
        '"my-model"',
    ),
    "server.context_size": (
        "Tokens of context. Not set: the engine decides by model and memory.",
        "a whole number of at least 64",
        "8192",
    ),
    "server.gpu_layers": (
        "Layers of the model that are kept on the GPU.",
        '"auto" or a whole number of at least 0',
        "",
    ),
    "server.threads": ("CPU threads. Not set: the engine decides.", _COUNT, "4"),
    "server.batch_size": (
        "Tokens of a prompt that are read at once. Not set: the engine's own.",
        _COUNT,
        "2048",
    ),
    "server.micro_batch_size": (
        "Tokens that are computed at once. Not set: the engine's own.",
        _COUNT,
        "512",
    ),
    "server.flash_attention": (
        "Flash attention: less memory, usually faster.",
        _one_of(FlashAttention),
        "",
    ),
    "server.cache_type_k": (
        "Data type of the K half of the KV cache; smaller types save memory.",
        _one_of(KvCacheType),
        "",
    ),
    "server.cache_type_v": (
        "Data type of the V half of the KV cache; smaller types save memory.",
        _one_of(KvCacheType),
        "",
    ),
    "server.margin": (
        (
            "MiB that stay free on each GPU, or in RAM where there is none, when the engine "
            "decides on context and GPU layers. Not set: the engine's own, 1024."
        ),
        "a whole number from 0 to 1048575",
        "1024",
    ),
    "server.parallel_slots": ("Answers that are written at the same time.", _COUNT, ""),
    "server.port": (
        "The server's port on 127.0.0.1. Not set: a free one at each start.",
        "a whole number from 1024 to 65535",
        "8080",
    ),
    "server.idle_unload": (
        "Seconds without a question after which the model leaves memory. Not set: never.",
        _COUNT,
        "600",
    ),
    "server.extra_arguments": (
        "More arguments for a llama-server executable, from a list of harmless ones.",
        "a list of texts in quotes",
        "",
    ),
    "models.folders": (
        (
            "Folders searched for GGUF files, beside Paddock's own and the caches of llama.cpp and "
            "Hugging Face."
        ),
        "a list of paths in quotes",
        "",
    ),
    "models.mirror": (
        "Where models are downloaded from. Not set: huggingface.co.",
        "an address that begins with https://, in quotes",
        '"https://hub.example.org"',
    ),
    "api.key": (
        "The API key other programs send. Not set: a random one at each start.",
        "text of at least 16 characters in quotes: letters, digits and . _ ~ -",
        '"choose-a-long-random-text"',
    ),
    "metrics.interval": (
        "Seconds between two samples of CPU, memory and GPU.",
        "a number from 0.2 to 60",
        "",
    ),
    "popover.idle_minutes": (
        "Minutes a hidden chat window is kept ready before its memory is given back.",
        "a number from 0 to 240",
        "",
    ),
    "popover.hotkey": (
        (
            "Keys that open the chat window from anywhere, and put it away again. Not set: none; "
            "no key is listened for."
        ),
        "ctrl, alt or super, also with shift, and one more key (space, k, f5 …), joined by +",
        '"ctrl+alt+space"',
    ),
    "power.stay_awake": (
        (
            "Keep the computer from going to sleep by itself while an answer is written. The "
            "screen may still go dark."
        ),
        "true or false",
        "",
    ),
    "vram_guard.enabled": (
        (
            "Unload the model when free GPU memory falls under the mark because of another "
            "program. Never while an answer is written."
        ),
        "true or false",
        "",
    ),
    "vram_guard.free_mark": (
        "The mark: a share of the GPU's memory or an amount.",
        '"1 %" to "99 %", or an amount such as "512 MiB"',
        "",
    ),
    "notifications.engine_failed": (
        "Tell when the engine failed.",
        "true or false",
        "",
    ),
    "notifications.vram_guard": (
        "Tell when the model made room for another program, and when there is room again.",
        "true or false",
        "",
    ),
    "notifications.downloads": (
        "Tell when a download is done or has failed.",
        "true or false",
        "",
    ),
}
