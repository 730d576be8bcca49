"""What dev.py decides before it runs anything: package tables, stamps, checks, usage."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import dev
from installer import checks, stamp
from installer.environment import LOCKS, Environment
from installer.linux import system_packages
from installer.stamp import Stamp, Work
from tests.platforms import on_posix

FAMILIES = system_packages.read_table()
DEBIAN = next(family for family in FAMILIES if family.name == "debian")
DONE = Stamp(base="here", content="locked", group="run", system=("venv",))


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', "debian"),
        ("ID=ubuntu\nID_LIKE=debian\n", "debian"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ("ID=fedora\n", "fedora"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"),
        ("ID=arch\n", "arch"),
        ("ID=endeavouros\nID_LIKE=arch\n", "arch"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "suse"),
    ],
)
def test_the_family_is_read_from_os_release(os_release: str, family: str) -> None:
    found = system_packages.family_of(os_release, FAMILIES)
    assert found is not None
    assert found.name == family


@pytest.mark.parametrize("os_release", ["", "ID=\n", "ID=plan9\nID_LIKE='nothing else'\n"])
def test_an_unknown_family_is_none(os_release: str) -> None:
    assert system_packages.family_of(os_release, FAMILIES) is None


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_has_every_set_without_repeats(family: system_packages.Family) -> None:
    assert set(family.sets) == {"venv", "desktop", "test", "engine"}
    for packages in family.sets.values():
        assert packages
        assert len(set(packages)) == len(packages)


def test_debian_desktop_is_gtk_alone() -> None:
    names = " ".join(DEBIAN.sets["desktop"]).lower()
    assert "gtk" in names
    assert "qt" not in names


def test_the_package_lists_are_refreshed_before_an_install() -> None:
    refresh, install = system_packages.install_commands(DEBIAN, ["python3-gi"])
    assert refresh == ["apt-get", "update", "-q"]
    assert install[:2] == ["apt-get", "install"]
    assert install[-1] == "python3-gi"


def test_root_needs_no_sudo_and_others_do() -> None:
    assert system_packages.as_root(0, has_sudo=False) == ()
    assert system_packages.as_root(1000, has_sudo=True) == ("sudo",)
    assert system_packages.as_root(1000, has_sudo=False) is None


def test_without_root_the_exact_command_is_said() -> None:
    commands = system_packages.install_commands(DEBIAN, ["python3-gi", "xvfb"])
    message = system_packages.by_hand(commands)
    assert message.endswith(
        "apt-get update -q && apt-get install -y -q --no-install-recommends python3-gi xvfb"
    )


@pytest.mark.parametrize(("text", "installed"), [("installed", True), ("config-files", False)])
def test_what_a_query_says_counts_beside_its_status(text: str, installed: bool) -> None:
    says = f"print({text!r})"
    family = replace(DEBIAN, query=(sys.executable, "-c", says))
    assert system_packages.is_installed(family, "anything") is installed


def test_a_query_that_fails_means_missing() -> None:
    family = replace(DEBIAN, query=(sys.executable, "-c", "raise SystemExit(1)"), says="")
    assert not system_packages.is_installed(family, "anything")


@pytest.mark.parametrize(
    ("seen", "wanted", "work"),
    [
        pytest.param(DONE, DONE, Work(False, "", ()), id="nothing to do"),
        pytest.param(Stamp(), DONE, Work(True, "run", ("venv",)), id="first time"),
        pytest.param(
            DONE, replace(DONE, base="there"), Work(True, "run", ("venv",)), id="checkout moved"
        ),
        pytest.param(
            DONE, replace(DONE, content="new"), Work(False, "run", ("venv",)), id="new locks"
        ),
        pytest.param(DONE, replace(DONE, group="dev"), Work(False, "dev", ()), id="run to dev"),
        pytest.param(replace(DONE, group="dev"), DONE, Work(False, "", ()), id="dev holds run"),
        pytest.param(
            replace(DONE, group="dev"),
            replace(DONE, content="new"),
            Work(False, "dev", ("venv",)),
            id="never back to run",
        ),
        pytest.param(
            DONE,
            replace(DONE, system=("venv", "desktop")),
            Work(False, "", ("desktop",)),
            id="a desktop appeared",
        ),
    ],
)
def test_only_what_is_missing_is_done(seen: Stamp, wanted: Stamp, work: Work) -> None:
    assert stamp.work_for(seen, wanted) == work


@pytest.mark.parametrize("wanted", [DONE, replace(DONE, group="dev", system=("venv", "test"))])
@pytest.mark.parametrize("seen", [Stamp(), DONE, replace(DONE, content="old", group="dev")])
def test_a_finished_setup_leaves_nothing_to_do(seen: Stamp, wanted: Stamp) -> None:
    work = stamp.work_for(seen, wanted)
    left = stamp.after(seen, wanted, work, system_complete=True)
    assert stamp.work_for(left, wanted).nothing


def test_missing_system_packages_are_looked_for_again() -> None:
    wanted = replace(DONE, system=("venv", "desktop"))
    left = stamp.after(DONE, wanted, stamp.work_for(DONE, wanted), system_complete=False)
    assert stamp.work_for(left, wanted) == Work(False, "", ("desktop",))


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    stamp.write(tmp_path / "stamp.json", DONE)
    assert stamp.read(tmp_path / "stamp.json") == DONE


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"base": 1}', '{"system": [], "x": 1}'])
def test_a_damaged_stamp_means_no_setup(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(text, encoding="utf-8")
    assert stamp.read(path) == Stamp()
    assert stamp.read(tmp_path / "missing.json") == Stamp()


def test_a_finished_environment_is_ready_without_a_subprocess(tmp_path: Path) -> None:
    """A second start asks nobody: this environment's Python could not even be executed."""
    checkout = _checkout(tmp_path)
    environment = Environment(checkout)
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("not a program", encoding="utf-8")
    wanted = environment.wanted("run", ("venv",))
    stamp.write(environment.stamp, wanted)
    before = environment.stamp.read_bytes()
    environment.ensure("run", ("venv",))
    assert environment.stamp.read_bytes() == before


