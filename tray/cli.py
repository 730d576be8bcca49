"""The command line: reads arguments and calls the command; nothing heavy is imported before."""

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence

from tray import __version__
from tray.commands import deferred

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 failed (reason on standard error), 2 wrong usage."""
    try:
        return _run(parser().parse_args(argv))
    except (KeyboardInterrupt, EOFError):
        # Also before the command begins: on a busy machine its imports take a while.
        from tray.commands.output import INTERRUPTED

        return INTERRUPTED


def _run(arguments: argparse.Namespace) -> int:
    if sys.stdin is None:
        # Closed by whoever started us: there is nothing to read.
        sys.stdin = io.StringIO()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A model may say what this terminal's encoding cannot, and a pipe bring what is no text.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    from tray.commands.output import WRONG_USAGE, WrongUsage, fail, note
    from tray.models.error import PaddockError

    command: Command = arguments.command
    try:
        return command(arguments)
    except PaddockError as error:
        return fail(error.failure)
    except WrongUsage as wrong:
        note(f"paddock: {wrong}")
        return WRONG_USAGE
    except OSError as error:
        return _output_ended(error)


def _output_ended(error: OSError) -> int:
    """The reader has enough (`paddock logs | head`), which is no failure; or a disk is full."""
    from tray.commands.output import DONE, FAILED, note

    enough = isinstance(error, BrokenPipeError) or (
        # What Windows says of a pipe whose reader is gone.
        sys.platform == "win32" and error.errno == errno.EINVAL
    )
    if not enough:
        note(f"paddock: {error}")
    # What is still to be written would fail again, at the very end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE if enough else FAILED


def parser() -> argparse.ArgumentParser:
    """Every subcommand and its arguments."""
    top = argparse.ArgumentParser(
        prog="paddock", description="Keeps one local llama-server, and chats with it."
    )
    top.add_argument("--version", action="version", version=f"paddock {__version__}")
    top.set_defaults(command=deferred.run, headless=False)
    add = top.add_subparsers(metavar="COMMAND").add_parser
    _add_engine_commands(add)
    _add_reports(add)
    _add_files(add)
    return top


def _add_engine_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    run = add("run", help="run Paddock here (also without a command)")
    run.add_argument("--headless", action="store_true", help="no icon, no terminal: only serve")
    run.set_defaults(command=deferred.run)
    start = add("start", help="start the engine, and Paddock in the background if need be")
    start.add_argument("--model", metavar="M", help='"demo", a name of `paddock models`, a path')
    start.set_defaults(command=deferred.start)
    add("stop", help="stop the engine").set_defaults(command=deferred.stop)
    add("free", help="unload the model and say how much memory came back").set_defaults(
        command=deferred.free
    )
    add("quit", help="stop the engine and end Paddock").set_defaults(command=deferred.quit_paddock)


def _add_reports(add: Callable[..., argparse.ArgumentParser]) -> None:
    chat = add("chat", help="ask the model; without a prompt, hold a conversation")
    chat.add_argument("prompt", nargs="?", metavar="PROMPT", help='"-" reads standard input')
    chat.set_defaults(command=deferred.chat)
    status = add("status", help="what the engine is doing")
    status.set_defaults(command=deferred.status)
    models = add("models", help="the models on this machine, and getting more")
    _add_models(models)
    engines = add("engines", help="builds of llama.cpp for this machine, and getting one")
    _add_engines(engines)
    metrics = add("metrics", help="load of CPU, RAM and GPUs")
    metrics.set_defaults(command=deferred.metrics)
    doctor = add("doctor", help="what is wrong with this machine, and how to mend it")
    doctor.set_defaults(command=deferred.doctor)
    for command in (chat, status, models, engines, metrics, doctor):
        command.add_argument("--json", action="store_true", help="for programs")


def _add_models(models: argparse.ArgumentParser) -> None:
    models.set_defaults(command=deferred.models)
    add = models.add_subparsers(metavar="ACTION").add_parser
    show = add("show", help="everything known of one model")
    show.add_argument("name", metavar="NAME", help="a name of `paddock models`, or a path")
    # Not given again here, it must not take back what stood before the action.
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")
    show.set_defaults(command=deferred.show_model)
    _add_fit(add)
    download = add("download", help="fetch a GGUF from Hugging Face")
    download.add_argument(
        "what",
        nargs="?",
        metavar="WHAT",
        help="owner/name, owner/name:Q4_K_M, or the address of its page; "
        "without it well-known models are listed",
    )
    download.add_argument("--list", action="store_true", help="only say what there is")
    download.set_defaults(command=deferred.download)
    delete = add("delete", help="move a model to the trash")
    delete.add_argument("name", metavar="NAME", help="a name of `paddock models`, or a path")
    delete.add_argument("--for-good", action="store_true", help="not to the trash")
    delete.set_defaults(command=deferred.delete_model)
    token = add("token", help="the Hugging Face token for models that are not open to everybody")
    token.add_argument("action", nargs="?", choices=("set", "forget"), help="default: say if any")
    token.set_defaults(command=deferred.token)


def _add_fit(add: Callable[..., argparse.ArgumentParser]) -> None:
    fit = add("fit", help="how much memory a model would take, and whether that is free")
    fit.add_argument("name", metavar="NAME", help='"demo", a name of `paddock models`, a path')
    fit.add_argument("--context", type=int, metavar="N", help="tokens; default as its preset has")
    margin = "what stays free; default: as a start has it"
    fit.add_argument("--margin", type=int, metavar="MIB", help=margin)
    fit.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")
    fit.set_defaults(command=deferred.fit)
    presets = add("presets", help="how a model is started and how its chats begin")
    presets.add_argument("name", metavar="NAME", help='"demo", a name of `paddock models`, a path')
    presets.add_argument("action", nargs="?", choices=_PRESET_ACTIONS, help="default: list them")
    presets.add_argument("preset", nargs="?", metavar="PRESET")
    presets.add_argument("values", nargs="*", metavar="NAME=VALUE", help="what set changes")
    presets.set_defaults(command=deferred.presets)


_PRESET_ACTIONS = ("set", "choose", "duplicate", "reset", "delete", "export")


def _add_engines(engines: argparse.ArgumentParser) -> None:
    engines.set_defaults(command=deferred.engines)
    add = engines.add_subparsers(metavar="ACTION").add_parser
    get = add("get", help="download, unpack and check a build, then use it")
    get.add_argument("name", nargs="?", metavar="NAME", help="without it the proposed one")
    get.set_defaults(command=deferred.get_engine)
    use = add("use", help="use an installed build from the next start on")
    use.add_argument("name", metavar="NAME", help='"automatic" lets Paddock choose')
    use.set_defaults(command=deferred.use_engine)
    add("back", help="use what was used before").set_defaults(command=deferred.engine_back)
    remove = add("remove", help="delete an installed build")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(command=deferred.remove_engine)


def _add_files(add: Callable[..., argparse.ArgumentParser]) -> None:
    logs = add("logs", help="the last lines of the log")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with new lines")
    logs.set_defaults(command=deferred.logs)
    add("settings", help="where the settings file is").set_defaults(command=deferred.settings)
