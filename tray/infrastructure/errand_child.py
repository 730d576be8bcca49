"""The child that does one errand: a transfer, a look at a hub, the keyring, the trash.

Apart from the resident because what it needs is heavy, and because ending it is a pause.
It ends itself when its parent is gone.
"""

import os
from contextlib import closing
from typing import BinaryIO

from tray.infrastructure.escape import escaped
from tray.infrastructure.parent_pipe import end_with_parent
from tray.models.download import HubPlan
from tray.models.errand import (
    ERRAND,
    SAID,
    Errand,
    FailedSaid,
    FetchedSaid,
    FetchErrand,
    OfferErrand,
    OfferSaid,
    PlanSaid,
    ProgressSaid,
    Said,
    TokenErrand,
    TokenSaid,
    TrashedSaid,
)
from tray.models.failure import FailureCause, PaddockError, ServerFailure

OFFER_PAUSES = (0.5, 1.0, 2.0)
OFFER_LONGEST = 10.0
"""Somebody waits for an offer and looks on."""


class _Speaker:
    """Says a line at a time; a parent that does not listen any more ends this process."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers

    def say(self, said: Said) -> None:
        try:
            self._answers.write(SAID.dump_json(said) + b"\n")
            self._answers.flush()
        except OSError:
            os._exit(0)


def run_errand(requests: BinaryIO, answers: BinaryIO) -> int:
    """Do the errand on the first line of ``requests``; its end ends this process."""
    errand = ERRAND.validate_json(requests.readline())
    end_with_parent(requests)
    speaker = _Speaker(answers)
    try:
        speaker.say(_done(errand, speaker))
    except PaddockError as error:
        speaker.say(FailedSaid(failure=error.failure))
    except Exception as error:  # noqa: BLE001 - the parent shall hear of a mistake of ours
        speaker.say(FailedSaid(failure=_mistake(error)))
    return 0


def _done(errand: Errand, speaker: _Speaker) -> Said:
    match errand:
        case FetchErrand():
            return _fetched(errand, speaker)
        case OfferErrand():
            return _offered(errand)
        case TokenErrand():
            return _token(errand)
    from tray.infrastructure.desktop.trash import move_to_trash

    move_to_trash(errand.files)
    return TrashedSaid()


def _fetched(errand: FetchErrand, speaker: _Speaker) -> Said:
    from tray.infrastructure.hub.address import hub_request
    from tray.infrastructure.hub.connection import HubConnection
    from tray.infrastructure.hub.download import download_model
    from tray.infrastructure.hub.leftovers import throw_away_replaced
    from tray.infrastructure.hub.token import find_token

    def begun(plan: HubPlan) -> None:
        # Before the room is looked at, and before the one plan that knows of them is replaced.
        if errand.before is not None:
            throw_away_replaced(errand.before, plan)
        speaker.say(PlanSaid(plan=plan))

    with closing(HubConnection(errand.base, lambda: find_token(errand.base))) as hub:
        done = download_model(
            hub,
            hub_request(errand.what, errand.base),
            errand.models,
            lambda progress: speaker.say(ProgressSaid(progress=progress)),
            begun,
        )
    return FetchedSaid(done=done)


def _offered(errand: OfferErrand) -> Said:
    from tray.infrastructure.hub.address import hub_request
    from tray.infrastructure.hub.connection import HubConnection
    from tray.infrastructure.hub.listing import offered
    from tray.infrastructure.hub.repository import read_repository
    from tray.infrastructure.hub.token import find_token

    request = hub_request(errand.what, errand.base)
    connection = HubConnection(
        errand.base,
        lambda: find_token(errand.base),
        pauses=OFFER_PAUSES,
        longest_wait=OFFER_LONGEST,
    )
    with closing(connection) as hub:
        return OfferSaid(offer=offered(read_repository(hub, request), request, errand.models))


def _token(errand: TokenErrand) -> Said:
    from tray.infrastructure.hub.token import forget_token, keep_token, token_status

    if errand.action == "keep":
        keep_token(errand.token)
    elif errand.action == "forget":
        forget_token()
    return TokenSaid(status=token_status())


def _mistake(error: Exception) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="Paddock made a mistake",
        detail=f"{type(error).__name__}: {escaped(str(error))[:300]}",
    )
