"""``paddock models`` as a user types it, downloading by https from a mirror on this machine."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.contract.hub_server import CERTIFICATE, REPOSITORY, Handler, Hub, hub_of
from tests.engine.cli_setup import CommandLine
from tests.gguf_files import gguf, write_gguf
from tray.infrastructure.own_program import program_folder
from tray.models.catalog import DescribedModel, ModelCatalog

assert sys.platform == "linux"
DEMO = (program_folder() / "assets" / "demo_model" / "demo.gguf").read_bytes()
NAME = "tiny-Q8_0.gguf"


@pytest.fixture
def paddock(tmp_path: Path) -> CommandLine:
    line = CommandLine(tmp_path)
    line.environment |= {"SSL_CERT_FILE": str(CERTIFICATE), "NO_PROXY": "127.0.0.1"}
    line.environment.pop("HF_TOKEN", None)
    return line


def use_mirror(paddock: CommandLine, hub: Hub) -> None:
    settings = paddock.root / "config" / "paddock" / "settings.toml"
    settings.parent.mkdir(mode=0o700, parents=True)
    settings.write_text(f'[models]\nmirror = "{hub.address}"\n')


def models_of(paddock: CommandLine) -> tuple[DescribedModel, ...]:
    done = paddock("models", "--json")
    assert done.returncode == 0, done.stderr
    return ModelCatalog.model_validate_json(done.stdout).models


def folder_of(paddock: CommandLine) -> Path:
    return paddock.root / "data" / "paddock" / "models" / REPOSITORY


def arrived(paddock: CommandLine) -> int:
    return sum(part.stat().st_size for part in folder_of(paddock).glob("*.part"))


def begin_slowly(paddock: CommandLine, hub: Hub) -> subprocess.Popen[str]:
    """A download of which something has arrived and more is to come."""
    hub.piece, hub.pause = 20_000, 0.2
    process = paddock.spawn("models", "download", REPOSITORY)
    until(lambda: arrived(paddock) >= 40_000)
    return process


def test_from_a_pasted_address_to_a_listed_model(paddock: CommandLine) -> None:
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        done = paddock("models", "download", f"https://huggingface.co/{REPOSITORY}/tree/main")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(folder_of(paddock) / NAME)
    (model,) = models_of(paddock)
    assert (model.name, model.facts.quantization) == ("tiny-Q8_0", "Q8_0")
    shown = paddock("models", "show", "tiny-q8_0")
    assert "Paddock demo model" in shown.stdout
    assert json.loads(paddock("models", "show", "tiny-Q8_0", "--json").stdout)["size"] == len(DEMO)
    assert "tiny-Q8_0" in paddock("models").stdout


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_kill_and_a_pause_lose_nothing(paddock: CommandLine, ending: signal.Signals) -> None:
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        process = begin_slowly(paddock, hub)
        process.send_signal(ending)
        _, said = process.communicate(timeout=20)
        if ending is signal.SIGINT:
            assert process.returncode == 130
            assert "Paused" in said
        kept = arrived(paddock)
        assert models_of(paddock) == ()
        hub.piece, hub.pause = 1 << 16, 0.0
        done = paddock("models", "download", REPOSITORY)
        assert done.returncode == 0, done.stderr
    assert hub.asked[-1].range == f"bytes={kept}-"
    assert (folder_of(paddock) / NAME).read_bytes() == DEMO
    assert arrived(paddock) == 0


def test_two_downloads_of_one_file(paddock: CommandLine) -> None:
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        process = begin_slowly(paddock, hub)
        second = paddock("models", "download", REPOSITORY)
        assert second.returncode == 1
        assert "running already" in second.stderr
        hub.pause = 0.0
        process.communicate(timeout=20)
        assert process.returncode == 0
    assert (folder_of(paddock) / NAME).read_bytes() == DEMO


def test_a_certificate_nobody_knows_is_refused(paddock: CommandLine) -> None:
    del paddock.environment["SSL_CERT_FILE"]
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        done = paddock("models", "download", REPOSITORY)
    assert done.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr
    assert hub.asked == []


def test_a_gated_model_opens_with_the_token(paddock: CommandLine) -> None:
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        hub.token = "hf_secret"
        refused = paddock("models", "download", REPOSITORY)
        assert refused.returncode == 1
        assert f"{hub.address}/{REPOSITORY}: " in refused.stderr
        paddock.environment["HF_TOKEN"] = "hf_secret"
        done = paddock("models", "download", REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert "hf_secret" not in done.stdout + done.stderr


def test_a_name_commands_no_terminal_when_it_is_said(paddock: CommandLine) -> None:
    name = "esc\x1b[31m"
    write_gguf(folder_of(paddock) / f"{name}.gguf")
    write_gguf(folder_of(paddock) / f"{name} cut.gguf", b"")
    unknown = paddock("models", "fit", "nobody")
    shown = paddock("models", "show", f"{name} cut")
    gone = paddock("models", "delete", name, "--for-good")
    assert (unknown.returncode, shown.returncode, gone.returncode) == (1, 1, 0)
    for said in (unknown, shown, gone):
        assert "esc\ufffd[31m" in said.stderr
        assert "\x1b" not in said.stderr


def test_show_says_what_is_wrong(paddock: CommandLine) -> None:
    demo = paddock("models", "show", "demo")
    assert (demo.returncode, "built in" in demo.stderr) == (1, True)
    write_gguf(folder_of(paddock) / "bad.gguf", gguf()[:20])
    done = paddock("models", "show", "bad")
    assert (done.returncode, done.stdout) == (1, "")
    assert "header" in done.stderr
    assert "there is no model nobody" in paddock("models", "show", "nobody").stderr
    # It is listed, and has presets; only there is nothing to show of it.
    assert "the demo model is built in" in paddock("models", "show", "demo").stderr
    assert paddock("models", "download", "nonsense").returncode == 1


def test_a_folder_of_the_settings_that_is_gone_is_said(paddock: CommandLine) -> None:
    settings = paddock.root / "config" / "paddock" / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[models]\nfolders = ["/nowhere/models"]\n')
    said = "The folder /nowhere/models is not searched: it is not there."
    assert said in paddock("models").stdout


def test_a_path_may_be_spelled_in_any_way(paddock: CommandLine) -> None:
    models = folder_of(paddock)
    path = write_gguf(models / "tiny.gguf", DEMO)
    (paddock.root / "link").symlink_to(models)
    by_link, by_way = paddock.root / "link" / "tiny.gguf", models / ".." / models.name / "tiny.gguf"
    assert paddock("models", "presets", str(by_link), "set", "Mine", "seed=7").returncode == 0
    listed = paddock("models", "presets", "tiny").stdout
    assert "Mine" in listed
    assert paddock("models", "presets", str(by_way)).stdout == listed
    for spelled in (by_link, by_way):
        shown = paddock("models", "show", str(spelled), "--json").stdout
        assert json.loads(shown)["path"] == str(path)
    assert paddock("models", "delete", str(by_way), "--for-good").returncode == 0
    assert not path.exists()


def test_a_deleted_preset_comes_back_with_the_command_it_left(paddock: CommandLine) -> None:
    path = write_gguf(paddock.root / "data" / "paddock" / "models" / "a b.gguf", DEMO)
    values = (
        *("context_size=512", "margin=256", "cache_type_k=q8_0", "temperature=0.5"),
        *('extra_arguments=["--no-kv-offload"]', 'system_prompt="12"', "seed=7"),
    )
    assert paddock("models", "presets", str(path), "set", "My own", *values).returncode == 0
    before = paddock("models", "presets", "a b").stdout
    gone = paddock("models", "presets", "a b", "delete", "My own")
    assert "My own" not in gone.stdout
    first, command = gone.stderr.splitlines()
    assert first == "Deleted My own. To have it back:"
    name, *arguments = shlex.split(command)
    assert name == "paddock"
    assert paddock(*arguments).stdout == before
    refused = paddock("models", "presets", "a b", "set", "My own", "top_p=7")
    assert refused.stderr.startswith("paddock: top_p cannot have this value; it takes ")


def test_what_an_index_waits_for_is_said(paddock: CommandLine) -> None:
    with hub_of({NAME: DEMO}, encrypted=True) as hub:
        use_mirror(paddock, hub)
        hub.troubles = [too_many]
        done = paddock("models", "download", REPOSITORY)
        hub.troubles = [too_many]
        listed = paddock("models", "download", REPOSITORY, "--list")
    assert f"{REPOSITORY} · answer 429; trying again in 1 s" in done.stderr
    assert "answer 429; trying again in 1 s" in listed.stderr
    assert (done.returncode, listed.returncode) == (0, 0)


def too_many(handler: Handler) -> bool:
    handler.answer(429, b"", Retry_After="1")
    return True
