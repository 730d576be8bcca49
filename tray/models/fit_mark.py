"""Whether a model fits, in one word."""

from enum import StrEnum

MARGIN = 1 << 30
"""What llama.cpp leaves free on every device unless it is told otherwise."""


class Fit(StrEnum):
    """GPU: all of it; PARTLY: some layers; MEMORY: in the computer's memory alone."""

    GPU = "gpu"
    PARTLY = "partly"
    MEMORY = "memory"
    NOT = "not"
    UNKNOWN = "unknown"
