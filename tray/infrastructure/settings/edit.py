"""Changing single values in a settings file a person wrote."""

from collections.abc import Iterator, MutableMapping
from typing import Any

from tray.infrastructure.settings.file import UnreadableSettingsError, fit, parse
from tray.models.settings import Settings


def edited(content: bytes, current: Settings, wanted: Settings) -> bytes:
    """``content`` giving ``wanted``, with the user's comments and order.

    Keys on which ``current`` and ``wanted`` agree are left as they are typed,
    wrong ones included. Raises UnreadableSettingsError when ``content`` cannot
    take the change.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    parse(content)
    try:
        document = tomlkit.parse(content.decode("utf-8-sig"))
        for section, key, value in _changes(current, wanted):
            _put(document, section, key, value)
        text = tomlkit.dumps(document)
        changed = text.encode()
        took = fit(parse(changed), current).settings == wanted
    except (TOMLKitError, ValueError, TypeError) as error:
        raise UnreadableSettingsError(f"a file that cannot be edited ({error})", "") from error
    if not took:
        raise UnreadableSettingsError("a file that cannot be edited", "")
    return changed


def _changes(current: Settings, wanted: Settings) -> Iterator[tuple[str, str, Any]]:
    old, new = current.model_dump(mode="json"), wanted.model_dump(mode="json")
    for section, values in new.items():
        for key, value in values.items():
            if old[section][key] != value:
                yield section, key, value


def _put(document: MutableMapping[str, Any], section: str, key: str, value: Any) -> None:
    import tomlkit

    if section not in document:
        document[section] = tomlkit.table()
    table = document[section]
    if not isinstance(table, MutableMapping):
        raise TypeError(f"{section} is not a section")
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
