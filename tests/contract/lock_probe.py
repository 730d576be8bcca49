"""Run as a program: prints a line for each change of the lock, until its input ends."""

import contextlib
import sys
import threading

from gi.repository import Gio, GLib

from tray.infrastructure.desktop.screen_lock import ScreenLock


def heed(kind: Gio.BusType) -> None:
    """Subscribing asks the bus and waits for no answer: one to a later question comes after it."""
    name = "org.freedesktop.DBus"
    # Without such a bus there is nothing to heed.
    with contextlib.suppress(GLib.Error):
        bus = Gio.bus_get_sync(kind, None)
        bus.call_sync(name, "/", name, "GetId", None, None, Gio.DBusCallFlags.NONE, -1, None)


def main() -> None:
    loop = GLib.MainLoop()
    lock = ScreenLock(lambda locked: print("locked" if locked else "open", flush=True))
    lock.watch()
    heed(Gio.BusType.SESSION)
    heed(Gio.BusType.SYSTEM)
    print("watching", flush=True)
    # In the loop's own turn: a loop that is not running yet would not hear it.
    threading.Thread(
        target=lambda: (sys.stdin.read(), GLib.idle_add(loop.quit)), daemon=True
    ).start()
    loop.run()
    lock.close()


if __name__ == "__main__":
    main()
