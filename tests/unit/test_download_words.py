"""Downloads, offers and what fits, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.curated import FILE, curated_models, read_curated
from tray.infrastructure.hub.address import hub_request
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.hub.pace import Pace
from tray.infrastructure.own_program import program_folder
from tray.models.download import (
    Download,
    DownloadPhase,
    DownloadProgress,
    HubChoice,
    HubOffer,
    TokenSource,
    TokenStatus,
)
from tray.models.fit_mark import Fit
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.services.rough_fit import FreeMemory, free_memory, rough_fit
from tray.ui.download_words import (
    duration,
    progress_words,
    shown_curated,
    shown_download,
    shown_offer,
    shown_token,
)

MIB, GIB = 2**20, 2**30


def progress(done: int, fetched: int, **more: object) -> DownloadProgress:
    given = {"name": "a.gguf", "done": done, "total": 1000 * MIB, "fetched": fetched}
    return DownloadProgress.model_validate(given | more)


def test_the_pace_is_of_the_last_seconds_and_told_now_and_then() -> None:
    now, told = [0.0], list[DownloadProgress]()
    pace = Pace(told.append, lambda: now[0])
    for tenth in range(1, 301):
        now[0] = tenth / 10
        # 10 MiB/s for 20 s, then twice as much.
        rate = tenth if tenth <= 200 else 2 * tenth - 200
        pace.tell(progress(rate * MIB, rate * MIB))
    assert 100 < len(told) < 160
    assert told[0].speed is None
    assert told[40].speed == pytest.approx(10 * MIB, rel=0.05)
    assert told[-1].speed == pytest.approx(20 * MIB, rel=0.05)
    count = len(told)
    pace.tell(progress(0, 0, waiting="answer 429"))
    pace.tell(progress(1000 * MIB, 0))
    assert len(told) == count + 2


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (progress(0, 0), "0 MiB of 1000 MiB · 0 % · beginning"),
        (progress(5 * MIB, 0), "5 MiB of 1000 MiB · 0 % · checking what is here"),
        (progress(5 * MIB, 9), "5 MiB of 1000 MiB · 0 %"),
        (
            progress(400 * MIB, 9, speed=20.0 * MIB),
            "400 MiB of 1000 MiB · 40 % · 20.0 MiB/s · 30 s left",
        ),
        (
            progress(999 * MIB, 9, speed=0.02 * MIB),
            "999 MiB of 1000 MiB · 99 % · 20 KiB/s · 50 s left",
        ),
        (
            progress(400 * MIB, 9, speed=1.0, waiting="answer 429"),
            "400 MiB of 1000 MiB · 40 % · answer 429",
        ),
    ],
)
def test_progress_in_words(of: DownloadProgress, words: str) -> None:
    assert progress_words(of) == words


@pytest.mark.parametrize(("seconds", "left"), [(3720, "1 h 2 min"), (150, "2 min"), (0.2, "1 s")])
def test_time_left_in_words(seconds: float, left: str) -> None:
    assert duration(seconds) == left


def test_while_the_index_has_not_come_there_is_no_size_and_no_share() -> None:
    waits = DownloadProgress(name="a/b", done=0, total=0, fetched=0, waiting="answer 429")
    assert progress_words(waits) == "answer 429"
    download = Download(id="1", what="a/b", phase=DownloadPhase.RUNNING, progress=waits)
    shown = shown_download(download)
    assert (shown.share, shown.line) == (None, "answer 429")


def test_each_phase_has_its_line_and_buttons() -> None:
    half = progress(500 * MIB, 9)
    lines = {
        phase: shown_download(
            Download(id="1", what="ann/tiny:a/b-Q4.gguf", phase=phase, progress=half)
        )
        for phase in DownloadPhase
    }
    assert {shown.name for shown in lines.values()} == {"b-Q4"}
    can_pause = {phase for phase, shown in lines.items() if shown.can_pause}
    can_resume = {phase for phase, shown in lines.items() if shown.can_resume}
    assert can_pause == {DownloadPhase.QUEUED, DownloadPhase.RUNNING}
    assert can_resume == {DownloadPhase.PAUSED, DownloadPhase.FAILED}
    assert lines[DownloadPhase.PAUSED].line == "500 MiB of 1000 MiB · 50 % · paused"
    assert lines[DownloadPhase.PAUSED].share == 0.5
    assert lines[DownloadPhase.DONE].line == "1000 MiB · here and verified"
    assert lines[DownloadPhase.DONE].share == 1.0


@pytest.mark.parametrize(
    ("gpu", "ram", "fit"),
    [
        (6 * GIB, 8 * GIB, Fit.GPU),
        (2 * GIB, 8 * GIB, Fit.PARTLY),
        (0, 8 * GIB, Fit.MEMORY),
        (0, 3 * GIB, Fit.NOT),
        (2 * GIB, 2 * GIB, Fit.NOT),
        (None, 8 * GIB, Fit.UNKNOWN),
        (0, None, Fit.UNKNOWN),
    ],
)
def test_what_fits_where(gpu: int | None, ram: int | None, fit: Fit) -> None:
    assert rough_fit(4 * GIB, FreeMemory(gpu, ram)) is fit


def test_what_is_free_counts_the_loaded_model_out() -> None:
    card = GpuMetrics(
        index=0, name="A", vram_used=9 * GIB, vram_total=12 * GIB, engine_vram=8 * GIB
    )
    metrics = ServerMetrics(
        ram_used=6 * GIB, ram_total=16 * GIB, engine_rss=9 * GIB, engine_ram=GIB, gpus=(card, card)
    )
    assert free_memory(metrics) == FreeMemory(22 * GIB, 11 * GIB)
    unknown = metrics.model_copy(update={"gpus": (GpuMetrics(index=0, name="A"),)})
    assert free_memory(unknown) == FreeMemory(None, 11 * GIB)
    assert free_memory(metrics.model_copy(update={"gpus": ()})) == FreeMemory(0, 11 * GIB)
    late = metrics.model_copy(update={"engine_ram": 8 * GIB})
    assert free_memory(late) == FreeMemory(22 * GIB, 16 * GIB), "no more than there is"
    assert free_memory(None) == FreeMemory(None, None)


def choice(name: str, size: int) -> HubChoice:
    return HubChoice(
        what=f"ann/x:{name}", name=name, quantization=None, size=size, files=1, projector=False
    )


@pytest.mark.parametrize(
    ("gpu", "usual", "proposed"),
    [
        (24 * GIB, "ann/x:b", "ann/x:b"),
        (3 * GIB, "ann/x:b", "ann/x:a"),
        (24 * GIB, None, "ann/x:c"),
        (GIB, None, "ann/x:a"),
        (0, "ann/x:b", "ann/x:a"),
    ],
)
def test_the_usual_one_is_proposed_if_it_fits_else_the_largest_that_does(
    gpu: int, usual: str | None, proposed: str
) -> None:
    offer = HubOffer(
        repository="ann/x",
        licence="mit",
        choices=(choice("a", 2 * GIB), choice("b", 4 * GIB), choice("c", 8 * GIB)),
        usual=usual,
        folder=Path("/m"),
        free=5 * GIB,
    )
    shown = shown_offer(offer, FreeMemory(gpu, 32 * GIB))
    assert [one.what for one in shown.choices if one.proposed] == [proposed]
    assert [one.room for one in shown.choices] == [True, True, False]
    assert shown.line == "mit · 5.0 GiB free on the disk"


def test_the_list_beside_the_program_is_sound() -> None:
    models = read_curated(program_folder() / FILE)
    assert len(models) >= 10
    assert [model.size for model in models] == sorted(model.size for model in models)
    for model in models:
        request = hub_request(model.what, HUGGING_FACE)
        assert request.wanted in (None, model.quantization)
    shown = shown_curated(models, FreeMemory(8 * GIB, 16 * GIB))
    (proposed,) = [one for one in shown.models if one.proposed]
    assert proposed.name == "Qwen3 8B"
    assert {one.fit for one in shown.models} == {Fit.GPU, Fit.PARTLY}
    on_cpu = shown_curated(models, FreeMemory(0, 64 * GIB))
    assert on_cpu.models[0].name == "Gemma 3 4B"
    nothing = shown_curated(models, FreeMemory(0, 2**28))
    assert not any(one.proposed for one in nothing.models)


def test_a_listed_model_that_was_downloaded_is_here(tmp_path: Path) -> None:
    folder = tmp_path / "Qwen" / "Qwen3-8B-GGUF"
    split = tmp_path / "Qwen" / "Qwen2.5-Coder-7B-Instruct-GGUF"
    only = tmp_path / "ggml-org" / "gpt-oss-20b-GGUF"
    for place in (folder, split, only):
        place.mkdir(parents=True)
    (folder / "Qwen3-8B-Q8_0.gguf").touch()
    (folder / "Qwen3-8B-Q4_K_M.gguf.0123456789ab.part").touch()
    (split / "coder-Q4_K_M-00002-of-00002.gguf").touch()
    (only / "gpt-oss-20b-mxfp4.gguf").touch()

    def here() -> set[str]:
        listed = curated_models(program_folder() / FILE, tmp_path)
        shown = shown_curated(listed, FreeMemory(8 * GIB, 16 * GIB))
        assert all((one.note == "here already") is one.here for one in shown.models)
        return {one.name for one in shown.models if one.here}

    assert here() == {"gpt-oss 20B"}
    (folder / "Qwen3-8B-Q4_K_M.gguf").touch()
    (split / "coder-Q4_K_M-00001-of-00002.gguf").touch()
    assert here() == {"gpt-oss 20B", "Qwen3 8B", "Qwen2.5 Coder 7B Instruct"}


@pytest.mark.parametrize("source", [None, *TokenSource])
def test_every_source_of_a_token_has_words(source: TokenSource | None) -> None:
    shown = shown_token(TokenStatus(source=source))
    assert shown.line
    assert shown.can_keep
    assert shown.kept is (source is TokenSource.KEYRING)
    without = shown_token(TokenStatus(source=source, no_keyring="there is none"))
    assert not without.can_keep
    assert ("there is none" in without.line) is (source is None)
