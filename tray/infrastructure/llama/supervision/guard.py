"""The guard: the engine's real parent, so that nothing outlives Paddock.

Run as ``python -I -S guard.py PROGRAM ARGUMENT…`` on Linux and macOS. It uses
the standard library alone and stays small, because one runs beside each engine.

- standard input is a pipe whose only writer is Paddock. ``term`` asks the engine
  to end; when the pipe closes, for whatever reason, the whole tree is killed.
- standard output reports ``started PID``, then ``paused`` and ``resumed`` as the
  engine is stopped and continued, and as the last line, once the engine and its
  children are gone, ``exit CODE``, ``signal NUMBER`` or ``failed ERRNO``.
- standard error is the engine's output.

One file, although a long one: ``-I`` keeps its folder off the import path, so that
nothing laid beside it is ever run, and a second file would need that path back.
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
CHANGES = os.WNOHANG | os.WUNTRACED | os.WCONTINUED
LOOK_AGAIN = 0.05
HINT = signal.SIGUSR1
LOOKS = 20
SIGKILL_BIT = 1 << (signal.SIGKILL - 1)


def prctl(option: int, value: int) -> None:
    """Linux's prctl(2), by ctypes; without it the guard still does its main work."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def report(line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(REPORT, line.encode() + b"\n")


class Watch:
    """All the guard waits for: its signals, the control pipe, and Paddock's end.

    ``over`` is set when everything has to go; ``asked`` when ``term`` was read.
    Signals only leave a byte in a pipe, so that no handler ever interrupts a kill.
    """

    def __init__(self) -> None:
        self.over = False
        self.asked = False
        self.wakeup, write_end = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in (signal.SIGCHLD, signal.SIGTERM, HINT):
            signal.signal(number, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        self.poll = select.poll()
        self.poll.register(CONTROL, select.POLLIN)
        self.poll.register(self.wakeup, select.POLLIN)
        self._looks = 0
        self._paddock = os.getppid()
        self._parent = watch_end(self._paddock)
        if self._parent is not None:
            self.poll.register(self._parent, select.POLLIN)

    def over_already(self) -> bool:
        self.wait(0)
        return self.over

    def wait(self, timeout: int | None = None) -> list[int]:
        """Wait for news, at most ``timeout`` milliseconds; the descriptors that had some.

        After a hint that Paddock may be dying it is looked at a few times.
        """
        if self._looks:
            timeout = 1
            self._looks -= 1
        ready = [descriptor for descriptor, _ in self.poll.poll(timeout)]
        if self.wakeup in ready:
            signals = os.read(self.wakeup, 512)
            self.over |= signal.SIGTERM in signals
            if HINT in signals:
                self._looks = LOOKS
        if self._looks:
            self.over |= is_dying(self._paddock)
        if CONTROL in ready:
            self.over |= not os.read(CONTROL, 512)
            self.asked = True
        self.over |= self._parent in ready
        return ready


if sys.platform == "linux":

    def watch_end(pid: int) -> int | None:
        """A descriptor that becomes readable when the process ends.

        The pipe alone would not tell if a stray fork of Paddock kept it open.
        """
        with contextlib.suppress(OSError):
            return os.pidfd_open(pid)
        return None

else:
    queues: list["select.kqueue"] = []

    def watch_end(pid: int) -> int | None:
        """The same by kqueue; the list keeps the queue open."""
        queue = select.kqueue()
        ended = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
        with contextlib.suppress(OSError):
            queue.control([ended], 0)
            queues.append(queue)
            return queue.fileno()
        return None


def is_dying(pid: int) -> bool:
    """Whether a process of Linux has been killed, although it is not gone yet.

    Its pipes close only when its last thread has ended, and one may hang in the
    kernel, on a slow disk for instance.
    """
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/status") as file:
                lines = dict(line.split(":", 1) for line in file if ":" in line)
            if int(lines["SigPnd"], 16) & SIGKILL_BIT:
                return True
            if int(thread) == pid and lines["State"].split()[0] in "ZX":
                return True
    return False


def spawn(argv: list[str], watch: Watch) -> int:
    """Fork and exec the engine in a session of its own; returns its pid.

    An exec may hang on a dead network drive, so the watch goes on meanwhile.
    Raises OSError with the exec's own errno when the program cannot run.
    """
    parent = os.getpid()
    failure, failed = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(argv, parent, failed)
    os.close(failed)
    watch.poll.register(failure, select.POLLIN)
    while not watch.over and failure not in watch.wait():
        pass
    watch.poll.unregister(failure)
    code = b"" if watch.over else os.read(failure, 16)
    os.close(failure)
    if code:
        os.waitpid(pid, 0)
        raise OSError(int(code), os.strerror(int(code)))
    return pid


def become(argv: list[str], parent: int, failed: int) -> None:
    """Turn this forked child into the engine; never returns."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (HINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.setsid()
        if sys.platform == "linux":
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(127)
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


def descendants() -> list[int]:
    """Everything below the guard, parents first."""
    found = children_of(os.getpid())
    for pid in found:
        found += children_of(pid)
    return found


def kill_tree(engine: int, watch: Watch) -> None:
    """SIGKILL the engine's group and, on Linux, every descendant until none is left.

    As a subreaper the guard inherits orphans, so the next look finds what a dying
    parent left behind. The kernel may skip a child while another one ends: hence
    the look after a while even when nothing was heard.
    """
    while True:
        with contextlib.suppress(OSError):
            os.killpg(engine, signal.SIGKILL)
        for pid in descendants() if sys.platform == "linux" else {engine} - outcome.keys():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not collect(engine):
            return
        if select.select([watch.wakeup], [], [], LOOK_AGAIN)[0]:
            os.read(watch.wakeup, 512)


outcome: dict[int, int] = {}


def collect(engine: int) -> bool:
    """Take note of every child that ended, paused or resumed; true while any lives."""
    while True:
        try:
            pid, status = os.waitpid(-1, CHANGES)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        if pid != engine:
            continue
        if os.WIFSTOPPED(status):
            report("paused")
        elif os.WIFCONTINUED(status):
            report("resumed")
        else:
            outcome[engine] = status


def main(argv: list[str]) -> None:
    watch = Watch()
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        # Tells of the end of the thread that started the guard, so no more than a hint.
        prctl(PR_SET_PDEATHSIG, HINT)
    if watch.over_already():
        report(f"signal {signal.SIGKILL:d}")
        return
    try:
        engine = spawn(argv, watch)
    except OSError as error:
        report(f"failed {error.errno}")
        return
    report(f"started {engine}")
    while not watch.over and collect(engine) and engine not in outcome:
        if watch.asked:
            watch.asked = False
            with contextlib.suppress(OSError):
                os.killpg(engine, signal.SIGTERM)
        watch.wait()
    kill_tree(engine, watch)
    status = outcome.get(engine, 0)
    if os.WIFSIGNALED(status):
        report(f"signal {os.WTERMSIG(status)}")
    else:
        report(f"exit {os.WEXITSTATUS(status)}")


if __name__ == "__main__":
    main(sys.argv[1:])
