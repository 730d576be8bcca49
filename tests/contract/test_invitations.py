"""One-time codes: what a browser's arguments show is worth nothing afterwards."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.local_api_setup import Reply, Served, served
from tray.infrastructure.local_api.invitations import LIFETIME, MOST, Invitations
from tray.models.local_api import EnterAnswer, EnterRequest

__all__ = ["served"]


def test_a_code_is_good_once() -> None:
    invitations = Invitations()
    code, other = invitations.new(), invitations.new()
    assert code != other
    assert invitations.redeem(code)
    assert not invitations.redeem(code)
    assert invitations.redeem(other)


def test_a_code_is_good_for_a_minute() -> None:
    time = 0.0
    invitations = Invitations(lambda: time)
    code = invitations.new()
    time = LIFETIME
    assert not invitations.redeem(code)


def test_only_the_newest_codes_are_kept() -> None:
    invitations = Invitations()
    codes = [invitations.new() for _ in range(MOST + 1)]
    assert [invitations.redeem(code) for code in codes] == [False] + [True] * MOST


@pytest.mark.parametrize("code", ["", "0" * 64, "ä", "x" * 100_000])
def test_a_made_up_code_is_refused(code: str) -> None:
    invitations = Invitations()
    invitations.new()
    assert not invitations.redeem(code)


def enter(served: Served, code: str, **headers: str | None) -> Reply:
    body = EnterRequest(code=code).model_dump_json().encode()
    length = {"Content-Length": str(len(body))}
    given = served.headers(Authorization=None, **headers) | length
    return served.call("POST", "/api/page/enter", given, body)


def code_of(served: Served) -> str:
    url = urlsplit(served.api.page_url("browser"))
    return parse_qs(url.fragment)["code"][0]


def test_a_browsers_address_has_no_token_and_works_once(served: Served) -> None:
    assert served.token not in served.api.page_url("browser")
    code = code_of(served)
    reply = enter(served, code)
    assert reply.status == 200
    assert EnterAnswer.model_validate_json(reply.body).token == served.token
    assert enter(served, code).status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://example.com"}, 403),
        ({"Host": "example.com"}, 403),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_a_stranger_gets_nothing_for_a_good_code(
    served: Served, headers: dict[str, str], status: int
) -> None:
    code = code_of(served)
    assert enter(served, code, **headers).status == status
    assert enter(served, code).status == 200
