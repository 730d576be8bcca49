"""What `paddock models presets` says besides its result."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.unit.test_presets import Memory
from tray.commands import fit
from tray.commands.output import WrongUsage
from tray.commands.preset_values import allowed_value
from tray.composition import one_shot
from tray.infrastructure.llama.launch.extra_arguments import checked_arguments
from tray.models.config import LlamaCppConfig
from tray.models.conversation import ChatSettings
from tray.models.preset import Preset, PresetRequest
from tray.services.model_fit import ModelFit
from tray.services.presets import Presets
from tray.ui import fit_desk
from tray.ui.fit_desk import FitDesk, FitParts


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> FitParts:
    presets = Presets(Memory(), checked_arguments, lambda path: Path("/models") / path)
    made = FitParts(
        fit=cast("ModelFit", None),
        presets=presets,
        configured=lambda model: LlamaCppConfig(model_path=None if model is None else Path(model)),
        command_line=lambda _: "& 'llama-server'",
    )
    monkeypatch.setattr(one_shot, "fit_parts_now", lambda: made)
    return made


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fit, fit_desk):
        monkeypatch.setattr(module, "shell_of", lambda: "PowerShell")


@pytest.mark.usefixtures("parts", "windows")
def test_a_line_for_one_shell_alone_says_so_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    fit.presets("/models/a.gguf", "set", "Mine", ["seed=7"])
    capsys.readouterr()
    fit.presets("/models/a.gguf", "export", "Mine", ())
    assert capsys.readouterr() == ("& 'llama-server'\n", "For PowerShell.\n")
    fit.presets("/models/a.gguf", "delete", "Mine", ())
    assert "To have it back, in PowerShell:\n" in capsys.readouterr().err


@pytest.mark.usefixtures("parts")
def test_a_line_for_any_shell_says_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "shell_of", lambda: None)
    fit.presets("/models/a.gguf", "export", "Standard", ())
    assert capsys.readouterr() == ("& 'llama-server'\n", "")


@pytest.mark.usefixtures("windows")
def test_the_page_is_told_the_shell(parts: FitParts) -> None:
    line = FitDesk(lambda: parts).command_line(PresetRequest(model=None, name="Standard"))
    assert line.for_shell == "PowerShell"


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("preset", "value", "said"),
    [
        ("Mine", "context_size=10", "context_size cannot have this value; it takes a whole number"),
        ("Mine", "gpu_layers=all", 'gpu_layers cannot have this value; it takes "auto" or a whole'),
        ("Mine", "cache_type_k=q9", 'it takes one of "f32", '),
        ("Mine", "extra_arguments=--swa-full", "it takes a JSON list of texts, such as"),
        ("Mine", "top_p=7", "top_p cannot have this value; it takes a number from 0 to 1"),
        ("Mine", "seed=x", "or -1 for a new one with each answer"),
        ("Mine", "name=", "name cannot have this value; it takes text of 1 to 60 characters"),
        ("Mine", "system_prompt=\udcff", "a value is not valid text"),
        ("Mine", 'system_prompt="\\ud800"', "a value is not valid text"),
        ("x" * 70, "seed=1", "name cannot have this value; it takes text of 1 to 60 characters"),
        ("a\x1bb", "seed=1", "name cannot have this value; it takes text of 1 to 60 characters"),
    ],
)
def test_a_value_that_cannot_be_taken_is_answered_with_what_can(
    preset: str, value: str, said: str
) -> None:
    with pytest.raises(WrongUsage) as refused:
        fit.presets("/models/a.gguf", "set", preset, [value])
    assert said in str(refused.value)


@pytest.mark.parametrize(("context", "margin"), [(10, None), (1 << 40, None), (None, -5)])
def test_a_fit_for_a_number_that_cannot_be_says_which_can(
    context: int | None, margin: int | None
) -> None:
    with pytest.raises(WrongUsage, match=r"cannot have this value; it takes a whole number from"):
        fit.fit("a", context, margin, as_json=False)


def test_each_value_of_a_preset_has_words_for_what_it_may_be() -> None:
    names = (Preset.model_fields.keys() - {"chat"}) | ChatSettings.model_fields.keys()
    assert [name for name in sorted(names) if "section" in allowed_value(name)] == []
