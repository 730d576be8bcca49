"""`dev.py pin-engines [TAG]`: the pinned builds of llama.cpp, from GitHub's release API.

An asset is pinned by the SHA-256 the API gives in its `digest`; one without is left
out. A backend the release does not have keeps its older pin. Nothing is downloaded but
the API's answers.
"""

from __future__ import annotations

import argparse
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from tray.models.base import Lenient
from tray.models.engine_build import Asset, Backend, EngineBuild, EnginePins, version_key

API = "https://api.github.com/repos/ggml-org/llama.cpp/releases"
PINS = Path(__file__).resolve().parents[1] / "assets" / "engine_builds.json"
LARGEST_ANSWER = 16 << 20
SECONDS = 30.0
# The release of a version number only names the build it was made of.
POINTER = "nightly-tag.txt"
# Ubuntu 24.04, where the release is built.
GLIBC = "2.38"
# Of NVIDIA's driver, by system, and of the compute capability; from CUDA's release notes.
CUDA_MINIMUMS = {
    12: ({"linux": "525.60.13", "win32": "528.33"}, "5.0"),
    13: ({"linux": "580", "win32": "580"}, "7.5"),
}
# Compute capabilities that have ready code, and the CUDA from which on they do; for others
# there is PTX. From llama.cpp's ggml/src/ggml-cuda/CMakeLists.txt: what is "-real" there.
CUDA_NATIVE = {"8.6": "11.1", "8.9": "11.8", "12.0": "12.8", "12.1": "12.9"}
SYSTEMS = {"ubuntu": "linux", "win": "win32", "macos": "darwin"}
MACHINES = {"x64": "x86_64", "arm64": "arm64"}
_NAME = re.compile(
    r"(?P<runtime_only>cudart-)?llama-(?:b[0-9]+-)?bin-(?P<system>ubuntu|win|macos)"
    r"(?:-(?P<backend>cpu|vulkan|cuda|rocm)(?:-(?P<version>[0-9.]+))?)?"
    r"-(?P<machine>x64|arm64)\.(?:zip|tar\.gz)"
)


class ApiAsset(Lenient):
    """An asset as the API describes it."""

    name: str
    size: int
    browser_download_url: str
    digest: str | None = None

    @property
    def sha256(self) -> str | None:
        """In hex; ``None`` for an asset the API has no such digest of."""
        kind, _, value = (self.digest or "").partition(":")
        return value if kind == "sha256" and value else None


class ApiRelease(Lenient):
    tag_name: str
    assets: tuple[ApiAsset, ...] = ()


class CannotPinError(Exception):
    """Why the pins were left as they are."""