@on_posix
def test_a_link_to_the_environment_of_another_checkout_does_not_empty_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: list[str]) -> None:
        raise InterruptedError

    monkeypatch.setattr("installer.environment.step", stop)
    other = tmp_path / "other"
    other.mkdir()
    stamp.write(other / "paddock-setup.json", DONE)
    environment = Environment(_checkout(tmp_path))
    (environment.root / "dev.py").touch()
    environment.folder.symlink_to(other)
    with pytest.raises(InterruptedError):
        environment.ensure("run", ())
    assert stamp.read(other / "paddock-setup.json") == DONE
    assert not environment.folder.exists()


def test_tool_settings_change_nothing_installed_and_dependencies_do(tmp_path: Path) -> None:
    environment = Environment(_checkout(tmp_path))
    project = environment.root / "pyproject.toml"
    first = environment.wanted("run", ())
    project.write_text(project.read_text(encoding="utf-8") + "[tool.other]\nx = 1\n")
    assert environment.wanted("run", ()) == first
    lock = environment.root / "requirements.lock"
    lock.write_text(lock.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert environment.wanted("run", ()) != first


def test_locks_pin_with_hashes_and_name_no_registry() -> None:
    for name in LOCKS.values():
        text = (dev.ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pins = [line for line in text.splitlines() if line[:1].isalnum()]
        assert pins
        assert all("==" in line and line.endswith("\\") for line in pins)


def test_the_development_lock_holds_the_run_time_one() -> None:
    run, everything = (
        {line for line in (dev.ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {_pin(line) for line in run} <= {_pin(line) for line in everything}


def test_lint_checks_types_for_every_platform() -> None:
    named = checks.checks(fix=False)
    platforms = [args[args.index("--platform") + 1] for args in named.values() if "mypy" in args]
    assert platforms == ["linux", "win32", "darwin"]
    assert "--check" in named["ruff format"]
    assert "--fix" not in named["ruff check"]


def test_lint_fails_when_one_check_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two stand-in modules, found in the folder the checks run in: one fails, one passes."""
    python = Path(sys.executable)
    (tmp_path / "ruff.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "mypy.py").write_text("print('fine')", encoding="utf-8")
    assert checks.run_checks(python, tmp_path, fix=False) == 1
    said = capsys.readouterr().out
    assert said.count("FAILED ruff") == 2
    assert said.count("ok     mypy") == 3
    assert said.endswith("lint: 2 of 5 failed\n")


@pytest.mark.parametrize(
    ("arguments", "status", "stream"), [([], 0, 1), (["--help"], 0, 1), (["fly"], 2, 2)]
)
def test_usage(
    arguments: list[str], status: int, stream: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(arguments) == status
    said = capfd.readouterr()
    assert "run [ARGUMENTS]" in (said.out if stream == 1 else said.err)


def test_usage_names_every_command() -> None:
    assert dev.__doc__ is not None
    assert all(f"\n  {name} " in dev.__doc__ for name in dev.COMMANDS)


def test_an_old_python_is_told_so() -> None:
    said = dev.too_old((3, 9, 2))
    assert said == "Paddock needs Python 3.11 or newer; this is 3.9.2."
    assert dev.too_old((3, 11, 0)) == ""


def test_become_passes_input_and_exit_status_through(tmp_path: Path) -> None:
    child = "import sys; print(sys.stdin.read().upper()); sys.exit(7)"
    code = (
        f"import sys, pathlib, dev\ndev.become(pathlib.Path(sys.executable), ['-c', {child!r}])\n"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, cwd=dev.ROOT, input="quiet", capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout.strip()) == (7, "QUIET")


def _pin(line: str) -> str:
    return line.partition(";")[0].strip(" \\")


def _checkout(folder: Path) -> Path:
    """The files that decide what is installed, without the rest of the repository."""
    for name in (
        "pyproject.toml",
        *LOCKS.values(),
        "installer/environment.py",
        "installer/linux/packages.toml",
    ):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((dev.ROOT / name).read_bytes())
    return folder
