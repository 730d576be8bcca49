"""Pure: what ``llama-server --list-devices`` prints, as typed devices.

Format of b11434 (``common_print_available_devices``): a title line, then either
``  (none)`` or ``  CUDA0: NVIDIA GeForce RTX 4070 (11873 MiB, 11000 MiB free)``.
Backend chatter may surround it; that of Vulkan tells which GPUs have no memory of their own:
``ggml_vulkan: 0 = AMD Radeon Graphics (RADV RENOIR) (radv) | uma: 1 | fp16: 1``.
"""

import re
from collections import Counter
from dataclasses import dataclass

TITLE = "Available devices:"
LINE = re.compile(r"^\s+(\S+): (.*) \((\d+) MiB, (\d+) MiB free\)\s*$")
# llama.cpp lists every device that is not the plain CPU, these libraries included.
NOT_A_GPU = re.compile(r"^(CPU|BLAS|AMX|RPC|ZenDNN|zDNN|KleidiAI|Hexagon|HTP)", re.IGNORECASE)
SOFTWARE_RENDERER = re.compile(r"llvmpipe|lavapipe|swiftshader|basic render", re.IGNORECASE)
SHARES_MEMORY = re.compile(r"ggml_vulkan: (\d+) = .*\| uma: 1\b")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Device:
    """One device llama.cpp can compute on. Sizes in bytes; 0 when it does not say.

    ``integrated``: it is known to compute in the computer's own memory.
    """

    name: str
    description: str
    memory_total: int
    memory_free: int
    integrated: bool = False

    @property
    def is_gpu(self) -> bool:
        """Neither a maths library nor a software renderer."""
        return not (NOT_A_GPU.match(self.name) or SOFTWARE_RENDERER.search(self.description))


def parse_devices(output: str) -> tuple[Device, ...] | None:
    """The devices in the order listed; ``None`` when the list is not there at all."""
    lines = output.splitlines()
    if TITLE not in (line.strip() for line in lines):
        return None
    start = next(index for index, line in enumerate(lines) if line.strip() == TITLE)
    matches = (LINE.match(line) for line in lines[start + 1 :])
    integrated = {f"Vulkan{match[1]}" for line in lines if (match := SHARES_MEMORY.search(line))}
    return tuple(
        Device(
            name=match[1],
            description=match[2].strip(),
            memory_total=int(match[3]) * MIB,
            memory_free=int(match[4]) * MIB,
            integrated=match[1] in integrated,
        )
        for match in matches
        if match
    )


def used_gpus(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """The GPUs a model goes on where nobody chose: integrated ones where there is no other."""
    gpus = tuple(device for device in devices if device.is_gpu)
    return tuple(device for device in gpus if not device.integrated) or gpus


def compute_name(devices: tuple[Device, ...]) -> str:
    """What the engine computes on, for the state line: GPU names, or ``CPU``."""
    counts = Counter(device.description for device in used_gpus(devices))
    shown = (f"{count} × {name}" if count > 1 else name for name, count in counts.items())
    return ", ".join(shown) or "CPU"