def main(arguments: list[str]) -> int:
    """Write the pins anew and say what changed; 1 when that cannot be done."""
    parser = argparse.ArgumentParser(prog="dev.py pin-engines", description=__doc__)
    parser.add_argument("tag", nargs="?", help="a build such as b11146; else the newest release")
    parser.add_argument("--api", default=API, help=argparse.SUPPRESS)
    parser.add_argument("--pins", type=Path, default=PINS, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        old = EnginePins.model_validate_json(given.pins.read_bytes())
        new = merged(old, builds_of(read_release(given.api, given.tag)))
    except (CannotPinError, OSError, ValidationError) as error:
        print(f"dev.py pin-engines: {error}", file=sys.stderr)
        return 1
    content = new.model_dump_json(indent=2, exclude_none=True) + "\n"
    given.pins.write_text(content, encoding="utf-8")
    for build in new.builds:
        kept = "kept  " if build in old.builds else "pinned"
        print(f"{kept} {build.system:6} {build.machine:6} {build.name}")
    return 0


def read_release(api: str, tag: str | None) -> ApiRelease:
    """The release of a tag, or the newest one. Raises CannotPinError, OSError."""
    release = _release(f"{api}/tags/{tag}" if tag else f"{api}/latest")
    for asset in release.assets:
        if asset.name == POINTER:
            named = _read(asset.browser_download_url).decode("ascii", "replace").strip()
            if not re.fullmatch(r"b[0-9]{3,7}", named):
                raise CannotPinError(f"{POINTER} of {release.tag_name} names no build")
            return _release(f"{api}/tags/{named}")
    return release


def builds_of(release: ApiRelease) -> tuple[EngineBuild, ...]:
    """What of a release Paddock can use and knows the hash of, the API's order kept."""
    matches = [(asset, _NAME.fullmatch(asset.name)) for asset in release.assets]
    found = [(a, m) for a, m in matches if m is not None and a.sha256 is not None]
    runtimes = {m.group("system", "machine", "version"): a for a, m in found if m["runtime_only"]}
    builds = []
    for asset, match in found:
        if not match["runtime_only"]:
            runtime = runtimes.get(match.group("system", "machine", "version"))
            build = _build(release.tag_name, asset, match, runtime)
            if build is not None:
                builds.append(build)
    if not builds:
        raise CannotPinError(f"the release {release.tag_name} has no build with a known hash")
    return tuple(builds)


def merged(old: EnginePins, new: Iterable[EngineBuild]) -> EnginePins:
    """The new builds, and the old ones of backends that are not among them."""
    new = tuple(new)
    replaced = {_place(build) for build in new}
    builds = (*new, *(build for build in old.builds if _place(build) not in replaced))
    order = list(Backend)
    return EnginePins(
        builds=tuple(
            sorted(
                builds,
                key=lambda b: (b.system, b.machine, order.index(b.backend), b.runtime or ""),
            )
        )
    )


def _place(build: EngineBuild) -> tuple[str, str, Backend]:
    return build.system, build.machine, build.backend


def _build(
    tag: str, asset: ApiAsset, match: re.Match[str], runtime: ApiAsset | None
) -> EngineBuild | None:
    system, machine = SYSTEMS[match["system"]], MACHINES[match["machine"]]
    backend = Backend(match["backend"] or "cpu")
    if system == "darwin" and machine == "arm64":
        backend = Backend.METAL
    values: dict[str, object] = {
        "version": tag,
        "system": system,
        "machine": machine,
        "backend": backend,
        "runtime": match["version"],
    }
    if system == "linux":
        values["minimum_glibc"] = GLIBC
    assets = [asset]
    if backend is Backend.CUDA:
        if runtime is None:
            return None
        assets.append(runtime)
        values |= _cuda_needs(system, match["version"])
    pinned = tuple(
        Asset(name=a.name, url=a.browser_download_url, size=a.size, sha256=a.sha256 or "")
        for a in assets
    )
    return EngineBuild.model_validate({**values, "assets": pinned})


def _cuda_needs(system: str, version: str) -> dict[str, object]:
    major = int(version.split(".", maxsplit=1)[0])
    if major not in CUDA_MINIMUMS:
        raise CannotPinError(
            f"the minimum driver of CUDA {major} is not known: add it to CUDA_MINIMUMS"
        )
    drivers, compute = CUDA_MINIMUMS[major]
    runtime = version_key(version)
    native = (c for c, since in CUDA_NATIVE.items() if version_key(since) <= runtime)
    return {
        "minimum_driver": drivers[system],
        "minimum_compute": compute,
        "native_compute": tuple(native),
    }


def _release(url: str) -> ApiRelease:
    return ApiRelease.model_validate_json(_read(url))


def _read(url: str) -> bytes:
    if not url.startswith("https://"):
        raise CannotPinError(f"{url} is not encrypted")
    headers = {"Accept": "application/vnd.github+json", "User-Agent": "paddock"}
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            if not answer.url.startswith("https://"):
                raise CannotPinError(f"{url} leads to {answer.url}, which is not encrypted")
            content: bytes = answer.read(LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        raise CannotPinError(f"{url} answers {error.code}") from error
    if len(content) > LARGEST_ANSWER:
        raise CannotPinError(f"{url} answers without end")
    return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
