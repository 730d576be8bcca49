"""Lists of models made by the real child: for the page, and the few for menus."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import fit_models
from tests.contract.guard_setup import until
from tests.gguf_files import write_gguf
from tests.processes import arguments
from tests.web.model_house import write_model
from tray.infrastructure.model_files import menu as model_menu
from tray.infrastructure.model_files.lister import SUBCOMMAND, ModelLister
from tray.infrastructure.model_files.menu import MOST, ModelMenu
from tray.infrastructure.own_program import light_command
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.fit_mark import Fit
from tray.models.model_page import ListRequest, ModelsRead, ModelsShown
from tray.models.room import Machine, Room

WAIT = 10.0
ROOT = Path(__file__).parents[2]
COMMAND = light_command(SUBCOMMAND)
LISTER = ModelLister(COMMAND)
SILENT = (sys.executable, "-c", "import sys; sys.stdin.read()")


def request(root: Path) -> ListRequest:
    return ListRequest(folders=(root / "models",), index=root / "index.json", state=root)


def children() -> list[psutil.Process]:
    """Those that list, and run."""
    return [child for child in psutil.Process().children() if SUBCOMMAND in arguments(child)]


def said(root: Path) -> list[bytes]:
    lines = LISTER.lines(request(root))
    try:
        return [line for line in lines if line.strip()]
    finally:
        lines.close()


def test_the_list_comes_at_once_and_the_facts_once_read(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "models" / "big.gguf")
    write_model(path)
    write_gguf(tmp_path / "models" / "cut.gguf", b"GGUF")
    first, *rest = said(tmp_path)
    shown = ModelsShown.model_validate_json(first)
    assert [row.name for row in shown.rows] == ["demo model", "big", "cut.gguf"]
    assert (shown.reading, shown.summary) == (1, "1 model, 1 still being read")
    assert shown.rows[2].line == "It is damaged or cut off in its header."
    (row,) = ModelsRead.model_validate_json(rest[-1]).rows
    assert row.line == "64 · Q4_K_M · 0 MiB · 32k context"
    (again,) = said(tmp_path)
    assert ModelsShown.model_validate_json(again).rows[1] == row


def test_a_model_that_went_bad_after_its_header_moves_to_the_reasons(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "models" / "bad.gguf")
    write_model(path, weights=4096)
    path.write_bytes(path.read_bytes()[:-8000])
    (row,) = ModelsRead.model_validate_json(said(tmp_path)[-1]).rows
    assert (row.problem, row.line) == (True, "It is incomplete: its last weights are missing.")


def test_closing_ends_the_child_while_it_reads(tmp_path: Path) -> None:
    for number in range(50):
        write_gguf(tmp_path / "models" / f"{number}.gguf")
    lines = LISTER.lines(request(tmp_path))
    assert next(iter(lines))
    lines.close()
    assert list(lines) == []


def test_a_child_that_says_nothing_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(PaddockError) as failed:
        ModelLister(SILENT).lines(request(tmp_path))
    assert failed.value.failure.cause is FailureCause.INTERNAL


def test_a_child_made_ready_makes_the_next_list(tmp_path: Path) -> None:
    lister = ModelLister(COMMAND)
    lister.make_ready()
    (ready,) = children()
    lister.make_ready()
    write_gguf(tmp_path / "models" / "unread.gguf")
    lines = lister.lines(request(tmp_path))
    assert children() == [ready]
    lines.close()
    assert children() == []


def test_a_child_made_ready_ends_when_nobody_asks(tmp_path: Path) -> None:
    lister = ModelLister(COMMAND, ready_seconds=0.05)
    lister.make_ready()
    # On a busy computer it may be gone before anybody looks.
    until(lambda: not children())
    lines = lister.lines(request(tmp_path))
    assert len(list(lines)) == 1
    lines.close()


def test_a_child_made_ready_ends_with_its_lister() -> None:
    lister = ModelLister(COMMAND)
    lister.make_ready()
    lister.close()
    assert children() == []


def test_a_child_made_ready_that_was_killed_is_replaced(tmp_path: Path) -> None:
    lister = ModelLister(COMMAND)
    lister.make_ready()
    (ready,) = children()
    ready.kill()
    ready.wait(WAIT)
    lines = lister.lines(request(tmp_path))
    assert len(list(lines)) == 1
    lines.close()


def test_a_child_made_ready_ends_with_its_parent() -> None:
    code = (
        "from tray.infrastructure.model_files.lister import ModelLister\n"
        f"lister = ModelLister({COMMAND!r})\n"
        "lister.make_ready()\n"
        "print(lister._ready.pid, flush=True)\n"
        "import os; os._exit(0)\n"
    )
    python = (sys.executable, "-c", code)
    said = subprocess.run(python, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(said.stdout)).wait(WAIT)


def test_what_cannot_be_started_is_a_failure_and_readies_nothing(tmp_path: Path) -> None:
    lister = ModelLister((str(tmp_path / "none"),))
    lister.make_ready()
    with pytest.raises(PaddockError):
        lister.lines(request(tmp_path))


def test_the_menu_searches_again_only_when_a_folder_changed(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        write_gguf(tmp_path / "models" / "deep" / f"{number:02}.gguf")
    asked: list[None] = []

    def ask() -> ListRequest:
        asked.append(None)
        return request(tmp_path)

    menu = ModelMenu(ask, LISTER)
    few = menu.few()
    assert [model.name for model in few] == [f"{number:02}" for number in range(MOST)]
    assert menu.few() is few
    write_gguf(tmp_path / "models" / "deep" / "00a.gguf")
    assert [model.name for model in menu.few()][:2] == ["00", "00a"]
    assert len(asked) == 3


def test_a_folder_that_does_not_answer_holds_up_one_look_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gguf(tmp_path / "models" / "a.gguf")
    menu = ModelMenu(lambda: request(tmp_path), LISTER, patience=WAIT)
    known = menu.few()
    hung, answers, ended = threading.Event(), threading.Event(), threading.Event()

    def hanging(_: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
        hung.set()
        answers.wait()
        ended.set()
        yield "", 0

    with monkeypatch.context() as share:
        share.setattr(model_menu, "_changes", hanging)
        menu.patience = 0.01
        assert menu.few() is known
        assert hung.wait(WAIT)
        menu.patience = threading.TIMEOUT_MAX
        assert menu.few() is known
    write_gguf(tmp_path / "models" / "b.gguf")
    answers.set()
    assert ended.wait(WAIT)
    until(lambda: [model.name for model in menu.few()] == ["a", "b"])


def test_lists_go_by_the_facts_and_the_presets_of_their_models(tmp_path: Path) -> None:
    path = fit_models.write(tmp_path / "models" / "dense.gguf", fit_models.dense(layers=1))
    write_gguf(tmp_path / "models" / "empty.gguf")
    said(tmp_path)
    machine = Machine(gpus=(), ram=Room(name="RAM", free=2 << 30, total=4 << 30))
    long = LlamaCppConfig(model_path=path, context_size=1 << 24)
    asked = request(tmp_path).model_copy(update={"machine": machine})
    own = asked.model_copy(update={"own": (long,)})
    assert (mark(asked, "dense"), mark(own, "dense")) == (Fit.MEMORY, Fit.NOT)
    few, long_few = ModelMenu(lambda: asked, LISTER).few(), ModelMenu(lambda: own, LISTER).few()
    assert [model.name for model in few] == ["dense", "empty"]
    assert 10 << 20 < (few[0].needed or 0) < 1 << 30 < (long_few[0].needed or 0)
    assert few[1].needed is None


def mark(asked: ListRequest, name: str) -> Fit:
    lines = LISTER.lines(asked)
    try:
        first = next(line for line in lines if line.strip())
    finally:
        lines.close()
    rows = ModelsShown.model_validate_json(first).rows
    return next(row.fit for row in rows if row.name == name)
