"""Text files that are not UTF-8: read in the encoding of the reader's language, or refused."""

from __future__ import annotations

import pytest

from tests.web.conftest import Shown
from tests.web.test_files import chips, hand, trouble
from tray.models.attachment import TextFile

pytestmark = [pytest.mark.web, pytest.mark.slow]

CHINESE = "这是一个测试文件。\nname,年龄\n"
JAPANESE = "これはテストです。日本語のファイルを読む\n"
LANGUAGE = "(is) => Object.defineProperty(navigator, 'language', { get: () => is })"


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("zh-CN", "gb18030", CHINESE),
        ("zh-TW", "big5", "這是一個測試檔案。\n"),
        ("ja", "shift_jis", JAPANESE),
        ("ko-KR", "euc-kr", "이것은 시험 파일입니다.\n"),
        ("ru-RU", "cp1251", "Это проверка, name = 1\n"),
        ("pl", "cp1250", "Zażółć gęślą jaźń\n"),
        ("zh-CN", "cp1252", "Straße, größer, façade\n"),
        ("en-US", "cp1252", "ações, naïveté\n"),
        ("en-US", "utf-8", CHINESE),
        ("en-US", "utf-16", JAPANESE),
    ],
)
def test_a_text_is_read_in_its_encoding(
    shown: Shown, language: str, encoding: str, text: str
) -> None:
    shown.ready()
    shown.page.evaluate(LANGUAGE, language)
    content = text.encode(encoding)
    hand(shown, "drop", "a.txt", content)
    chips(shown, f"a.txt{len(text.encode())} bytes")
    (message,) = shown.ask("Well?").request.messages
    assert [f.text for f in message.attachments if isinstance(f, TextFile)] == [text]


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251"])
def test_what_cannot_be_told_is_not_guessed(shown: Shown, encoding: str) -> None:
    text = CHINESE if encoding == "gb18030" else "Это проверка\n"
    hand(shown, "drop", "a.txt", text.encode(encoding))
    trouble(shown, "“a.txt” has an encoding that is not known here. Save it as UTF-8.")
    chips(shown)
