"""``paddock chat``: one answer, or a conversation."""

import sys

from tray.commands.output import DONE, FAILED, INTERRUPTED, WrongUsage, fail, note
from tray.commands.running import running_or_alone
from tray.models.chat import FinishReason
from tray.ui.terminal.ask import Shown, ask, question
from tray.ui.terminal.plain import JsonWriter
from tray.ui.terminal.ports import AnswerWriter


def chat(prompt: str | None, as_json: bool) -> int:
    """Answer the prompt, or that of standard input; without one, converse."""
    if prompt is None and sys.stdin.isatty() and not as_json:
        return _converse()
    text = sys.stdin.read() if prompt in (None, "-") else prompt
    if not text or not text.strip():
        raise WrongUsage('there is no prompt: paddock chat "Hello", or one on standard input')
    with running_or_alone() as paddock:
        shown = ask(paddock, question(text), _writer(as_json), lambda: note("Starting …"))
    return _exit_code(shown)


def _converse() -> int:
    from tray.commands.screen import TerminalScreen
    from tray.ui.terminal.conversation import Conversation

    with running_or_alone() as paddock:
        Conversation(paddock, TerminalScreen()).hold()
    return DONE


def _writer(as_json: bool) -> AnswerWriter:
    if as_json:
        return JsonWriter(sys.stdout, sys.stderr)
    if not sys.stdout.isatty():
        from tray.ui.terminal.plain import PlainWriter

        return PlainWriter(sys.stdout, sys.stderr)
    from tray.commands.screen import TerminalScreen

    return TerminalScreen().answer()


def _exit_code(shown: Shown) -> int:
    if shown.interrupted:
        return INTERRUPTED
    if shown.finish.failure is not None:
        return fail(shown.finish.failure)
    if shown.finish.reason is FinishReason.CANCELLED:
        note("paddock: The answer was canceled: the engine was stopped.")
        return FAILED
    return DONE
