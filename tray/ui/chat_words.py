"""Pure: what is said about an answer while it streams."""

from tray.models.chat import PromptProgressChunk
from tray.ui.amounts import SEPARATOR, speed
from tray.ui.present import context_share


def reading_label(progress: PromptProgressChunk) -> str:
    """ "Reading the prompt · 512 of 2,048 tokens"."""
    return f"Reading the prompt · {progress.processed:,} of {progress.total:,} tokens"


def speed_label(
    tokens_per_second: float, used: int | None = None, context_size: int | None = None
) -> str:
    """ "54 tokens/s · 1,240 / 4,096 tokens", with a decimal below ten.

    ``used`` is how many tokens of the context prompt and answer take so far.
    """
    words = speed(tokens_per_second, decimal_below=10)
    return words if used is None else words + SEPARATOR + context_share(used, context_size)


def thought_label(seconds: float | None) -> str:
    """ "Thought for 8 s", "Thought for 1 min 12 s", "Thought" if nobody measured."""
    if seconds is None:
        return "Thought"
    whole = max(round(seconds), 1)
    minutes, rest = divmod(whole, 60)
    return f"Thought for {minutes} min {rest} s" if minutes else f"Thought for {rest} s"
