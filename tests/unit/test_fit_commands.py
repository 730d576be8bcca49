"""What `paddock models presets` says besides its result."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.unit.test_presets import Memory
from tray.commands import fit
from tray.composition import one_shot
from tray.infrastructure.llama.launch.extra_arguments import checked_arguments
from tray.models.config import LlamaCppConfig
from tray.models.preset import PresetRequest
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
