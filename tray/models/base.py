"""The base of every model shared between layers."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable and strict: no unknown keys, no silent conversions.

    Made ready at its first use (``defer_build``): a day of Paddock touches half of its
    models, and a child a few. Parse JSON text with ``model_validate_json``; strict JSON
    mode still turns strings into enums and paths, and arrays into tuples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Lenient(BaseModel):
    """The base for data other programs send: unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
