"""Which engine runs a model: the user's path, PATH and known places, or the bundled one."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.devices import Device, compute_name
from tray.infrastructure.llama.discovery.executable_check import check_executable
from tray.infrastructure.llama.discovery.gpu_hint import gpu_hint
from tray.infrastructure.llama.failures.refusal import refusal
from tray.infrastructure.llama.gpu_use import troubled
from tray.infrastructure.llama.home_path import absolute_path
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.state import CpuFallback, EngineInfo

log = logging.getLogger(__name__)


class EngineFinder:
    """Chooses by the rules of ``choose``.

    ``places`` are candidate files, best first; ``gpu_present`` says whether this
    machine has a GPU at all, whatever the engines can do with it.
    """

    def __init__(
        self,
        places: tuple[Path, ...],
        probe: DeviceProbe,
        gpu_present: Callable[[], bool],
        home: Path,
        system: str,
    ) -> None:
        self._places = places
        self._probe = probe
        self._gpu_present = gpu_present
        self._home = home
        self._system = system

    def choose(self, config: LlamaCppConfig) -> EngineInfo:
        """The engine for this launch; may take seconds.

        ``bundled`` and ``executable`` force their kind. ``auto``: the demo model
        runs on the bundled engine; a user's own model on the executable named in
        the settings, else on the first one found that reports a GPU, or that
        extra arguments need, else on the bundled engine. Raises PaddockError when
        the executable asked for cannot be used.
        """
        forced = config.engine is EngineKind.EXECUTABLE
        if config.engine is EngineKind.BUNDLED or (not forced and config.model_path is None):
            return self._bundled()
        if config.executable is not None:
            # The user's own words, so a relative path starts at the home folder.
            named = absolute_path(config.executable, home=self._home, base=self._home)
            return self._usable(named, config)
        needed = forced or bool(config.extra_arguments)
        engine, problem = self._found(config)
        if engine is not None and (needed or engine.device not in (None, "CPU")):
            return engine
        if needed and problem is not None:
            raise problem
        if forced:
            raise self._none_found()
        return self._bundled(self._passed_over(engine, problem) if config.gpu_layers != 0 else None)

    def devices(self, engine: EngineInfo) -> tuple[Device, ...]:
        """What the engine lists; nothing for the bundled one. Raises PaddockError."""
        if engine.kind is EngineKind.BUNDLED or engine.path is None:
            return ()
        return self._probe.listing(engine.path).devices or ()

    def _found(self, config: LlamaCppConfig) -> tuple[EngineInfo | None, PaddockError | None]:
        """The first executable with a GPU, else the first that runs; the first problem."""
        first: EngineInfo | None = None
        problem: PaddockError | None = None
        for place in self._candidates():
            try:
                engine = self._usable(place, config)
            except PaddockError as error:
                log.warning("passed over %s: %s", place, error)
                problem = problem or error
                continue
            if engine.device not in (None, "CPU"):
                return engine, None
            first = first or engine
        return first, None if first else problem

    def _passed_over(
        self, engine: EngineInfo | None, problem: PaddockError | None
    ) -> CpuFallback | None:
        """Why an installed executable was left for the bundled engine, if for its GPU."""
        if engine is not None:
            return engine.cpu_fallback
        if problem is None or not self._gpu_present():
            return None
        failure = problem.failure
        return CpuFallback(
            reason=f"The llama-server that was found cannot be used. {failure.title}.",
            advice=failure.detail,
            log_lines=failure.log_lines,
        )

    def _candidates(self) -> tuple[Path, ...]:
        """Existing places, one for each file however many links lead to it."""
        # Not Path.exists(), which raises where a folder on the PATH is closed to this user.
        there = (place for place in reversed(self._places) if os.path.exists(place))
        by_file = {place.resolve(): place for place in there}
        return tuple(reversed(by_file.values()))

    def _usable(self, executable: Path, config: LlamaCppConfig) -> EngineInfo:
        check_executable(executable)
        listing = self._probe.listing(executable)
        devices = listing.devices
        idle = devices is not None and compute_name(devices) == "CPU"
        wanted = self._gpu_present() if config.gpu_layers == "auto" else config.gpu_layers > 0
        trouble = listing.trouble if idle and wanted else None
        return EngineInfo(
            kind=EngineKind.EXECUTABLE,
            path=executable,
            device=None if devices is None else compute_name(devices),
            hint=self._hint(devices),
            cpu_fallback=None if trouble is None else troubled(*trouble),
        )

    def _bundled(self, fallback: CpuFallback | None = None) -> EngineInfo:
        return EngineInfo(
            kind=EngineKind.BUNDLED, device="CPU", hint=self._hint(()), cpu_fallback=fallback
        )

    def _hint(self, devices: tuple[Device, ...] | None) -> str | None:
        if devices is None or compute_name(devices) != "CPU" or not self._gpu_present():
            return None
        return gpu_hint(self._system)

    def _none_found(self) -> PaddockError:
        return refusal(
            FailureCause.BINARY_MISSING,
            "No llama-server found",
            "None is on the PATH or in the usual places. Install llama.cpp, or name the program "
            "in the setting server.executable, or set server.engine to auto.",
        )
