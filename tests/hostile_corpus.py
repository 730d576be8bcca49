"""Hostile answers of our own collecting: what a model might be talked into writing."""

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / "unit" / "data"
_FILES = ("xss_payloads.jsonl", "xss_more_payloads.jsonl")
OUTSIDE = "evil.test"
"""The host the payloads call; tests may put a listener of their own in its place."""

PAYLOADS: tuple[str, ...] = tuple(
    json.loads(line) for name in _FILES for line in (_FOLDER / name).read_text("utf-8").splitlines()
)
