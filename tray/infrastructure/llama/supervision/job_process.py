"""An engine inside a Windows Job Object: it dies with Paddock, whatever happens.

Never run on a real Windows; docs/PLATFORMS.md says so.
"""

import ctypes
import subprocess
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

from tray.infrastructure.llama.supervision.engine_output import OutputSink
from tray.infrastructure.llama.supervision.error_dialogs import no_error_dialogs
from tray.infrastructure.llama.supervision.program import Program
from tray.infrastructure.llama.supervision.spawn_errors import spawn_failure
from tray.models.failure import PaddockError
from tray.models.launch import ExitStatus

assert sys.platform == "win32", "Linux and macOS have the guard instead"

READ_SIZE = 1 << 16
CREATE_SUSPENDED = 0x00000004
JOB_OBJECT_EXTENDED_LIMIT_INFORMATION = 9
JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
ntdll = ctypes.WinDLL("ntdll")
kernel32.CreateJobObjectW.restype = wintypes.HANDLE
kernel32.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
kernel32.SetInformationJobObject.argtypes = (
    wintypes.HANDLE,
    ctypes.c_int,
    wintypes.LPVOID,
    wintypes.DWORD,
)
kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
kernel32.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
ntdll.NtResumeProcess.argtypes = (wintypes.HANDLE,)


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_user_time_limit", ctypes.c_int64),
        ("per_job_user_time_limit", ctypes.c_int64),
        ("limit_flags", wintypes.DWORD),
        ("minimum_working_set_size", ctypes.c_size_t),
        ("maximum_working_set_size", ctypes.c_size_t),
        ("active_process_limit", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("priority_class", wintypes.DWORD),
        ("scheduling_class", wintypes.DWORD),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; the six counters are IO_COUNTERS."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory_used", ctypes.c_size_t),
        ("peak_job_memory_used", ctypes.c_size_t),
    )


def new_job() -> int:
    """A job that kills its processes when its last handle closes.

    The handle is not inheritable, so Paddock's own end closes it. Raises OSError.
    """
    job = kernel32.CreateJobObjectW(None, None)
    if not job:
        raise ctypes.WinError(ctypes.get_last_error())
    limits = ExtendedLimits()
    limits.basic.limit_flags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    if not kernel32.SetInformationJobObject(
        job, JOB_OBJECT_EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
    ):
        error = ctypes.WinError(ctypes.get_last_error())
        kernel32.CloseHandle(job)
        raise error
    return int(job)


class JobProcess:
    """One engine in one job; the same surface as GuardedProcess."""

    def __init__(
        self,
        spec: Program,
        output: OutputSink,
        on_started: Callable[[int], None],
        on_paused: Callable[[bool], None],
        on_exit: Callable[[ExitStatus], None],
        on_failed: Callable[[PaddockError], None],
    ) -> None:
        """Create suspended, put into the job, resume. Raises PaddockError.

        ``on_paused`` and ``on_failed`` are part of the common surface: here no signal
        stops a process, and a refused spawn raises.
        """
        self._output = output
        self._on_exit = on_exit
        self._lock = threading.Lock()
        try:
            self._job: int | None = new_job()
            self._engine = self._spawn(spec)
        except OSError as error:
            self._close_job()
            raise spawn_failure(spec.argv[0], error) from error
        threading.Thread(target=self._read, name="engine-output", daemon=True).start()
        on_started(self._engine.pid)

    @property
    def pid(self) -> int | None:
        return self._engine.pid

    def terminate(self) -> None:
        """A server without a console takes no signal, so this ends it at once.

        Its streams are closed by then; it has nothing to save.
        """
        self.kill()

    def kill(self) -> None:
        """Terminate every process in the job."""
        with self._lock:
            if self._job is not None:
                kernel32.TerminateJobObject(self._job, 1)

    def _spawn(self, spec: Program) -> "subprocess.Popen[bytes]":
        no_error_dialogs()
        engine = subprocess.Popen(
            spec.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=spec.working_directory,
            env=dict(spec.environment),
            creationflags=CREATE_SUSPENDED
            | subprocess.CREATE_NO_WINDOW
            | subprocess.CREATE_NEW_PROCESS_GROUP,
        )
        handle = int(engine._handle)  # type: ignore[attr-defined]  # the only way to it
        if not kernel32.AssignProcessToJobObject(self._job, handle):
            error = ctypes.WinError(ctypes.get_last_error())
            engine.kill()
            raise error
        ntdll.NtResumeProcess(handle)
        return engine

    def _read(self) -> None:
        pipe = self._engine.stdout
        assert pipe is not None
        while data := pipe.read(READ_SIZE):
            self._output.feed(data)
        pipe.close()
        code = self._engine.wait()
        self.kill()
        self._close_job()
        self._on_exit(ExitStatus(code=code))

    def _close_job(self) -> None:
        with self._lock:
            job, self._job = self._job, None
        if job is not None:
            kernel32.CloseHandle(job)
