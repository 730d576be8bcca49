"""Opening through the system's handler, here a script in its place on PATH."""

import importlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.platforms import on_linux, on_posix
from tray.infrastructure import desktop
from tray.infrastructure.desktop import opener
from tray.infrastructure.desktop.opener import open_path, open_url
from tray.models.failure import FailureCause, PaddockError

REFUSED = (
    "file:///etc/passwd",
    "smb://host/share",
    "ms-msdt:/id",
    "javascript:alert(1)",
    "data:text/html,x",
    "vscode://file/x",
    "ftp://host/",
    "http://",
    "http:///path",
    "https:evil",
    "http://[::1",
    "http://host:99999/",
    "http://host/a b",
    "http://host/\n",
    "http://host/\u202egpj",
    "mailto:",
    "mailto://host/x",
    "-http://host",
    " http://host",
    "/etc/passwd",
    "",
)


@pytest.mark.parametrize("url", REFUSED)
def test_other_schemes_and_odd_spellings_are_refused(url: str) -> None:
    with pytest.raises(PaddockError) as caught:
        open_url(url)
    assert caught.value.failure.cause is FailureCause.REQUEST_REFUSED


@pytest.fixture
def handler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, with an xdg-open that notes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "xdg-open"
    script.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$1" >> "{tmp_path}/opened"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def opened(handler: Path) -> str:
    return (handler.parent / "opened").read_text()


@on_linux
def test_addresses_and_paths_reach_the_handler_as_one_argument(
    handler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(handler.parent)
    odd = Path("-$(touch hurt); x.log")
    odd.touch()
    open_url("https://example.org/a?b=c&d=$(x)#e")
    open_url("mailto:someone@example.org")
    open_path(odd)
    open_path(handler)
    assert opened(handler).split("|")[1::2] == [
        "https://example.org/a?b=c&d=$(x)#e",
        "mailto:someone@example.org",
        str(handler.parent / odd),
        str(handler),
    ]
    assert set(opened(handler).split("|")[:-1:2]) == {"1"}
    assert not Path("hurt").exists()


@on_linux
def test_no_handler_and_a_failing_one_are_typed(handler: Path) -> None:
    script = handler / "xdg-open"
    for content, expected in (
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!/no/such/shell\n", "xdg-open"),
        ("", "install xdg-utils"),
    ):
        script.write_text(content) if content else script.unlink()
        with pytest.raises(PaddockError, match=expected) as caught:
            open_path(handler)
        assert caught.value.failure.cause is FailureCause.NOTHING_OPENS_IT


def test_a_missing_file_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PaddockError, match="does not exist"):
        open_path(tmp_path / "none")


@on_linux
@pytest.mark.slow
def test_a_handler_that_stays_is_not_waited_for(handler: Path) -> None:
    script = handler / "xdg-open"
    script.write_text(f'#!/bin/sh\necho $$ > "{handler}/pid"\nexec /bin/sleep 60\n')
    open_path(handler)
    os.kill(int((handler / "pid").read_text()), 15)


@on_posix
def test_macos_shows_settings_in_the_editor_for_plain_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, settings = tmp_path / "open", tmp_path / "settings.toml"
    script.write_text(
        f'#!/bin/sh\n[ "$1" = -t ] || exit 1\nprintf "%s" "$2" > "{tmp_path}/shown"\n'
    )
    script.chmod(0o755)
    settings.touch()
    monkeypatch.setattr(opener, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(opener, "shutil", SimpleNamespace(which=lambda _: str(script)))
    open_path(settings)
    assert (tmp_path / "shown").read_text() == str(settings)
    with pytest.raises(PaddockError, match="gave up"):
        open_path(tmp_path)


def test_windows_shows_settings_in_notepad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, ...]] = []

    def startfile(*arguments: str) -> None:
        shown.append(arguments)
        if arguments[0].endswith(".toml"):
            error = OSError("No application is associated with the specified file")
            error.winerror = 1155  # type: ignore[attr-defined, unused-ignore]
            raise error

    monkeypatch.setattr(os, "startfile", startfile, raising=False)
    # The package's own name for the module, too, is put back afterwards.
    monkeypatch.setattr(desktop, "opener", opener)
    monkeypatch.delitem(sys.modules, opener.__name__)
    with monkeypatch.context() as windows:
        # For the import alone: other threads of this process are on no Windows.
        windows.setattr(sys, "platform", "win32")
        on_windows = importlib.import_module(opener.__name__)
    settings = tmp_path / "my settings.toml"
    settings.touch()
    on_windows.open_path(settings)
    assert shown == [(str(settings),), ("notepad.exe", "open", f'"{settings}"')]
