"""A kept conversation as the page gets it: its end drawn, the rest when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.web.page_setup import chat_desk
from tray.models.chat import Role
from tray.models.conversation import ChatSettings, KeptMessage
from tray.models.page_chats import DrawRequest
from tray.ui.chat_desk import DRAWN
from tray.ui.markdown.whole import render

CHAT = "5aa4e6cb-3a1f-4c7e-9d55-0b9b6d6f2c11"


def test_only_the_end_is_drawn_and_the_rest_on_request(tmp_path: Path) -> None:
    messages = tuple(
        KeptMessage(role=(Role.USER, Role.ASSISTANT)[number % 2], content=f"*{number}*")
        for number in range(2 * DRAWN)
    )
    with chat_desk(tmp_path) as desk:
        desk.keep(CHAT, messages, ChatSettings())
        shown = desk.show(CHAT).messages
        undrawn = [one.message.content for one in shown if one.blocks is None]
        drawn = desk.draw(DrawRequest(texts=tuple(undrawn))).answers
    assert [one.message.content for one in shown] == [one.content for one in messages]
    assert undrawn == [f"*{number}*" for number in range(1, DRAWN, 2)]
    assert drawn == tuple(render(text) for text in undrawn)
    assert [one.blocks for one in shown[DRAWN:]] == [
        render(one.content) if one.role is Role.ASSISTANT else () for one in messages[DRAWN:]
    ]


def test_the_libraries_are_there_before_a_chat_of_the_list_is_opened(tmp_path: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from tray.composition.chats import kept_chats
heavy = {{"markdown_it", "nh3", "pygments.lexers.python", "latex2mathml.converter"}}
with kept_chats(Path({str(tmp_path)!r})) as desk:
    assert not heavy & set(sys.modules)
    desk.find("")
    deadline = time.monotonic() + 30
    while heavy - set(sys.modules):
        assert time.monotonic() < deadline, heavy - set(sys.modules)
        time.sleep(0.01)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
