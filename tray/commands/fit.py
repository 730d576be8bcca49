"""``paddock models fit`` and ``paddock models presets``: before a model is loaded."""

import json
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from tray.commands.output import DONE, WrongUsage, note, say
from tray.commands.preset_values import refused_value
from tray.infrastructure.llama.launch.command_line import command_display
from tray.models.fit import FitRequest
from tray.models.preset import Preset
from tray.services.presets import Presets
from tray.ui.fit_desk import FitParts
from tray.ui.fit_words import shown_fit
from tray.ui.shell_words import shell_of
from tray.ui.terminal.fit_reports import decided, fit_text, presets_text

MIB = 1 << 20


def fit(name: str, context: int | None, margin: int | None, as_json: bool) -> int:
    """Whether a model fits; ``margin`` in MiB."""
    from tray.composition.one_shot import fit_parts_now

    try:
        request = FitRequest(
            model=name,
            context=context,
            margin=None if margin is None else margin * MIB,
            exact=True,
        )
    except ValidationError as error:
        raise WrongUsage(refused_value(error)) from error
    estimate = fit_parts_now().fit.estimate(request)
    say(estimate.model_dump_json() if as_json else fit_text(shown_fit(estimate)))
    return DONE


def presets(name: str, action: str | None, preset: str | None, values: Sequence[str]) -> int:
    """List the presets of a model, or do something with one of them."""
    from tray.composition.one_shot import fit_parts_now

    parts = fit_parts_now()
    config = parts.configured(name)
    key = parts.presets.key(config.model_path)
    if action is not None:
        if preset is None:
            raise WrongUsage(f"presets {action} needs the name of a preset")
        if action == "export":
            chosen = parts.presets.named(key, preset)
            say(parts.command_line(chosen.applied_to(config)))
            if (shell := shell_of()) is not None:
                note(f"For {shell}.")
            return DONE
        _act(parts, key, action, preset, values)
    say(presets_text(parts.presets.of(key)))
    if (told := parts.presets.take_note()) is not None:
        note(told)
    return DONE


def _act(parts: FitParts, key: str, action: str, name: str, values: Sequence[str]) -> None:
    presets = parts.presets
    if action == "set":
        _set(presets, key, name, values)
        return
    acts = {
        "choose": presets.choose,
        "duplicate": presets.duplicate,
        "reset": presets.reset,
        "delete": presets.delete,
    }
    before = presets.named(key, name)
    acts[action](key, name)
    if action in _LOST and before != presets.of(key).named(name):
        where = "" if (shell := shell_of()) is None else f", in {shell}"
        note(f"{_LOST[action]} {before.name}. To have it back{where}:\n{_restoring(key, before)}")


_LOST = {"delete": "Deleted", "reset": "Reset"}


def _restoring(key: str, preset: Preset) -> str:
    """The command that makes the preset as it was."""
    values = [f"{name}={_written(value)}" for name, value in decided(preset).items()]
    argv = ("paddock", "models", "presets", key, "set", preset.name, *values)
    return command_display(argv, sys.platform)


def _written(value: object) -> str:
    """What ``_parsed`` makes the value of again."""
    if isinstance(value, str) and value and _parsed(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _set(presets: Presets, key: str, name: str, values: Sequence[str]) -> None:
    """Change values of a preset, which is made if there is none of that name."""
    old = presets.of(key).named(name)
    # A name from outside is judged with the values, below.
    changed = (old or Preset()).model_dump(mode="json") | ({} if old else {"name": name})
    for value in values:
        field, equals, text = value.partition("=")
        holder = changed["chat"] if field in changed["chat"] else changed
        if not equals or field not in holder or field == "chat":
            fields = ", ".join(field for field in (*changed, *changed["chat"]) if field != "chat")
            raise WrongUsage(f"{value} is not one of {fields}, with = and a value behind it")
        holder[field] = _parsed(text)
    try:
        preset = Preset.model_validate_json(json.dumps(changed))
    except ValidationError as error:
        raise WrongUsage(refused_value(error)) from error
    presets.save(key, None if old is None else old.name, preset)


def _parsed(text: str) -> object:
    """JSON where it is JSON, else the text itself; nothing takes the value away."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
