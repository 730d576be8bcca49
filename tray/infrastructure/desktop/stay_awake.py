"""Keeps the computer from going to sleep, by wakepy, on a thread that lives as long."""

import logging
import threading

_log = logging.getLogger(__name__)


class StayAwake:
    """One inhibitor that is held or not. Every call returns at once, and nothing ever fails.

    wakepy knows the ways of Windows, macOS, GNOME and the freedesktop services;
    it is loaded when it is first needed (0.7 MB). Where there is no way, that
    is logged once. The system takes the inhibitor back when Paddock dies.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._release: threading.Event | None = None
        self._told = False

    def hold(self, wanted: bool) -> None:
        """Keep it awake from now on, or no longer. Any thread."""
        with self._lock:
            release = self._release
            if wanted is (release is not None):
                return
            if release is not None:
                release.set()
                self._release = None
                return
            self._release = threading.Event()
            keep = threading.Thread(
                target=self._keep, args=(self._release,), name="stay-awake", daemon=True
            )
            keep.start()

    def _keep(self, release: threading.Event) -> None:
        try:
            from wakepy import keep

            with keep.running(on_fail="pass") as mode:
                if not mode.active:
                    self._tell("nothing here can be asked for it")
                release.wait()
        except Exception as error:  # noqa: BLE001 - an answer is worth more than staying awake
            self._tell(str(error) or type(error).__name__)

    def _tell(self, reason: str) -> None:
        if not self._told:
            self._told = True
            _log.info("the computer may go to sleep during an answer: %s", reason)
