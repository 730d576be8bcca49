"""Whether a model fits, in one word."""

from enum import StrEnum

MARGIN = 1 << 30
"""What llama.cpp leaves free on every device unless it is told otherwise."""


class FitVerdict(StrEnum):
    """GPU: all of it; PARTLY: some layers; MEMORY: in the computer's memory alone."""

    GPU = "gpu"
    PARTLY = "partly"
    MEMORY = "memory"
    NOT = "not"
    UNKNOWN = "unknown"


class Fit(StrEnum):
    """Where a model would go, roughly, by its size and the memory that is free."""

    GPU = "gpu"
    PARTLY = "partly"
    RAM = "ram"
    NO = "no"
    UNKNOWN = "unknown"
