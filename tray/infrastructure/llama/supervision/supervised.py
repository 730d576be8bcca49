"""The supervision this system has: a guard, or a Job Object."""

import sys

if sys.platform == "win32":
    from tray.infrastructure.llama.supervision.job_process import JobProcess as SupervisedProcess
else:
    from tray.infrastructure.llama.supervision.guarded_process import (
        GuardedProcess as SupervisedProcess,
    )

__all__ = ["SupervisedProcess"]
