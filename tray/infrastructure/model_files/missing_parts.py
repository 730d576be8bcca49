"""What a split model lacks, as a clause about it."""

from pathlib import Path

from tray.infrastructure.model_files.name import part_paths


def missing_words(path: Path) -> str | None:
    """Which files of the model with this one are not there; ``None`` if all are."""
    parts = part_paths(path)
    missing = [part.name for part in parts if not part.is_file()]
    if not missing:
        return None
    if len(missing) == 1:
        return f"one of its {len(parts)} files is missing: {missing[0]}"
    return f"{len(missing)} of its {len(parts)} files are missing, {missing[0]} the first of them"
