"""Programs that stand in for llama-server: shell scripts with a known answer."""

from __future__ import annotations

from pathlib import Path

CPU = "Available devices:\n  (none)"
GPU = "Available devices:\n  CUDA0: NVIDIA RTX 4070 (12281 MiB, 11000 MiB free)"


def fake_server(path: Path, script: str) -> Path:
    """An executable shell script at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def server_listing(path: Path, devices: str) -> Path:
    """Lists these devices, and counts how often it was asked in ``<path>.asked``."""
    return fake_server(path, f"echo x >> '{path}.asked'\ncat <<'END'\n{devices}\nEND")


def times_asked(path: Path) -> int:
    """How often a ``server_listing`` was run."""
    asked = path.with_name(path.name + ".asked")
    return len(asked.read_text().split()) if asked.exists() else 0
