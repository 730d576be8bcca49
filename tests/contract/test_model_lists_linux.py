"""Lists of models made by the real child: for the page, and the few for menus."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import fit_models
from tests.gguf_files import write_gguf
from tests.web.model_house import write_model
from tray.infrastructure.llama.model_lister import SUBCOMMAND, ModelLines
from tray.infrastructure.llama.model_menu import MOST, ModelMenu
from tray.infrastructure.own_program import light_command
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.fit_mark import Fit
from tray.models.model_page import ListRequest, ModelsRead, ModelsShown
from tray.models.room import Machine, Room

COMMAND = light_command(SUBCOMMAND)
SILENT = (sys.executable, "-c", "import sys; sys.stdin.read()")


def request(root: Path) -> ListRequest:
    return ListRequest(folders=(root / "models",), index=root / "index.json", state=root)


def said(root: Path) -> list[bytes]:
    lines = ModelLines(request(root), COMMAND)
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
    assert shown.rows[2].line == "It ends or breaks in its header."
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
    lines = ModelLines(request(tmp_path), COMMAND)
    assert next(iter(lines))
    lines.close()
    assert list(lines) == []


def test_a_child_that_says_nothing_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(PaddockError) as failed:
        ModelLines(request(tmp_path), SILENT)
    assert failed.value.failure.cause is FailureCause.INTERNAL


def test_the_menu_searches_again_only_when_a_folder_changed(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        write_gguf(tmp_path / "models" / "deep" / f"{number:02}.gguf")
    asked: list[None] = []

    def ask() -> ListRequest:
        asked.append(None)
        return request(tmp_path)

    menu = ModelMenu(ask, COMMAND)
    few = menu.few()
    assert [model.name for model in few] == [f"{number:02}" for number in range(MOST)]
    assert menu.few() is few
    write_gguf(tmp_path / "models" / "deep" / "00a.gguf")
    assert [model.name for model in menu.few()][:2] == ["00", "00a"]
    assert len(asked) == 3


def test_lists_go_by_the_facts_and_the_presets_of_their_models(tmp_path: Path) -> None:
    path = fit_models.write(tmp_path / "models" / "dense.gguf", fit_models.dense(layers=1))
    write_gguf(tmp_path / "models" / "empty.gguf")
    said(tmp_path)
    machine = Machine(gpus=(), ram=Room(name="RAM", free=2 << 30, total=4 << 30))
    long = LlamaCppConfig(model_path=path, context_size=1 << 24)
    asked = request(tmp_path).model_copy(update={"machine": machine})
    own = asked.model_copy(update={"own": (long,)})
    assert (mark(asked, "dense"), mark(own, "dense")) == (Fit.MEMORY, Fit.NOT)
    few, long_few = ModelMenu(lambda: asked, COMMAND).few(), ModelMenu(lambda: own, COMMAND).few()
    assert [model.name for model in few] == ["dense", "empty"]
    assert 10 << 20 < (few[0].needed or 0) < 1 << 30 < (long_few[0].needed or 0)
    assert few[1].needed is None


def mark(asked: ListRequest, name: str) -> Fit:
    lines = ModelLines(asked, COMMAND)
    try:
        first = next(line for line in lines if line.strip())
    finally:
        lines.close()
    rows = ModelsShown.model_validate_json(first).rows
    return next(row.fit for row in rows if row.name == name)
