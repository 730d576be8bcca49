"""Windows asks the user about a program that cannot start, and keeps it waiting: not about ours."""

import sys


def no_error_dialogs() -> None:
    """From now on children that miss a DLL, or crash, end at once with a code that says so.

    They inherit this from Paddock. Else a dialog of the system appears from nowhere, and
    until it is closed the child only hangs.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.SetErrorMode(
            msvcrt.SEM_FAILCRITICALERRORS
            | msvcrt.SEM_NOGPFAULTERRORBOX
            | msvcrt.SEM_NOOPENFILEERRORBOX
        )
