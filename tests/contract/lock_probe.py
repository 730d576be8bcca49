"""Run as a program: prints a line for each change of the lock, until its input ends."""

import sys
import threading

from gi.repository import GLib

from tray.infrastructure.desktop.screen_lock import ScreenLock


def main() -> None:
    loop = GLib.MainLoop()
    lock = ScreenLock(lambda locked: print("locked" if locked else "open", flush=True))
    lock.watch()
    print("watching", flush=True)
    # In the loop's own turn: a loop that is not running yet would not hear it.
    threading.Thread(
        target=lambda: (sys.stdin.read(), GLib.idle_add(loop.quit)), daemon=True
    ).start()
    loop.run()
    lock.close()


if __name__ == "__main__":
    main()
