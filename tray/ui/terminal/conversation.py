"""A conversation at the terminal: questions, answers and a few commands."""

from collections.abc import Callable
from typing import Protocol

from tray.models.chat import ChatMessage, ChatRequest, Role
from tray.models.failure import PaddockError
from tray.models.local_api import StartRequest, StopRequest
from tray.ui.present import failure_text, metrics_lines, state_line
from tray.ui.terminal.ask import ask
from tray.ui.terminal.ports import AnswerWriter, Asked

PROMPT = "> "
HELP = """\
/metrics  CPU, RAM and GPUs now
/start    start the engine; /start NAME starts another model
/stop     stop the engine
/new      forget the conversation so far
/quit     end, as Ctrl-D does; Ctrl-C cancels an answer"""


class Screen(Protocol):
    """The terminal a conversation is held on."""

    def read(self, prompt: str) -> str:
        """A line; EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""

    def say(self, text: str) -> None:
        """Something Paddock has to say, apart from answers."""

    def answer(self) -> AnswerWriter: ...


class Conversation:
    """Holds the messages so far, which the engine is sent each time."""

    def __init__(self, paddock: Asked, screen: Screen) -> None:
        self._paddock = paddock
        self._screen = screen
        self._messages: tuple[ChatMessage, ...] = ()
        self._commands: dict[str, Callable[[str], None]] = {
            "/help": lambda _: screen.say(HELP),
            "/metrics": self._metrics,
            "/new": self._forget,
            "/start": self._start,
            "/stop": self._stop,
        }

    def hold(self) -> None:
        """Read and answer until Ctrl-D or /quit."""
        while (line := self._line()) is not None:
            try:
                self._take(line)
            except PaddockError as error:
                self._screen.say(failure_text(error.failure))
            except KeyboardInterrupt:
                # An answer takes it for itself; this was a start or a stop.
                self._screen.say("It goes on, but is not waited for any more.")

    def _line(self) -> str | None:
        while True:
            try:
                line = self._screen.read(PROMPT).strip()
            except EOFError:
                return None
            except KeyboardInterrupt:
                self._screen.say("Ctrl-D or /quit ends.")
                continue
            if line:
                return None if line in ("/quit", "/exit") else line

    def _take(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        command = self._commands.get(word)
        if command is not None:
            command(rest.strip())
        elif word.startswith("/") and "/" not in word[1:]:
            self._screen.say(f"There is no {word}.\n{HELP}")
        else:
            self._ask(line)

    def _ask(self, text: str) -> None:
        messages = (*self._messages, ChatMessage(role=Role.USER, content=text))
        request = ChatRequest(messages=messages)
        screen = self._screen
        shown = ask(self._paddock, request, screen.answer(), lambda: screen.say("Starting …"))
        if shown.finish.failure is not None:
            screen.say(failure_text(shown.finish.failure))
        if shown.text:
            said = ChatMessage(role=Role.ASSISTANT, content=shown.text)
            self._messages = (*messages, said)

    def _metrics(self, _: str) -> None:
        state = self._paddock.state()
        lines = metrics_lines(state.metrics) if state.metrics else ("Nothing measured yet.",)
        self._screen.say("\n".join((state_line(state), *lines)))

    def _forget(self, _: str) -> None:
        self._messages = ()
        self._screen.say("A new conversation.")

    def _start(self, name: str) -> None:
        state = self._paddock.start(StartRequest(model=name or None, wait=True))
        self._screen.say(state_line(state))

    def _stop(self, _: str) -> None:
        self._screen.say(state_line(self._paddock.stop(StopRequest(wait=True))))
