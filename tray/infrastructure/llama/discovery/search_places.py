"""Pure: where a ``llama-server`` may be installed, best first."""

from collections.abc import Iterator, Mapping
from pathlib import Path

LINUX_FOLDERS = (
    "/usr/local/bin",
    "/usr/bin",
    "/usr/lib/llama.cpp",
    "/usr/lib/llama",
    "/usr/local/lib/llama.cpp",
    "/opt/llama.cpp/bin",
    "/opt/llama.cpp",
    "/home/linuxbrew/.linuxbrew/bin",
    "/run/current-system/sw/bin",
    "/snap/bin",
)
MAC_FOLDERS = (
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/opt/local/bin",
    "/Applications/LlamaBarn.app/Contents/MacOS/llama-cpp",
)
HOME_FOLDERS = (
    ".local/bin",
    "bin",
    ".nix-profile/bin",
    "llama.cpp",
    "llama.cpp/bin",
    "llama.cpp/build/bin",
)


def server_name(system: str) -> str:
    """File name of the program on ``system`` (a value of ``sys.platform``)."""
    return "llama-server.exe" if system == "win32" else "llama-server"


def search_places(system: str, home: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Candidate files, not checked: PATH first, then the known install places.

    Names of variables are upper case, as ``os.environ`` lists them on Windows.
    Relative PATH entries are skipped: an executable is only ever started by its
    absolute path.
    """
    separator = ";" if system == "win32" else ":"
    entries = environment.get("PATH", "").split(separator)
    on_path = (Path(entry) for entry in entries if entry and Path(entry).is_absolute())
    if system == "win32":
        known = _windows_folders(home, environment)
    elif system == "darwin":
        known = _posix_folders(
            MAC_FOLDERS, home, "Applications/LlamaBarn.app/Contents/MacOS/llama-cpp"
        )
    else:
        known = _posix_folders(LINUX_FOLDERS, home, ".linuxbrew/bin")
    name = server_name(system)
    return tuple(dict.fromkeys(folder / name for folder in (*on_path, *known)))


def _posix_folders(fixed: tuple[str, ...], home: Path, extra: str) -> Iterator[Path]:
    yield from (home / folder for folder in HOME_FOLDERS[:3])
    yield from (Path(folder) for folder in fixed)
    yield from (home / folder for folder in (*HOME_FOLDERS[3:], extra))


def _windows_folders(home: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    winget = local / "Microsoft" / "WinGet"
    yield winget / "Packages" / "ggml.llamacpp_Microsoft.Winget.Source_8wekyb3d8bbwe"
    yield winget / "Links"
    # Before the shim: that one only starts the real program as its child.
    yield home / "scoop" / "apps" / "llama.cpp" / "current"
    yield home / "scoop" / "shims"
    yield local / "Programs" / "llama.cpp"
    for variable in ("PROGRAMFILES", "PROGRAMW6432"):
        folder = environment.get(variable)
        if folder:
            yield Path(folder) / "llama.cpp"
            yield Path(folder) / "llama.cpp" / "bin"
    yield home / "llama.cpp"
    yield home / "llama.cpp" / "build" / "bin" / "Release"
