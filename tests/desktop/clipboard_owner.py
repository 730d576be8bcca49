"""A program that owns the X clipboard: each argument is FORM=FILE, what it hands out in a form."""

from __future__ import annotations

import sys
from pathlib import Path

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify


def main() -> None:
    display = Display()
    window = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    pairs = [argument.split("=", 1) for argument in sys.argv[1:]]
    forms = {display.intern_atom(form): Path(file).read_bytes() for form, file in pairs}
    targets = display.intern_atom("TARGETS")
    window.set_selection_owner(display.intern_atom("CLIPBOARD"), X.CurrentTime)
    display.flush()
    print("owner", flush=True)
    while (event := display.next_event()).type != X.SelectionClear:
        if event.type != X.SelectionRequest:
            continue
        known = event.target == targets or event.target in forms
        place = (event.property or event.target) if known else X.NONE
        if event.target == targets:
            event.requestor.change_property(place, Xatom.ATOM, 32, [targets, *forms])
        elif known:
            event.requestor.change_property(place, event.target, 8, forms[event.target])
        told = SelectionNotify(
            time=event.time,
            requestor=event.requestor,
            selection=event.selection,
            target=event.target,
            property=place,
        )
        event.requestor.send_event(told)
        display.flush()


main()
