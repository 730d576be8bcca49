"""Pure: readable names for models, told apart where files share one."""

import re
from collections import Counter
from pathlib import Path

from tray.infrastructure.model_files.name import model_name

HUB_REPOSITORY = re.compile(r"^models--(.+)$")
SNAPSHOTS = "snapshots"


def unique_names(models: list[tuple[Path, Path]]) -> list[str]:
    """One name for each (folder searched, file), in the same order.

    A name is the file's stem. Where several files share it, the folder that holds
    the file is added in brackets, or its repository in the Hugging Face cache;
    where that does not help, a number.
    """
    stems = [model_name(path).stem for _, path in models]
    # "demo" is the built-in model's name for every caller.
    shared = {name for name, count in Counter(map(str.casefold, stems)).items() if count > 1}
    shared.add("demo")
    names = [
        f"{stem} ({_whereabouts(folder, path)})" if stem.casefold() in shared else stem
        for stem, (folder, path) in zip(stems, models, strict=True)
    ]
    return _numbered(names)


def _whereabouts(folder: Path, path: Path) -> str:
    parents = path.parts[:-1]
    for index, part in enumerate(parents):
        repository = HUB_REPOSITORY.match(part)
        if repository and parents[index + 1 : index + 2] == (SNAPSHOTS,):
            return "/".join([*repository[1].split("--"), *parents[index + 3 :]])
    try:
        below = path.parent.relative_to(folder)
    except ValueError:
        below = Path()
    return below.as_posix() if below.parts else folder.name or str(folder)


def _numbered(names: list[str]) -> list[str]:
    taken: set[str] = set()
    result = []
    for name in names:
        unique, number = name, 2
        while unique.casefold() in taken:
            unique, number = f"{name} #{number}", number + 1
        taken.add(unique.casefold())
        result.append(unique)
    return result
