"""What ``paddock models`` and a download print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.models.catalog import BrokenModel, DescribedModel, ModelCatalog, ModelFacts
from tray.models.fit_mark import Fit
from tray.ui.terminal.model_reports import catalog_text, model_text

HOME = Path("/home/ann")
NOW = 1_790_000_000.0
FITS = {Path("/m/a.gguf"): Fit.PARTLY}
FACTS = ModelFacts(
    title="Long",
    architecture="llama",
    parameters=7_600_000_000,
    quantization="Q4_K_M",
    context=32768,
    licence="apache-2.0",
    chat_template=True,
)
LONG = DescribedModel(
    name="a-long-name",
    path=Path("/m/a.gguf"),
    size=5 * 2**30,
    facts=FACTS,
    projector=Path("/m/mmproj.gguf"),
    last_used=NOW - 86_400,
)
SPLIT = DescribedModel(
    name="split", path=Path("/m/s.gguf"), size=2**20, parts=3, facts=ModelFacts(problem="cut")
)


def test_models_are_aligned_and_the_demo_model_comes_first() -> None:
    plain = FACTS.model_copy(update={"chat_template": False})
    seen = LONG.model_copy(update={"projector": None, "facts": plain})
    assert catalog_text(
        ModelCatalog(models=(seen,), broken=(), folders=()), FITS, NOW, HOME
    ).splitlines() == [
        (
            "name         parameters  quant   context  size      fits               "
            "license     last used  also"
        ),
        "demo                                      built in",
        (
            "a-long-name  7.6 B       Q4_K_M  32,768   5.0 GiB   partly on the GPU  "
            "apache-2.0  yesterday"
        ),
    ]


def test_what_is_wrong_comes_last_with_its_reason() -> None:
    broken = BrokenModel(path=Path("/m/b.gguf"), reason="it is empty")
    text = catalog_text(
        ModelCatalog(models=(SPLIT,), broken=(broken,), folders=()), FITS, NOW, HOME
    )
    assert text.splitlines()[-4:] == [
        "",
        "Something is wrong with:",
        f"  {Path('/m/s.gguf')}: cut",
        f"  {Path('/m/b.gguf')}: it is empty",
    ]
    assert "3 files" in text


def test_a_name_commands_no_terminal() -> None:
    name = "evil\x1b]0;owned\x07\u202e\n"
    one = SPLIT.model_copy(update={"name": name, "path": Path(f"/m/{name}")})
    broken = BrokenModel(path=Path(f"/m/{name}"), reason="it is empty")
    text = catalog_text(ModelCatalog(models=(one,), broken=(broken,), folders=()), FITS, NOW, HOME)
    for shown in (text, model_text(one, NOW)):
        assert "evil" in shown
        assert all(line.isprintable() for line in shown.splitlines())
    assert len(text.splitlines()) == 2 + 1 + 2 + 2


def test_without_models_the_searched_folders_are_named() -> None:
    text = catalog_text(
        ModelCatalog(models=(), broken=(), folders=(Path("/one"), HOME / "two")), FITS, NOW, HOME
    )
    assert text.splitlines()[-3:] == [
        f"  {Path('/one')}",
        f"  {Path('~/two')}",
        "`paddock models download` lists some to get.",
    ]


def test_details_name_every_fact_and_the_problem() -> None:
    lines = dict(line.split("  ", 1) for line in model_text(LONG, NOW).splitlines())
    values = {label: value.strip() for label, value in lines.items()}
    assert values["parameters"] == "7.6 B"
    assert values["chat template"] == "yes"
    assert values["vision projector"] == str(Path("/m/mmproj.gguf"))
    assert values["last used"] == "yesterday"
    assert "never" in model_text(SPLIT, NOW)
    assert model_text(SPLIT, NOW).endswith("cut")


@pytest.mark.parametrize(
    ("count", "words"), [(494_000_000, "494 M"), (999_999_999, "1.0 B"), (869_000, "0.87 M")]
)
def test_parameters_are_counted_as_people_do(count: int, words: str) -> None:
    model = LONG.model_copy(update={"facts": ModelFacts(parameters=count)})
    assert words in model_text(model, NOW)
