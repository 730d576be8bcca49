"""From the bytes of a settings file to values and problems, without any I/O."""

import json
import tomllib
from typing import Any

from pydantic import BaseModel, ValidationError

from tray.infrastructure.escape import escaped
from tray.infrastructure.settings.keys import allowed_words, known_names
from tray.models.settings import LoadedSettings, Settings, SettingsProblem

Table = dict[str, Any]
Name = tuple[str, ...]

_SECRET = "api"
_LONGEST = 80


class UnreadableSettingsError(ValueError):
    """The whole file is unusable; ``found`` and ``allowed`` as in SettingsProblem."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(found)
        self.found = found
        self.allowed = allowed


def parse(content: bytes) -> Table:
    """The file as TOML tables. Raises UnreadableSettingsError."""
    if content and not content.strip(b"\0"):
        raise UnreadableSettingsError("nothing but NUL bytes", "TOML text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSettingsError(
            f"bytes that are not UTF-8 text (at byte {error.start})", "TOML text in UTF-8"
        ) from error
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = escaped(str(error)) or "too deeply nested"
        raise UnreadableSettingsError(f"text that is not TOML ({reason})", "TOML text") from error


def fit(tables: Table, fallback: Settings) -> LoadedSettings:
    """Values of ``tables``; each wrong one becomes a problem and ``fallback``'s value.

    Raises UnreadableSettingsError for values no setting could hold.
    """
    try:
        return LoadedSettings(settings=_validated(tables))
    except ValidationError as error:
        found = (_name(problem["loc"]) for problem in error.errors())
        names = list(dict.fromkeys(_within(tables, name) for name in found))
    except (ValueError, RecursionError) as error:
        raise UnreadableSettingsError("values beyond all bounds", "TOML text") from error
    if () in names:
        raise UnreadableSettingsError("values nested too deeply", "TOML text")
    problems = tuple(_problem(name, _find(tables, name)) for name in names)
    last_good = fallback.model_dump(mode="json")
    for name in names:
        tables = _with(tables, name, last_good)
    return LoadedSettings(settings=_validated(tables), problems=problems)


def is_known(name: Name) -> bool:
    """Whether ``name`` is a section or a key of the settings."""
    return name[-1] in known_names(".".join(name[:-1]))


def _validated(tables: Table) -> Settings:
    # Strict mode turns strings into enums and paths only when it reads JSON.
    return Settings.model_validate_json(json.dumps(tables, default=_date))


def _date(value: object) -> Table:
    # TOML dates fit no setting; as a table they are refused instead of read as text.
    return {"date": str(value)}


def _name(location: tuple[int | str, ...]) -> Name:
    """The settings key an error is about, without list positions or union branches."""
    name: list[str] = []
    model: type[BaseModel] | None = Settings
    for part in location:
        if model is None or not isinstance(part, str):
            break
        name.append(part)
        field = model.model_fields.get(part)
        kind = field.annotation if field else None
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return tuple(name)


def _within(tables: Table, name: Name) -> Name:
    """``name`` as far as it leads: a date is refused as if it were a table."""
    value: Any = tables
    for depth, part in enumerate(name):
        if not isinstance(value, dict):
            return name[:depth]
        value = value[part]
    return name


def _find(tables: Table, name: Name) -> object:
    value: Any = tables
    for part in name:
        value = value[part]
    return value


def _with(tables: Table, name: Name, last_good: Table) -> Table:
    """``tables`` with the last good value at ``name``, or without an unknown ``name``."""
    first, rest = name[0], name[1:]
    changed = dict(tables)
    if rest:
        changed[first] = _with(tables[first], rest, last_good.get(first, {}))
    elif first in last_good:
        changed[first] = last_good[first]
    else:
        del changed[first]
    return changed


def _problem(name: Name, value: object) -> SettingsProblem:
    dotted = escaped(".".join(name))
    if not is_known(name):
        return SettingsProblem(
            key=dotted, found="an unknown name", allowed=_closest(name[-1], ".".join(name[:-1]))
        )
    shown = "a value that is kept hidden" if name[0] == _SECRET else _shown(value)
    return SettingsProblem(key=dotted, found=shown, allowed=allowed_words(dotted))


def _shown(value: object) -> str:
    text = escaped(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _closest(wrong: str, section: str) -> str:
    from difflib import get_close_matches

    known = known_names(section)
    if near := get_close_matches(wrong, known, n=1):
        return f'"{near[0]}", if that was meant'
    return "one of " + ", ".join(f'"{name}"' for name in known)
