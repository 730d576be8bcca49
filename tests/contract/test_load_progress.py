"""A load may take its time; one that gets nowhere is marked, and nothing is ever killed."""

import os

from tray.infrastructure.llama.load_progress import LoadProgress

MINUTE = 60


class Load:
    """A load measured on this very process, at times the test chooses."""

    def __init__(self) -> None:
        self.line = 0
        self.told: list[bool] = []
        self._progress = LoadProgress(lambda: (f"line {self.line}",), self.told.append)

    def looks(self, first: int, last: int, *, step: int = 1, moves_every: int = 0) -> None:
        """Look every ``step`` seconds; a line is printed every so many seconds, if at all.

        The process uses CPU meanwhile, less than the tenth of a second that counts.
        """
        for second in range(first, last, step):
            if moves_every and second % moves_every == 0:
                self.line += 1
            self._progress.look(os.getpid(), float(second))


def test_a_load_of_thirty_minutes_is_never_marked() -> None:
    load = Load()
    load.looks(0, 30 * MINUTE, moves_every=14)
    assert load.told == []


def test_a_silent_load_is_marked_once_and_unmarked_when_it_goes_on() -> None:
    load = Load()
    load.looks(0, 14)
    assert load.told == []
    load.looks(14, 40)
    assert load.told[:1] == [True]
    load.looks(40, 45, moves_every=1)
    assert load.told[-1:] == [False]


def test_looks_that_wait_for_an_engine_that_does_not_answer_are_no_sleep() -> None:
    load = Load()
    load.looks(0, 60, step=12)
    assert load.told == [True]


def test_a_night_of_sleep_is_no_stall() -> None:
    load = Load()
    load.looks(0, 10)
    load.looks(8 * 60 * MINUTE, 8 * 60 * MINUTE + 10)
    assert load.told == []


def test_a_process_that_is_gone_harms_nobody() -> None:
    progress = LoadProgress(lambda: (), lambda _: None)
    for second in range(20):
        progress.look(2**22 + 1, float(second))
