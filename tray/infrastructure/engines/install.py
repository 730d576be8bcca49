"""From archives to a checked engine: unpacked aside, asked, then renamed into place."""

import logging
from collections.abc import Mapping
from pathlib import Path

from tray.infrastructure.engines.failures import does_not_run, no_gpu, not_whole, unusable
from tray.infrastructure.engines.release import ReleaseFetch, Tell
from tray.infrastructure.engines.store import EngineStore, folder_hash
from tray.infrastructure.engines.unpack import add_missing, unpack
from tray.infrastructure.hub.failures import wrong_hash
from tray.infrastructure.hub.part_file import is_whole
from tray.infrastructure.llama.discovery.device_probe import (
    LIST_DEVICES,
    run_briefly,
    start_failure,
)
from tray.infrastructure.llama.discovery.devices import compute_name, parse_devices
from tray.infrastructure.llama.discovery.executable_check import check_executable
from tray.infrastructure.llama.discovery.search_places import server_name
from tray.models.engine_build import Backend, EngineBuild, InstalledEngine
from tray.models.engine_shelf import EngineWork
from tray.models.failure import FailureCause, PaddockError, ServerFailure

LOG_LINES = 20
# A GPU's driver may compile its kernels when it is asked for the first time.
CHECK_SECONDS = 60.0

log = logging.getLogger(__name__)


def get_engine(
    store: EngineStore, build: EngineBuild, environment: Mapping[str, str], system: str, tell: Tell
) -> InstalledEngine:
    """Download, unpack and check ``build``; it is then one of the installed ones.

    ``environment`` is the whole environment of the engine when it is asked. Whatever
    fails leaves every other engine as it is. Raises PaddockError.
    """
    with store.held():
        store.sweep()
        archives = ReleaseFetch(build, store.downloads, tell).run()
        try:
            with store.staging() as staging:
                root = _unpacked(build, archives, staging, tell)
                tell(EngineWork(name=build.name, stage="checking"))
                engine = check_engine(build, root, environment, system)
                return store.keep(root, engine)
        except OSError as error:
            raise unusable(store.folder, error) from error


def check_engine(
    build: EngineBuild, root: Path, environment: Mapping[str, str], system: str
) -> InstalledEngine:
    """Run ``--version`` and ``--list-devices``. Raises PaddockError when either fails."""
    executable = _program(build.name, root, server_name(system))
    try:
        check_executable(executable)
        version = _answer(executable, "--version", environment)
        listing = _answer(executable, LIST_DEVICES, environment)
    except PaddockError as error:
        raise does_not_run(build.name, error.failure) from error
    devices = parse_devices("\n".join(listing))
    device = "CPU" if devices is None else compute_name(devices)
    if build.backend is not Backend.CPU and device == "CPU":
        raise no_gpu(build.name, listing[-LOG_LINES:])
    says = next((line for line in version if line.startswith("version")), build.version)
    return InstalledEngine(
        name=build.name,
        backend=build.backend,
        runtime=build.runtime,
        executable=executable,
        sha256=folder_hash(root),
        says=says[:200],
        device=device,
    )


def _unpacked(build: EngineBuild, archives: tuple[Path, ...], staging: Path, tell: Tell) -> Path:
    """The folder with the content of all archives; each is read again for its hash first."""
    roots = []
    tell(EngineWork(name=build.name, stage="unpacking"))
    for number, (archive, asset) in enumerate(zip(archives, build.assets, strict=True)):
        if not is_whole(archive, asset.size, asset.sha256, lambda _: None):
            archive.unlink(missing_ok=True)
            raise wrong_hash(archive)
        place = staging / str(number)
        place.mkdir(mode=0o700)
        roots.append(unpack(archive, place))
    for root in roots[1:]:
        add_missing(root, roots[0])
    return roots[0]


def _program(name: str, root: Path, wanted: str) -> Path:
    found = sorted(root.rglob(wanted), key=lambda place: len(place.parts))
    if not found:
        raise not_whole(name, f"there is no {wanted} in it")
    return found[0]


def _answer(executable: Path, argument: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    ending = run_briefly(executable, (argument,), environment, CHECK_SECONDS)
    lines = tuple(ending.output.splitlines())
    log.info("%s %s: %s", executable, argument, " / ".join(lines[-LOG_LINES:]))
    if ending.code == 0:
        return lines
    raise start_failure(executable, ending) or PaddockError(
        ServerFailure(
            cause=FailureCause.CRASHED,
            title=f"It does not answer {argument}",
            detail=f"It ended with {ending.code}.",
            log_lines=lines[-LOG_LINES:],
        )
    )
