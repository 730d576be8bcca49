"""The settings file: corrupted in every way we know, and killed while saving."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.platforms import on_posix
from tray.infrastructure.settings.store import SettingsStore
from tray.models.config import EngineKind
from tray.models.failure import FailureCause, PaddockError
from tray.models.settings import Settings

GOOD = b"# mine\n[server]\nport = 5000 # fixed\n\n[metrics]\ninterval = 2.5\n"
WHOLE = "settings.toml"


def with_port(port: int | None) -> Callable[[Settings], Settings]:
    def change(settings: Settings) -> Settings:
        server = settings.server.model_copy(update={"port": port})
        return settings.model_copy(update={"server": server})

    return change


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    """A store whose good settings have been loaded once."""
    store = SettingsStore(tmp_path)
    store.path.write_bytes(GOOD)
    assert store.load().problems == ()
    return store


def test_missing_file_means_defaults(tmp_path: Path) -> None:
    loaded = SettingsStore(tmp_path).load()
    assert loaded.settings == Settings()
    assert loaded.problems == ()
    assert list(tmp_path.iterdir()) == []


CORRUPT = {
    "empty after truncation inside a value": (GOOD[:22], WHOLE),
    "truncated inside a line": (GOOD[:-9], WHOLE),
    "all NUL": (bytes(len(GOOD)), WHOLE),
    "half NUL": (GOOD[:20] + bytes(40), WHOLE),
    "UTF-16": (GOOD.decode().encode("utf-16"), WHOLE),
    "Latin-1": ('[server]\nalias = "Müller"\n'.encode("latin-1"), WHOLE),
    "not TOML": (b"port: 8080\n", WHOLE),
    "a key twice": (GOOD + b"interval = 3\n", WHOLE),
    "a number of 5000 digits": (b"[server]\nport = " + b"9" * 5000, WHOLE),
    "nested too deeply": (b"x = " + b"[" * 5000 + b"]" * 5000, WHOLE),
    "nested deeper than JSON goes": (b"x = " + b"[" * 250 + b"]" * 250, WHOLE),
    "too large": (GOOD + b"#" * (1 << 20), WHOLE),
    "text for a number": (b'[server]\nport = "8080"\n', "server.port"),
    "a number out of range": (b"[server]\nport = 80\n", "server.port"),
    "true for a number": (b"[server]\nport = true\n", "server.port"),
    "a fraction for a count": (b"[server]\nport = 5000.5\n", "server.port"),
    "not a number": (b"[server]\nport = 5000\n[metrics]\ninterval = nan\n", "metrics.interval"),
    "a date for a section": (b"power = 2026-11-22\n[server]\nport = 5000\n", "power"),
    "a date for a text": (b"[server]\nport = 5000\nalias = 2026-11-22\n", "server.alias"),
    "an unknown choice": (b'[server]\nport = 5000\nengine = "vllm"\n', "server.engine"),
    "neither of a union": (b'[server]\nport = 5000\ngpu_layers = "all"\n', "server.gpu_layers"),
    "a wrong element": (b"[server]\nport = 5000\n[models]\nfolders = [1]\n", "models.folders"),
    "a section of the wrong type": (b"server = 5\n", "server"),
    "an unknown key": (b"[server]\nport = 5000\nprot = 1\n", "server.prot"),
    "an unknown section": (b"[server]\nport = 5000\n[sever]\nport = 1\n", "sever"),
    "a newer version": (
        b"format = 9\n[server]\nport = 5000\n[server.rpc]\nhosts = []\n",
        "format",
    ),
}


@pytest.mark.parametrize(("content", "key"), CORRUPT.values(), ids=CORRUPT.keys())
def test_corrupt_file_is_named_and_the_last_good_values_hold(
    store: SettingsStore, content: bytes, key: str
) -> None:
    store.path.write_bytes(content)
    loaded = SettingsStore(store.path.parent).load()
    assert loaded.settings.server.port == 5000
    assert key in {problem.key for problem in loaded.problems}
    assert loaded.problems[0].found
    assert loaded.problems[0].allowed
    assert store.path.read_bytes() == content, "loading must never change what the user typed"


def test_a_problem_reads_as_one_plain_sentence(store: SettingsStore) -> None:
    store.path.write_bytes(b"[server]\nport = 80\nparralel_slots = 2\n")
    sentences = {problem.sentence for problem in store.load().problems}
    assert sentences == {
        "server.port: found 80; allowed is a whole number from 1024 to 65535.",
        (
            'server.parralel_slots: found an unknown name; allowed is "parallel_slots", '
            "if that was meant."
        ),
    }


def test_one_wrong_value_does_not_undo_the_others(store: SettingsStore) -> None:
    store.path.write_bytes(b'[server]\nport = "x"\nengine = "bundled"\n[metrics]\ninterval = 5.0\n')
    settings = store.load().settings
    assert settings.server.port == 5000
    assert settings.server.engine is EngineKind.BUNDLED
    assert settings.metrics.interval == 5.0


def test_a_wrong_api_key_is_not_shown(store: SettingsStore) -> None:
    store.path.write_bytes(b'[api]\nkey = "swordfish"\n')
    assert "swordfish" not in store.load().problems[0].sentence
    store.path.write_bytes(b'api = "swordfish"\n')
    assert "swordfish" not in store.load().problems[0].sentence


def test_control_characters_in_names_and_values_are_spelled_out(store: SettingsStore) -> None:
    store.path.write_bytes(b'"a\\u001bb" = 1\n[server]\nengine = "\\u202e\\u0007"\n')
    for problem in store.load().problems:
        assert problem.sentence.isprintable()


def test_bom_and_windows_line_ends_are_fine(store: SettingsStore) -> None:
    store.path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"))
    loaded = store.load()
    assert loaded.problems == ()
    assert loaded.settings.metrics.interval == 2.5
    store.save(with_port(6000))
    assert b"port = 6000 # fixed\r\n" in store.path.read_bytes()


def test_folder_link_and_unreadable_file_in_its_place(store: SettingsStore) -> None:
    store.path.unlink()
    store.path.mkdir()
    assert store.load().settings.server.port == 5000
    assert store.load().problems[0].key == WHOLE
    store.path.rmdir()
    if sys.platform != "win32":
        store.path.symlink_to("/etc/hostname")
        assert "link" in store.load().problems[0].found
        store.path.unlink()
        store.path.write_bytes(GOOD)
        os.chown(store.path, 12345, -1) if os.geteuid() == 0 else store.path.chmod(0)
        loaded = store.load()
        assert loaded.settings.server.port == 5000
        assert len(loaded.problems) == 1


def test_damaged_last_good_copy_gives_defaults(store: SettingsStore) -> None:
    store.path.write_bytes(b"torn = ")
    (store.path.parent / "settings.last-good.toml").write_bytes(b"\0\0")
    assert store.load().settings == Settings()


def test_save_keeps_comments_order_and_keys_of_a_newer_version(store: SettingsStore) -> None:
    store.path.write_bytes(GOOD + b"\n[future]\nkey = 1 # keep\n")
    saved = store.save(with_port(6000))
    text = store.path.read_text()
    assert text.startswith("# mine\n[server]\nport = 6000 # fixed\n")
    assert text.endswith("[future]\nkey = 1 # keep\n")
    assert saved.settings.server.port == 6000
    assert [problem.key for problem in saved.problems] == ["future"]
    store.path.write_bytes(b"torn = ")
    assert store.load().settings.server.port == 6000, "the last good copy follows a save"


def test_save_leaves_other_wrong_values_as_typed(store: SettingsStore) -> None:
    store.path.write_bytes(b'[server]\nport = 1 # which one?\nengine = "bundled"\n')
    store.save(lambda now: now.model_copy(update={"metrics": type(now.metrics)(interval=9.0)}))
    text = store.path.read_text()
    assert "port = 1 # which one?" in text
    assert store.load().settings.metrics.interval == 9.0


@pytest.mark.parametrize(
    "content",
    [b"server.port = 5000\n", b"server = { port = 5000 }\n", b"", b"[server.x]\ny = 1\n"],
)
def test_save_edits_every_spelling_of_a_section(store: SettingsStore, content: bytes) -> None:
    store.path.write_bytes(content)
    assert store.save(with_port(7000)).settings.server.port == 7000
    assert store.load().settings.server.port == 7000


def test_save_unsets_a_value(store: SettingsStore) -> None:
    assert store.save(with_port(None)).settings.server.port is None
    assert b"port" not in store.path.read_bytes()


def test_save_over_a_damaged_file_sets_it_aside_and_says_so(store: SettingsStore) -> None:
    store.path.write_bytes(b"torn = ")
    saved = store.save(with_port(6000))
    assert saved.settings.server.port == 6000
    assert saved.settings.metrics.interval == 2.5
    (kept,) = store.path.parent.glob("settings.toml.bad-*")
    assert kept.read_bytes() == b"torn = "
    assert kept.name in saved.problems[0].sentence
    assert store.load().problems == ()
    store.path.write_bytes(b"server = 5\n")
    store.save(with_port(6001))
    assert len(list(store.path.parent.glob("settings.toml.bad-*"))) == 2


def test_a_save_that_fails_is_typed_and_changes_nothing(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "gone")
    with pytest.raises(PaddockError) as caught:
        store.save(with_port(6000))
    assert caught.value.failure.cause is FailureCause.SETTINGS_NOT_SAVED


def test_ensure_file_writes_once(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    path = store.ensure_file()
    assert store.load().settings == Settings()
    assert store.load().problems == ()
    path.write_bytes(GOOD)
    assert store.ensure_file() == path
    assert path.read_bytes() == GOOD


def test_first_save_starts_from_the_template(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.save(with_port(6000))
    assert "# context_size = 8192" in store.path.read_text()
    assert store.load().settings.server.port == 6000


SAVER = """
import sys
from pathlib import Path
from tests.contract.test_settings_store import SettingsStore, with_port
store = SettingsStore(Path(sys.argv[1]))
port = 10000
print("ready", flush=True)
while True:
    port = port + 1 if port < 60000 else 10000
    store.save(with_port(port))
    print(port, flush=True)
"""
KILLS = int(os.environ.get("PADDOCK_TORTURE", "50"))


@on_posix
@pytest.mark.slow
def test_killed_while_saving_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.path.write_bytes(GOOD)
    for kill in range(KILLS):
        last = _save_until_killed(tmp_path, saves=1 + kill % 3, offset=(kill * 37) % 300)
        loaded = store.load()
        assert loaded.problems == ()
        assert loaded.settings.server.port in (last, last + 1)
        assert loaded.settings.metrics.interval == 2.5
        assert b"# mine" in store.path.read_bytes()


def _save_until_killed(folder: Path, saves: int, offset: int) -> int:
    """Kill a saver ``offset`` steps of 0.1 ms after a save; the port it last told.

    A save takes about 20 ms, so 300 steps reach all of it.
    """
    saver = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert saver.stdout is not None
    try:
        told = [saver.stdout.readline() for _ in range(saves + 1)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            saver.wait(offset / 10_000)
    finally:
        saver.kill()
        saver.wait()
    told += saver.stdout.readlines()
    saver.stdout.close()
    return int([line for line in told if line.endswith("\n")][-1])
