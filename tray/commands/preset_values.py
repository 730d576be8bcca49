"""What the values of a preset may be, in the words of ``paddock models presets`` and ``fit``."""

from pydantic import ValidationError

from tray.infrastructure.settings.keys import allowed_words
from tray.models.preset import LONGEST_NAME

_CONTEXT = "a whole number from 64 to 2147483647"
_SHARE = "a number from 0 to 1"
_OF_CHATS = {
    "max_tokens": "a whole number of at least 1",
    "temperature": "a number of at least 0",
    "top_p": _SHARE,
    "top_k": "a whole number of at least 0",
    "min_p": _SHARE,
    "seed": "a whole number from 0 to 4294967295, or -1 for a new one with each answer",
    "system_prompt": "text of at most 100,000 characters",
}
_OWN = {
    "name": f"text of 1 to {LONGEST_NAME} characters, without spaces at its ends, on one line",
    # A setting has it as TOML; here it is JSON.
    "extra_arguments": 'a JSON list of texts, such as ["--threads-batch", "4"]',
    "context": _CONTEXT,
    "context_size": _CONTEXT,
}


def allowed_value(name: str) -> str:
    """What a value of this name may be."""
    return _OF_CHATS.get(name) or _OWN.get(name) or allowed_words(f"server.{name}")


def refused_value(error: ValidationError) -> str:
    """The first value that cannot be taken, and what can."""
    first = error.errors(include_url=False, include_input=False)[0]
    # Sampling is told apart in the file alone; here each value has one name.
    name = next((str(part) for part in first["loc"] if part != "chat"), None)
    if name is None:
        return "a value is not valid text"
    return f"{name} cannot have this value; it takes {allowed_value(name)}"
