"""Template, problem texts and documentation say what the model really accepts."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tray.infrastructure.settings.file import fit, parse
from tray.infrastructure.settings.keys import SettingKey, section_about, setting_keys
from tray.infrastructure.settings.template import template
from tray.models.settings import Settings

KEYS = {key.name: key for key in setting_keys()}
DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def model_keys() -> set[str]:
    return {
        f"{section}.{key}" for section, values in Settings().model_dump().items() for key in values
    }


def accepts(key: SettingKey, value: str) -> bool:
    try:
        return not fit(
            parse(f"[{key.section}]\n{key.key} = {value}\n".encode()), Settings()
        ).problems
    except ValidationError:
        return False


def test_every_key_has_words() -> None:
    assert KEYS.keys() == model_keys()


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_bounds_in_words_are_the_bounds_of_the_model(key: SettingKey) -> None:
    assert accepts(key, key.example)
    step = 0.1 if "from 0.2" in key.allowed else 1
    number = r"([\d.]*\d)"
    if found := re.search(rf"number from {number} to {number}", key.allowed):
        low, high = (float(text) if step < 1 else int(text) for text in found.groups())
        assert [accepts(key, str(v)) for v in (low - step, low, high, high + step)] == [
            False,
            True,
            True,
            False,
        ]
    if found := re.search(r"number of at least (\d+)", key.allowed):
        low = int(found[1])
        assert [accepts(key, str(value)) for value in (low - 1, low)] == [False, True]
    if key.allowed.startswith("one of"):
        choices = re.findall(r'"[^"]+"', key.allowed)
        assert choices
        assert all(accepts(key, choice) for choice in choices)
    if found := re.search(r"text of at least (\d+) char", key.allowed):
        low = int(found[1])
        assert [accepts(key, f'"{"a" * n}"') for n in (low - 1, low)] == [False, True]
        assert accepts(key, '"aZ09._~-aZ09._~-"')


def test_template_is_all_defaults_and_its_examples_are_valid() -> None:
    text = template()
    assert fit(parse(text.encode()), Settings()).settings == Settings()
    switched_on = re.sub(r"(?m)^# (\w+ = )", r"\1", text)
    loaded = fit(parse(switched_on.encode()), Settings())
    assert loaded.problems == ()
    assert len(re.findall(r"(?m)^\w+ = ", switched_on)) == len(KEYS)
    assert max(map(len, text.splitlines())) <= 110


def test_the_documentation_names_every_key_with_its_default_and_allowed_values() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = dict(re.findall(r"(?m)^\| `(\w+\.\w+)` \| (.*) \|$", text))
    assert rows == {
        key.name: " | ".join(
            (f"`{key.default}`" if key.default else "not set", key.allowed, key.about)
        )
        for key in KEYS.values()
    }
    for section in {key.section for key in KEYS.values()}:
        assert f"## [{section}]\n\n{section_about(section)}" in text
