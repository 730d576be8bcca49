"""Which files of split models a folder has, by their names alone.

A name may say that there are 99,999: nothing here grows with that, or looks at a disk.
"""

from collections import defaultdict
from collections.abc import Iterable

from tray.infrastructure.model_files.name import arriving_model, parsed_name, part_name


class SplitFiles:
    """Of the folder with these ``names``."""

    def __init__(self, names: Iterable[str]) -> None:
        self._there: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self._arriving: set[str] = set()
        for name in names:
            if "-of-" not in name.lower():
                continue
            if (stem := arriving_model(name)) is not None:
                self._arriving.add(stem)
            model = parsed_name(name)
            if 1 <= model.part <= model.parts > 1:
                # Some systems take names that differ in case for one.
                self._there[model.stem.casefold(), model.parts].add(model.part)

    def is_arriving(self, name: str) -> bool:
        """Whether the model with a file of this name is still being downloaded."""
        return parsed_name(name).stem in self._arriving

    def is_first(self, name: str) -> bool:
        """Whether no file of the same model comes before the one of this name."""
        there = self._of(name)
        return bool(there) and parsed_name(name).part == min(there)

    def missing_words(self, name: str) -> str | None:
        """What the model with a file of this name lacks, as a clause; ``None`` if nothing."""
        there, parts = self._of(name), parsed_name(name).parts
        if len(there) == parts:
            return None
        first = next(part for part in range(1, parts + 1) if part not in there)
        return missing_words(parts, parts - len(there), part_name(name, first))

    def _of(self, name: str) -> set[int]:
        model = parsed_name(name)
        return self._there.get((model.stem.casefold(), model.parts), set())


def missing_words(parts: int, missing: int, first: str) -> str:
    """So many of the ``parts`` files of a model, of which ``first`` is one."""
    if missing == 1:
        return f"one of its {parts} files is missing: {first}"
    return f"{missing:,} of its {parts:,} files are missing, {first} the first of them"
