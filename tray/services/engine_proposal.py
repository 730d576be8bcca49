"""Pure: which pinned build fits a machine, and why."""

from tray.models.engine_build import (
    Backend,
    EngineBuild,
    EnginePins,
    MachineFacts,
    NvidiaDriver,
    Proposal,
    Verdict,
    version_key,
)

SYSTEMS = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
OWN = "Name a llama-server of your own in the setting server.executable."
BUNDLED = "The bundled engine computes on the CPU, too."
# GPUs from here on are slow under builds of an older CUDA, which does not know them.
BLACKWELL = (10, 0)
KNOWS_BLACKWELL = (12, 8)


def propose(pins: EnginePins, facts: MachineFacts) -> Proposal:
    """The best build that fits, with the reason; CPU is the last resort."""
    here = builds_for(pins, facts)
    if not here:
        system = SYSTEMS.get(facts.system, facts.system)
        reason = f"No build is pinned for {system} on {facts.machine}. {OWN}"
        return Proposal(name=None, reason=reason)
    ranked = sorted(here, key=lambda build: _rank(build, facts), reverse=True)
    verdicts = {build.name: verdict(build, facts) for build in ranked}
    best = next((b for b in ranked if verdicts[b.name].fits), None)
    listed = tuple(verdicts.values())
    if best is None:
        why = listed[-1].reason
        reason = f"No pinned build runs here: {why[0].lower()}{why[1:]} {OWN}"
        return Proposal(name=None, reason=reason, verdicts=listed)
    reason = verdicts[best.name].reason
    if best.backend is Backend.CPU:
        reason = f"{_why_no_gpu(ranked, verdicts, facts)} {BUNDLED}"
    elif best.backend is Backend.VULKAN and (cuda := _for_nvidia(ranked, facts)):
        reason = f"{verdicts[cuda[-1].name].reason} {reason}"
    return Proposal(name=best.name, reason=reason, verdicts=listed)


def builds_for(pins: EnginePins, facts: MachineFacts) -> list[EngineBuild]:
    """The builds made for this system and machine, whether they fit or not."""
    return [b for b in pins.builds if (b.system, b.machine) == (facts.system, facts.machine)]


def verdict(build: EngineBuild, facts: MachineFacts) -> Verdict:
    """Whether one build of this system fits."""
    obstacle = _libc(build, facts) or _OBSTACLES[build.backend](build, facts)
    reason = obstacle or _reason(build, facts)
    return Verdict(name=build.name, fits=obstacle is None, reason=reason)


def _why_no_gpu(
    ranked: list[EngineBuild], verdicts: dict[str, Verdict], facts: MachineFacts
) -> str:
    """One sentence; the obstacle of the build that comes nearest to this machine's GPU."""
    if not facts.gpu:
        return "There is no GPU that a build could use."
    vulkan = [b for b in ranked if b.backend is Backend.VULKAN]
    near = _for_nvidia(ranked, facts) or vulkan or ranked[:1]
    return verdicts[near[-1].name].reason


def _for_nvidia(ranked: list[EngineBuild], facts: MachineFacts) -> list[EngineBuild]:
    """The CUDA builds where there is NVIDIA's driver; the last one asks the least of it."""
    return [b for b in ranked if facts.nvidia is not None and b.backend is Backend.CUDA]


def _rank(build: EngineBuild, facts: MachineFacts) -> tuple[int, int, tuple[int, ...]]:
    """Higher is better: backend, then full support by the driver, then the newer runtime."""
    order = (Backend.CPU, Backend.VULKAN, Backend.ROCM, Backend.METAL, Backend.CUDA)
    runtime = version_key(build.runtime or "")
    full = 0
    if build.backend is Backend.CUDA and facts.nvidia is not None:
        known = not _is_new(facts.nvidia) or runtime >= KNOWS_BLACKWELL
        full = 2 * known + (runtime <= version_key(facts.nvidia.cuda or ""))
    return order.index(build.backend), full, runtime


def _is_new(driver: NvidiaDriver) -> bool:
    return version_key(driver.compute or "") >= BLACKWELL


def _libc(build: EngineBuild, facts: MachineFacts) -> str | None:
    needed = build.minimum_glibc
    if needed is None or facts.system != "linux":
        return None
    if facts.glibc is None:
        return f"It needs glibc {needed}; this system has another C library."
    if version_key(facts.glibc) >= version_key(needed):
        return None
    return f"It needs glibc {needed}; this system has {facts.glibc}."


def _no_cuda(build: EngineBuild, facts: MachineFacts) -> str | None:
    driver = facts.nvidia
    if driver is None:
        return "There is no NVIDIA driver."
    needed, compute = build.minimum_driver, build.minimum_compute
    if compute and driver.compute and version_key(driver.compute) < version_key(compute):
        return (
            f"The GPU is too old for CUDA {build.runtime}: its compute capability is "
            f"{driver.compute}, and it needs {compute}."
        )
    if _cannot_compile(build, driver):
        return (
            f"NVIDIA driver {driver.version} supports CUDA {driver.cuda}: too old to compile "
            f"the code of this build for the GPU. Install one that supports CUDA {build.runtime}."
        )
    if needed is not None and version_key(driver.version) < version_key(needed):
        return f"NVIDIA driver {driver.version} is too old: it needs {needed}."
    return None


def _cannot_compile(build: EngineBuild, driver: NvidiaDriver) -> bool:
    """Whether a GPU is known to need PTX compiled, and the driver to be older than its CUDA.

    A driver runs the ready code of any CUDA of its major version; PTX of a newer CUDA
    than its own it refuses (error 222), and that only when a model is loaded.
    """
    native = build.native_compute
    if native is None or build.runtime is None or driver.cuda is None:
        return False
    compiles = any(c is not None and c not in native for c in (driver.compute, driver.oldest))
    return compiles and version_key(driver.cuda) < version_key(build.runtime)


def _no_rocm(_: EngineBuild, facts: MachineFacts) -> str | None:
    if not facts.rocm:
        return "AMD's ROCm is not installed."
    return None if facts.kfd else "There is no AMD device for ROCm that you may open."


def _no_vulkan(_: EngineBuild, facts: MachineFacts) -> str | None:
    if not facts.gpu:
        return "There is no GPU that is worth it."
    return None if facts.vulkan else "No Vulkan driver of a GPU is installed."


def _nothing(_: EngineBuild, _facts: MachineFacts) -> None:
    """Nothing stands in the way."""


_OBSTACLES = {
    Backend.CUDA: _no_cuda,
    Backend.ROCM: _no_rocm,
    Backend.METAL: _nothing,
    Backend.VULKAN: _no_vulkan,
    Backend.CPU: _nothing,
}


def _reason(build: EngineBuild, facts: MachineFacts) -> str:
    if build.backend is Backend.CUDA and facts.nvidia is not None:
        driver = facts.nvidia
        if driver.cuda is None:
            return f"NVIDIA driver {driver.version} runs CUDA {build.runtime}."
        newer = version_key(build.runtime or "") > version_key(driver.cuda)
        also = f", and runs this build of CUDA {build.runtime}" if newer else ""
        return f"NVIDIA driver {driver.version} supports CUDA {driver.cuda}{also}."
    return {
        Backend.CUDA: "",
        Backend.ROCM: "ROCm and an AMD GPU are here.",
        Backend.METAL: "Every Mac with Apple silicon has Metal.",
        Backend.VULKAN: f"A Vulkan driver is installed: {', '.join(facts.vulkan)}.",
        Backend.CPU: "It runs on every machine, on the CPU alone.",
    }[build.backend]
