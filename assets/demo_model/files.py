"""Where the demo model's files lie."""

from pathlib import Path

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
GGUF = FOLDER / "demo.gguf"
CHECKSUM = FOLDER / "demo.gguf.sha256"
TEMPLATE = FOLDER / "chat_template.jinja"
HELD_OUT = FOLDER / "held_out.toml"
PINNED = FOLDER / "pinned.json"
