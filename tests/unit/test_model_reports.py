"""What ``paddock models`` and a download print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.models.catalog import BrokenModel, DescribedModel, ModelCatalog, ModelFacts
from tray.models.download import DownloadProgress
from tray.ui.terminal.download import DownloadLine
from tray.ui.terminal.model_reports import catalog_text, model_text

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
)
SPLIT = DescribedModel(
    name="split", path=Path("/m/s.gguf"), size=2**20, parts=3, facts=ModelFacts(problem="cut")
)


def test_models_are_aligned_and_the_demo_model_comes_first() -> None:
    assert catalog_text(ModelCatalog(models=(LONG,), broken=(), folders=())).splitlines() == [
        "name         parameters  quant   context  size      licence     also",
        "demo                                      built in",
        "a-long-name  7.6 B       Q4_K_M  32,768   5.0 GiB   apache-2.0  chat template, vision",
    ]


def test_what_is_wrong_comes_last_with_its_reason() -> None:
    broken = BrokenModel(path=Path("/m/b.gguf"), reason="it is empty")
    text = catalog_text(ModelCatalog(models=(SPLIT,), broken=(broken,), folders=()))
    assert text.splitlines()[-4:] == [
        "",
        "Something is wrong with:",
        f"  {Path('/m/s.gguf')}: cut",
        f"  {Path('/m/b.gguf')}: it is empty",
    ]
    assert "3 files" in text


def test_without_models_the_searched_folders_are_named() -> None:
    text = catalog_text(ModelCatalog(models=(), broken=(), folders=(Path("/one"), Path("/two"))))
    assert text.splitlines()[-2:] == [f"  {Path('/one')}", f"  {Path('/two')}"]


def test_details_name_every_fact_and_the_problem() -> None:
    lines = dict(line.split("  ", 1) for line in model_text(LONG).splitlines())
    values = {label: value.strip() for label, value in lines.items()}
    assert values["parameters"] == "7.6 B"
    assert values["chat template"] == "yes"
    assert values["vision projector"] == str(Path("/m/mmproj.gguf"))
    assert model_text(SPLIT).endswith("cut")


@pytest.mark.parametrize(
    ("count", "words"), [(494_000_000, "494 M"), (999_999_999, "1.0 B"), (869_000, "0.87 M")]
)
def test_parameters_are_counted_as_people_do(count: int, words: str) -> None:
    model = LONG.model_copy(update={"facts": ModelFacts(parameters=count)})
    assert words in model_text(model)


def test_the_line_has_speed_and_time_left() -> None:
    now = [0.0]
    line = DownloadLine(lambda: now[0])

    def words(done: int, fetched: int, waiting: str | None = None) -> str:
        total = 1000 * 2**20
        return line.words(
            DownloadProgress(
                name="a.gguf", done=done, total=total, fetched=fetched, waiting=waiting
            )
        )

    assert words(0, 0) == "a.gguf · 0 MiB of 1000 MiB · 0 % · checking what is here"
    for second in range(1, 21):
        now[0] = float(second)
        words(20 * second * 2**20, 20 * second * 2**20)
    assert (
        words(400 * 2**20, 400 * 2**20)
        == "a.gguf · 400 MiB of 1000 MiB · 40 % · 20.0 MiB/s · 30 s left"
    )
    assert words(400 * 2**20, 400 * 2**20, "answer 429").endswith("40 % · answer 429")


@pytest.mark.parametrize(("seconds", "left"), [(3720, "1 h 2 min"), (150, "2 min"), (0.2, "1 s")])
def test_time_left_in_words(seconds: float, left: str) -> None:
    now = [0.0]
    line = DownloadLine(lambda: now[0])
    total = 2**30
    line.words(DownloadProgress(name="a", done=0, total=total, fetched=0))
    now[0] = 2.0
    step = round(2 * total / (seconds + 2))
    text = line.words(DownloadProgress(name="a", done=step, total=total, fetched=step))
    assert text.endswith(f"{left} left")
