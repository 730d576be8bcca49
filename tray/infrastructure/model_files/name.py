"""Pure: what the name of a GGUF file says."""

import re
from pathlib import PurePath
from typing import NamedTuple, TypeVar

ENDING = ".gguf"
PART = ".part"
"""Behind the name of a file that has not arrived whole."""
AnyPath = TypeVar("AnyPath", bound=PurePath)
SPLIT = re.compile(r"^(?P<stem>.+)-(?P<part>\d{5})-of-(?P<parts>\d{5})\.gguf$", re.IGNORECASE)
PROJECTOR = re.compile(r"(^|[-_.])mmproj([-_.]|$)", re.IGNORECASE)


class ModelName(NamedTuple):
    """``stem`` is the readable name; ``part`` of ``parts`` counts from 1."""

    stem: str
    part: int = 1
    parts: int = 1


def model_name(path: PurePath) -> ModelName:
    """Take a file name apart: ``big-00002-of-00003.gguf`` is part 2 of ``big``."""
    return parsed_name(path.name)


def parsed_name(name: str) -> ModelName:
    """The same for the name alone."""
    match = _split(name)
    if match is None:
        named = len(name) > len(ENDING) and name.lower().endswith(ENDING)
        return ModelName(name[: -len(ENDING)] if named else name)
    return ModelName(match["stem"], int(match["part"]), int(match["parts"]))


def part_paths(path: AnyPath) -> tuple[AnyPath, ...]:
    """Every file of the model ``path`` belongs to, the first part first."""
    match = _split(path.name)
    if match is None:
        return (path,)
    ending = path.name[-len(".gguf") :]
    stem, parts = match["stem"], int(match["parts"])
    names = (f"{stem}-{part:05}-of-{parts:05}{ending}" for part in range(1, parts + 1))
    return tuple(path.with_name(name) for name in names)


def part_name(name: str, part: int) -> str:
    """What another file of the same split model is called."""
    match = _split(name)
    return f"{match['stem']}-{part:05}-of-{match['parts']}{name[-len(ENDING) :]}" if match else name


def arriving_model(name: str) -> str | None:
    """The stem of a split model that a file of this name is a download of, if it is one."""
    if not name.endswith(PART):
        return None
    match = _split(name[: name.lower().rfind(ENDING) + len(ENDING)])
    return None if match is None else match["stem"]


def _split(name: str) -> re.Match[str] | None:
    """Of thousands of names few are worth a search with a pattern."""
    return SPLIT.match(name) if "-of-" in name.lower() else None


def is_hidden(name: str) -> bool:
    """Whether it is no model: macOS keeps a ``._a.gguf`` beside ``a.gguf`` on foreign disks."""
    return name.startswith(".")


def is_projector_name(path: PurePath) -> bool:
    """Whether the file is named as a multimodal projector, which is not a model."""
    name = path.name
    return "mmproj" in name.lower() and PROJECTOR.search(path.stem) is not None
