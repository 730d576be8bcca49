"""The base of every model shared between layers."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable and strict: no unknown keys, no silent conversions.

    Parse JSON text with ``model_validate_json``; strict JSON mode still turns
    strings into enums and paths, and arrays into tuples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Seldom(Frozen):
    """The same, made ready at its first use: for what most days of Paddock never touch."""

    model_config = ConfigDict(defer_build=True)


class Lenient(BaseModel):
    """The base for data other programs send: unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
