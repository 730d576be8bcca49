"""The guard: the engine's real parent, so that nothing outlives Paddock.

Run as ``python -I -S guard.py PROGRAM ARGUMENT…`` on Linux and macOS. It uses
the standard library alone and stays small, because one runs beside each engine.

- standard input is a pipe whose only writer is Paddock. ``term`` asks the engine
  to end; when the pipe closes, for whatever reason, the whole tree is killed.
- standard output reports ``started PID``, then ``exit CODE``, ``signal NUMBER`` or
  ``failed ERRNO`` as the last line, once the engine and its children are gone.
- standard error is the engine's output.
"""

import contextlib
import os
import select
import signal
import sys

assert sys.platform != "win32", "Windows has Job Objects instead"

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CONTROL, REPORT, OUTPUT = 0, 1, 2


def prctl(option: int, value: int) -> None:
    """Linux's prctl(2), by ctypes; without it the guard still does its main work."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def report(line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(REPORT, line.encode() + b"\n")


def spawn(argv: list[str]) -> int:
    """Fork and exec the engine in a session of its own; returns its pid.

    Raises OSError with the exec's own errno when the program cannot run.
    """
    parent = os.getpid()
    failure, failed = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(argv, parent, failed)
    os.close(failed)
    code = os.read(failure, 16)
    os.close(failure)
    if code:
        os.waitpid(pid, 0)
        raise OSError(int(code), os.strerror(int(code)))
    return pid


def become(argv: list[str], parent: int, failed: int) -> None:
    """Turn this forked child into the engine; never returns."""
    try:
        os.setsid()
        if sys.platform == "linux":
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(127)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), CONTROL)
        os.dup2(OUTPUT, REPORT)
        os.execve(argv[0], argv, os.environ)
    except OSError as error:
        os.write(failed, str(error.errno or 1).encode())
    finally:
        os._exit(127)


def children_of(pid: int) -> list[int]:
    """Direct children of a process, as Linux lists them by thread."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as file:
                found += [int(word) for word in file.read().split()]
    return found


def kill_tree(engine: int) -> None:
    """SIGKILL the engine's group and, on Linux, every descendant until none is left.

    As a subreaper the guard inherits orphans, so a second look finds what a
    dying parent left behind.
    """
    with contextlib.suppress(OSError):
        os.killpg(engine, signal.SIGKILL)
    while True:
        waiting = children_of(os.getpid()) if sys.platform == "linux" else []
        for pid in waiting:
            waiting += children_of(pid)
        for pid in waiting:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            reaped, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return
        if reaped == engine:
            outcome[engine] = status


outcome: dict[int, int] = {}


def reap(engine: int) -> bool:
    """Collect every child that has ended; true once the engine is among them."""
    while engine not in outcome:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False
        outcome[pid] = status
    return True


def wait_for_end(engine: int, wakeup: int) -> None:
    """Obey the control pipe until the engine has ended or Paddock is gone."""
    poll = select.poll()
    poll.register(CONTROL, select.POLLIN)
    poll.register(wakeup, select.POLLIN)
    while not reap(engine):
        for descriptor, _ in poll.poll():
            if descriptor == wakeup:
                os.read(wakeup, 512)
            elif not os.read(CONTROL, 512):
                return
            else:
                with contextlib.suppress(OSError):
                    os.killpg(engine, signal.SIGTERM)


def main(argv: list[str]) -> None:
    wakeup, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        engine = spawn(argv)
    except OSError as error:
        report(f"failed {error.errno}")
        return
    signal.signal(signal.SIGTERM, lambda *_: kill_tree(engine))
    report(f"started {engine}")
    wait_for_end(engine, wakeup)
    kill_tree(engine)
    status = outcome.get(engine, 0)
    if os.WIFSIGNALED(status):
        report(f"signal {os.WTERMSIG(status)}")
    else:
        report(f"exit {os.WEXITSTATUS(status)}")


if __name__ == "__main__":
    main(sys.argv[1:])
