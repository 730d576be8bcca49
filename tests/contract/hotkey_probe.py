"""A program with GLib's main loop, as the icon's, that has a hotkey by the portal.

It prints ``ready``, or why not, then ``pressed`` at each press; a line on its
standard input ends it.
"""

import sys
import threading

from gi.repository import GLib

from tray.infrastructure.hotkey.portal import PortalHotkey
from tray.models.failure import PaddockError
from tray.models.hotkey import parse_hotkey


def main() -> None:
    loop = GLib.MainLoop()
    threading.Thread(target=loop.run, daemon=True).start()
    try:
        hotkey = PortalHotkey(parse_hotkey(sys.argv[1]), lambda: print("pressed", flush=True))
    except PaddockError as error:
        print(error.failure.detail, flush=True)
        return
    print(f"ready {hotkey.shown}", flush=True)
    sys.stdin.readline()
    hotkey.close()
    loop.quit()


if __name__ == "__main__":
    main()
