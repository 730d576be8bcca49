"""The page's ES modules, joined: a browser pays for every request, not for every module.

``main.js`` carries all it imports, and a module imported on demand all that only it needs.
A module that is carried hands on, under its own name, what its carrier holds of it, so each
exists once. Joined, every module keeps a scope of its own; none may import in a circle, and
what it exports never changes.
"""

import re
from collections.abc import Iterator, Mapping

MAIN = "main.js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_ON_DEMAND = re.compile(r'\bimport\("\./(\w+\.js)"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def joined(sources: Mapping[str, str], name: str) -> str:
    """What ``name`` is served as. ``sources`` holds every module's text by its file name."""
    carriers = carriers_of(sources)
    if carriers[name] == name:
        carried = _carried(sources, carriers, name)
    else:
        carried = _fetched(carriers[name], [_stem(name)])
    exports = ", ".join(_EXPORT.findall(sources[name]))
    return f"{carried}export const {{ {exports} }} = ${_stem(name)};\n"


def carriers_of(sources: Mapping[str, str]) -> dict[str, str]:
    """By module, the one it is served with: the only entry that needs it, else itself."""
    carriers = dict.fromkeys(_with_imports(sources, MAIN), MAIN)
    needed_by: dict[str, list[str]] = {}
    for entry in {name for text in sources.values() for name in _ON_DEMAND.findall(text)}:
        for name in _with_imports(sources, entry):
            needed_by.setdefault(name, []).append(entry)
    for name in sources.keys() - carriers.keys():
        needing = needed_by.get(name, ())
        carriers[name] = needing[0] if len(needing) == 1 else name
    return carriers


def _carried(sources: Mapping[str, str], carriers: Mapping[str, str], name: str) -> str:
    members = [each for each in _with_imports(sources, name) if carriers[each] == name]
    needed = {f"{stem}.js" for each in members for _, stem in _IMPORT.findall(sources[each])}
    outside: dict[str, list[str]] = {}
    for each in sorted(needed):
        if (carrier := carriers.get(each, each)) != name:
            outside.setdefault(carrier, []).append(_stem(each))
    fetched = [_fetched(carrier, stems) for carrier, stems in outside.items()]
    parts = ", ".join(f"${_stem(each)}" for each in members)
    return "".join(
        (*fetched, *(_part(each, sources[each]) for each in members), f"export {{ {parts} }};\n")
    )


def _part(name: str, text: str) -> str:
    """A module as an expression that yields what it exports."""
    exports = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(r"const {\1} = $\2;\n", text))
    return f"const ${_stem(name)} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def _fetched(carrier: str, stems: list[str]) -> str:
    return f'import {{ {", ".join(f"${stem}" for stem in stems)} }} from "./{carrier}";\n'


def _stem(name: str) -> str:
    return name.removesuffix(".js")


def _with_imports(sources: Mapping[str, str], entry: str) -> Iterator[str]:
    """The module after all it imports, in the order in which they are evaluated."""
    seen: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name in seen or name not in sources:
            return
        seen.add(name)
        for _, stem in _IMPORT.findall(sources[name]):
            yield from visit(f"{stem}.js")
        yield name

    return visit(entry)
