"""The menu's lines, from snapshots alone."""

from pathlib import Path

import pytest

from tray.models.catalog import FoundModel
from tray.models.config import EngineKind
from tray.models.failure import FailureCause, ServerFailure
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import Connection, EngineInfo, ModelId, ModelState, ServerPhase
from tray.ui.api_words import api_address, curl_example
from tray.ui.menu_entry import SEPARATOR, Entry, Verb
from tray.ui.present import launch_name
from tray.ui.tray_menu import LONGEST_LABEL, menu_entries, shape

DEMO = ModelId(name="demo")
QWEN = FoundModel(name="Qwen3-4B-Q4_K_M", path=Path("/models/qwen.gguf"), size=5 * 2**29)
READY = ModelState(
    phase=ServerPhase.READY,
    engine=EngineInfo(kind=EngineKind.BUNDLED, device="CPU"),
    model=DEMO,
    port=41234,
    pid=7,
)


def labels(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.label for entry in entries if entry is not SEPARATOR]


def entry_of(entries: tuple[Entry, ...], verb: Verb) -> Entry:
    return next(entry for entry in entries if entry.verb is verb)


def submenu(entries: tuple[Entry, ...], label: str) -> tuple[Entry, ...]:
    return next(entry.submenu for entry in entries if entry.label == label)


def metrics(cpu: float, tokens: float | None = None) -> ServerMetrics:
    return ServerMetrics(cpu_percent=cpu, ram_used=2**30, ram_total=2**34, tokens_per_second=tokens)


def test_the_menu_of_a_ready_engine_reads_like_this() -> None:
    gpu = GpuMetrics(index=0, name="A", load_percent=34, vram_used=2**30, vram_total=2**33)
    measured = metrics(12).model_copy(update={"gpus": (gpu,), "engine_rss": 2**29})
    state = READY.model_copy(update={"metrics": measured})
    assert labels(menu_entries(state, (QWEN,), DEMO)) == [
        "Open chat",
        "Ready · demo model · bundled engine, CPU · port 41234",
        "Stop",
        "Free memory",
        "Model",
        "GPU 0 · 34 % · 1.0 / 8.0 GiB · –",
        "CPU · 12 %",
        "RAM · 1.0 / 16.0 GiB",
        "Engine · 512 MiB RAM",
        "Copy",
        "Show log",
        "Open settings file",
        "Quit",
    ]


def test_open_chat_comes_first_and_is_the_default() -> None:
    entries = menu_entries(ModelState(), (), DEMO)
    assert entries[0].verb is Verb.OPEN_CHAT
    assert [entry.verb for entry in entries if entry.default] == [Verb.OPEN_CHAT]


def test_information_cannot_be_clicked() -> None:
    entries = menu_entries(READY.model_copy(update={"metrics": metrics(1)}), (), DEMO)
    notes = [e for e in entries if e.verb is None and not e.submenu and e is not SEPARATOR]
    assert len(notes) == 4
    assert not any(note.enabled for note in notes)


@pytest.mark.parametrize(
    ("phase", "verbs", "enabled"),
    [
        (ServerPhase.STOPPED, [Verb.START], True),
        (ServerPhase.STARTING, [Verb.STOP], True),
        (ServerPhase.READY, [Verb.STOP], True),
        (ServerPhase.STOPPING, [Verb.START], False),
        (ServerPhase.BACKOFF, [Verb.START, Verb.STOP], True),
        (ServerPhase.FAILED, [Verb.START], True),
        (ServerPhase.CLOSED, [Verb.START], False),
    ],
)
def test_every_phase_offers_what_it_allows(
    phase: ServerPhase, verbs: list[Verb], enabled: bool
) -> None:
    entries = menu_entries(ModelState(phase=phase), (), DEMO)
    offered = [e for e in entries if e.verb in (Verb.START, Verb.STOP)]
    assert [(e.verb, e.enabled) for e in offered] == [(verb, enabled) for verb in verbs]


def test_start_runs_the_model_that_is_marked() -> None:
    chosen = ModelId(name=QWEN.name, path=QWEN.path)
    stopped = ModelState(model=chosen)
    entries = menu_entries(stopped, (QWEN,), DEMO)
    marked = [e for e in submenu(entries, "Model") if e.chosen]
    assert [e.label for e in marked] == ["Qwen3-4B-Q4_K_M · 2.5 GiB"]
    assert entry_of(entries, Verb.START).value == marked[0].value == str(QWEN.path)


def test_a_model_outside_the_folders_is_listed_and_marked() -> None:
    elsewhere = ModelId(name="own", path=Path("/elsewhere/own.gguf"))
    entries = submenu(menu_entries(ModelState(), (QWEN,), elsewhere), "Model")
    assert [(e.label, e.chosen) for e in entries if e.verb is Verb.START] == [
        ("demo model · built in", False),
        ("Qwen3-4B-Q4_K_M · 2.5 GiB", False),
        ("own", True),
    ]


