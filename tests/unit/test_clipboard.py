"""What is handed to the program that owns the clipboard."""

import pytest

from tray.infrastructure.desktop.clipboard import clip_input


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("k3y-_AZ", "ascii"), ("llama-server --model 'D:\\Modèles\\日本.gguf'", "utf-16-le")],
)
def test_windows_copies_the_text_and_no_mark_before_it(text: str, encoding: str) -> None:
    assert clip_input(text).decode(encoding) == text
    assert not clip_input(text).startswith(b"\xff\xfe")
