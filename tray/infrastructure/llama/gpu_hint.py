"""Pure: how to get a build of llama.cpp that uses the GPU."""

HOW = {
    "linux": "Install llama.cpp with Vulkan or CUDA (from your distribution, Homebrew, or the "
    "archives of its GitHub releases)",
    "win32": "Install llama.cpp with: winget install llama.cpp",
    "darwin": "Install llama.cpp with: brew install llama.cpp",
}


def gpu_hint(system: str) -> str:
    """One sentence for the state line; ``system`` is a value of ``sys.platform``."""
    how = HOW.get(system, "Install a GPU build of llama.cpp")
    return (
        f"This machine has a GPU, but this engine computes on the CPU. {how}; Paddock then uses "
        "it for your own models, or name it in the setting server.executable."
    )
