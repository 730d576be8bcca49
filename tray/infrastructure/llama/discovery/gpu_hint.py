"""Pure: how to get a build of llama.cpp that uses the GPU."""

HOW = {
    "linux": "install llama.cpp with Vulkan or CUDA (from your distribution, Homebrew, or the "
    "archives of its GitHub releases)",
    "win32": "install llama.cpp with: winget install llama.cpp",
    "darwin": "install llama.cpp with: brew install llama.cpp",
}


def gpu_hint(system: str) -> str:
    """One sentence for the state line; ``system`` is a value of ``sys.platform``."""
    how = HOW.get(system, "install a GPU build of llama.cpp")
    return (
        "This machine has a GPU, but this engine computes on the CPU. paddock engines shows "
        f"which build fits and gets it. Or: {how}; Paddock then uses it for your own models."
    )
