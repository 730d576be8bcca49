"""Pure: where GGUF files usually lie on each system."""

from collections.abc import Mapping
from pathlib import Path


def default_model_folders(
    own: Path, *, system: str, home: Path, environment: Mapping[str, str]
) -> tuple[Path, ...]:
    """Paddock's own folder, llama.cpp's cache, the Hugging Face hub cache.

    ``own`` is Paddock's folder, ``system`` a value of ``sys.platform``. The
    variables that move the caches are honoured. Nothing is checked.
    """
    hub = _hub_cache(home, environment)
    return tuple(dict.fromkeys((own, _llama_cache(system, home, environment), hub)))


def _llama_cache(system: str, home: Path, environment: Mapping[str, str]) -> Path:
    moved = environment.get("LLAMA_CACHE")
    if moved:
        return home / moved
    if system == "win32":
        local = environment.get("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local) / "llama.cpp"
    if system == "darwin":
        return home / "Library" / "Caches" / "llama.cpp"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "llama.cpp"


def _hub_cache(home: Path, environment: Mapping[str, str]) -> Path:
    moved = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE")
    if moved:
        return home / moved
    root = environment.get("HF_HOME")
    if root:
        return home / root / "hub"
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    return cache / "huggingface" / "hub"
