"""Pure: what an exit code means, in words, on every system."""

import signal

WINDOWS_CODES = {
    0xC0000005: "accessed memory it may not (access violation)",
    0xC000001D: "used an instruction this processor lacks (illegal instruction)",
    0xC0000017: "ran out of memory",
    0xC000007B: "mixes 32-bit and 64-bit files, or a file is damaged (invalid image)",
    0xC0000135: "misses a DLL",
    0xC0000139: "found a DLL of another version (entry point missing)",
    0xC0000142: "could not initialise a DLL",
    0xC00000FD: "ran out of stack",
    0xC000013A: "was ended by Ctrl-C or a closed console",
    0xC0000374: "damaged its own memory (heap corruption)",
    0xC0000409: "stopped itself after an internal error (fast fail)",
    0x40010004: "was ended by a debugger or by log-off",
}


def unsigned(code: int) -> int:
    """Windows status codes come signed, unsigned or widened to 64 bits."""
    return code & 0xFFFFFFFF


def signal_name(number: int) -> str:
    """``SIGSEGV`` and the like; the number itself where it has no name here."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_words(code: int) -> str:
    """The end of a sentence whose subject is the program.

    Takes a code as ``subprocess`` gives it: negative means a signal, if small.
    """
    if -64 <= code < 0:
        return f"was ended by {signal_name(-code)}"
    status = unsigned(code)
    if status in WINDOWS_CODES:
        return f"{WINDOWS_CODES[status]} (0x{status:08X})"
    if status >= 0x80000000:
        return f"ended with 0x{status:08X}"
    return f"ended with exit code {status}"