@pytest.mark.parametrize("phase", list(ServerPhase))
def test_address_and_key_can_be_copied_only_while_they_exist(phase: ServerPhase) -> None:
    copy = submenu(menu_entries(ModelState(phase=phase), (), DEMO), "Copy")
    assert {e.enabled for e in copy if e.verb is not Verb.COPY_LAUNCH} == {
        phase is ServerPhase.READY
    }


@pytest.mark.parametrize(
    ("kind", "label"),
    [(EngineKind.EXECUTABLE, "Command line"), (EngineKind.BUNDLED, "Engine settings")],
)
def test_what_was_launched_can_be_copied(kind: EngineKind, label: str) -> None:
    state = ModelState(engine=EngineInfo(kind=kind), launch="llama-server --model m.gguf")
    entry = submenu(menu_entries(state, (), DEMO), "Copy")[-1]
    assert (entry.label, entry.verb, entry.value, entry.enabled) == (
        label,
        Verb.COPY_LAUNCH,
        "llama-server --model m.gguf",
        True,
    )


def test_the_shell_a_command_line_is_for_is_named_where_there_are_two() -> None:
    state = ModelState(engine=EngineInfo(kind=EngineKind.EXECUTABLE))
    assert launch_name(state, "win32") == "Command line (PowerShell)"
    assert launch_name(state, "linux") == launch_name(state, "darwin") == "Command line"
    bundled = ModelState(engine=EngineInfo(kind=EngineKind.BUNDLED))
    assert launch_name(bundled, "win32") == "Engine settings"


def test_a_failure_is_named() -> None:
    failure = ServerFailure(cause=FailureCause.CRASHED, title="The engine crashed", detail="…")
    state = ModelState(phase=ServerPhase.FAILED, failure=failure)
    assert "Failed · The engine crashed" in labels(menu_entries(state, (), DEMO))


def test_numbers_change_labels_and_nothing_else() -> None:
    one = menu_entries(READY.model_copy(update={"metrics": metrics(1)}), (QWEN,), DEMO)
    two = menu_entries(READY.model_copy(update={"metrics": metrics(2, 54.3)}), (QWEN,), DEMO)
    assert one != two
    assert shape(one) == shape(two)


@pytest.mark.parametrize(
    "other",
    [
        menu_entries(READY.model_copy(update={"phase": ServerPhase.STOPPING}), (QWEN,), DEMO),
        menu_entries(READY, (), DEMO),
        menu_entries(READY.model_copy(update={"metrics": metrics(1)}), (QWEN,), DEMO),
    ],
)
def test_what_is_more_than_a_number_changes_the_shape(other: tuple[Entry, ...]) -> None:
    assert shape(menu_entries(READY, (QWEN,), DEMO)) != shape(other)


def test_no_label_is_wider_than_a_menu_should_be() -> None:
    long = FoundModel(name="m" * 300, path=Path("/m.gguf"), size=2**30)
    entries = menu_entries(ModelState(), (long,), ModelId(name="n" * 300, path=Path("/n.gguf")))
    every = [*entries, *submenu(entries, "Model")]
    assert max(len(entry.label) for entry in every) == LONGEST_LABEL
    assert any(entry.label.endswith("… · 1.0 GiB") for entry in every)


def test_what_is_copied_reaches_the_engine() -> None:
    connection = Connection(base_url="http://127.0.0.1:41234", api_key="secret")
    assert api_address(connection) == "http://127.0.0.1:41234/v1"
    assert curl_example(connection) == (
        "curl http://127.0.0.1:41234/v1/chat/completions"
        ' -H "Authorization: Bearer secret" -H "Content-Type: application/json"'
        r' -d "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"'
    )


def test_a_model_too_large_for_the_computer_is_marked() -> None:
    state = ModelState(metrics=ServerMetrics(ram_used=2**30, ram_total=2**32))
    small = QWEN.model_copy(update={"name": "small", "size": 2**29})
    large = QWEN.model_copy(update={"name": "large", "size": 2**36})
    entries = labels(submenu(menu_entries(state, (large, small), DEMO), "Model"))
    assert entries[1] == "large · 64.0 GiB · does not fit"
    assert entries[2] == "small · 512 MiB"
    worked_out = small.model_copy(update={"needed": 2**36})
    entries = labels(submenu(menu_entries(state, (worked_out,), DEMO), "Model"))
    assert entries[1] == "small · 512 MiB · does not fit", "its file says more than its size"
    assert entries[-2:] == ["More models…", "Open model folder"]
