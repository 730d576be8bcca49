"""Who is let into the local API: nothing acts before every check has passed."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import socket

import pytest

from tests.contract.local_api_setup import (
    Served,
    read_reply,
    request_bytes,
    served,
    served_page,
)
from tray.infrastructure.local_api.answers import CONTENT_SECURITY_POLICY
from tray.infrastructure.local_api.guard import ENTER
from tray.infrastructure.local_api.page_files import page_answer
from tray.models.failure import FailureCause
from tray.models.local_api import ErrorAnswer

__all__ = ["served", "served_page"]

HOSTS = {
    "127.0.0.1:{port}": True,
    "localhost:{port}": False,
    "127.0.0.1": False,
    "127.0.0.1:1": False,
    "evil.example:{port}": False,
    "127.0.0.1:{port}, evil.example": False,
}
ORIGINS = {
    None: True,
    "http://127.0.0.1:{port}": True,
    "http://localhost:{port}": False,
    "https://127.0.0.1:{port}": False,
    "http://127.0.0.1:{port}.evil.example": False,
    "http://evil.example": False,
    "null": False,
}
TOKENS = {"Bearer {token}": True, "Bearer wrong": False, "{token}": False, None: False}
METHODS = {"POST": True, "GET": False, "PUT": False, "OPTIONS": False}
TYPES = {
    "application/json": True,
    "application/json; charset=utf-8": True,
    "text/plain": False,
    "application/x-www-form-urlencoded": False,
    None: False,
}


def expected_status(*right: bool) -> int:
    """The status of the first check that fails, in the documented order."""
    failures = (403, 403, 401, 405, 415)
    return next((code for good, code in zip(right, failures, strict=True) if not good), 200)


@pytest.mark.parametrize("method", METHODS)
def test_every_combination_of_host_origin_token_method_and_type(
    served: Served, method: str
) -> None:
    def fill(value: str | None) -> str | None:
        return value and value.format(port=served.port, token=served.token)

    wrong = []
    allowed = 0
    for host, origin, token, kind in itertools.product(HOSTS, ORIGINS, TOKENS, TYPES):
        headers = served.headers(
            Host=fill(host), Origin=fill(origin), Authorization=fill(token), Content_Type=kind
        )
        status = served.call(method, "/api/show", headers, b"{}").status
        right = (HOSTS[host], ORIGINS[origin], TOKENS[token], METHODS[method], TYPES[kind])
        allowed += all(right)
        if status != expected_status(*right):
            wrong.append((host, origin, token, method, kind, status))
    assert not wrong
    assert served.paddock.asked == ["show"] * allowed


WRONG: dict[str, tuple[dict[str, str | None], int]] = {
    "host": ({"Host": "evil.example"}, 403),
    "origin": ({"Origin": "https://evil.example"}, 403),
    "token": ({"Authorization": "Bearer wrong"}, 401),
    "no token": ({"Authorization": None}, 401),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_every_call_there_is_refuses_a_stranger_before_anything_acts(
    served_page: Served, wrong: str
) -> None:
    changes, status = WRONG[wrong]
    for path, route in served_page.api._routes.items():
        if path == ENTER and status == 401:
            continue  # Its one-time code stands for the token: test_invitations.py.
        for method in (route.method, "OPTIONS", "DELETE", "PATCH", "HEAD"):
            reply = served_page.call(method, path, served_page.headers(**changes), b"{}")
            assert (path, method, reply.status) == (path, method, status)
            assert "access-control-allow-origin" not in reply.headers
    assert served_page.paddock.asked == []


def test_every_call_takes_its_own_method_alone_and_every_post_json_alone(
    served_page: Served,
) -> None:
    for path, route in served_page.api._routes.items():
        for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} - {
            route.method
        }:
            reply = served_page.call(method, path, served_page.headers(), b"{}")
            assert (path, method, reply.status) == (path, method, 405)
        if route.method == "POST":
            for kind in ("text/plain", "multipart/form-data", "application/jsonx", None):
                headers = served_page.headers(Content_Type=kind)
                reply = served_page.call("POST", path, headers, b"{}")
                assert (path, kind, reply.status) == (path, kind, 415)
    assert served_page.paddock.asked == []


@pytest.mark.parametrize(
    "lines",
    [
        "Host: 127.0.0.1:{port}\r\nHost: evil.example",
        "Host: evil.example\r\nHost: 127.0.0.1:{port}",
        "Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nOrigin: https://evil.example",
        "Host: 127.0.0.1:{port}\r\nOrigin: ",
        "Host: 127.0.0.1:{port}\r\nAuthorization: Bearer wrong",
    ],
)
def test_a_second_header_does_not_overrule_the_first(served: Served, lines: str) -> None:
    head = f"POST /api/show HTTP/1.1\r\n{lines.format(port=served.port)}\r\n"
    own = f"Authorization: Bearer {served.token}\r\nContent-Type: application/json\r\n"
    with served.connect() as connection:
        connection.sendall(f"{head}{own}Content-Length: 2\r\n\r\n{{}}".encode())
        assert read_reply(connection).status in (400, 401, 403)
    assert served.paddock.asked == []


def test_a_refusal_is_a_typed_failure(served: Served) -> None:
    reply = served.call("GET", "/api/state", served.headers(Authorization=None))
    assert reply.status == 401
    assert ErrorAnswer.model_validate_json(reply.body).error.cause is FailureCause.REQUEST_REFUSED


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api", "/api/unknown", "/api/state/", "//api/state", "/%61pi/state", "/x", "/web"],
)
def test_an_unknown_path_is_404(served: Served, path: str) -> None:
    assert served.call("GET", path, served.headers()).status == 404


def test_without_a_token_even_an_unknown_call_says_only_401(served: Served) -> None:
    reply = served.call("GET", "/api/unknown", served.headers(Authorization=None))
    assert reply.status == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"wait": "yes"}', b'{"surprise": 1}', b'{"model": 7}', b"\xff\xfe{}"],
)
def test_a_body_that_does_not_fit_is_400_and_starts_nothing(served: Served, body: bytes) -> None:
    headers = served.headers(Content_Length=str(len(body)))
    assert served.call("POST", "/api/start", headers, body).status == 400
    assert served.paddock.asked == []


def test_a_body_over_the_limit_is_413_declared_or_not(served: Served) -> None:
    body = b" " * (16 * 2**20 + 1)
    assert served.call("POST", "/api/start", served.headers(), body).status == 413
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    headers = served.headers(Transfer_Encoding="chunked", Content_Length=None)
    with served.connect() as connection:
        connection.sendall(request_bytes("POST", "/api/start", headers) + chunked)
        assert read_reply(connection).status == 413
    assert served.paddock.asked == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /api/state\r\n\r\n",
        b"GET /api/state HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /api/state HTTP/1.1\r\nX: " + b"y" * 20000,
        b"GET /api/state HTTP/1.1\r\n Host: folded\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(served: Served, data: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(data)
        assert read_reply(connection).status in (400, 431)


def test_a_host_is_needed_by_old_http_too(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert read_reply(connection).status == 403


def test_the_page_needs_no_token_but_the_right_host(served: Served) -> None:
    reply = served.call("GET", "/", served.headers(Authorization=None))
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert served.call("GET", "/web/main.js", served.headers(Authorization=None)).status == 200
    assert served.call("GET", "/", served.headers(Host="evil.example")).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/web/",
        "/web/../outside.html",
        "/web/%2e%2e/outside.html",
        "/web/..%2foutside.html",
        "/web/%2e%2e%5coutside.html",
        "/web//outside.html",
        "/web/./index.html",
        "/web/.hidden.html",
        "/web/link.html",
        "/web/secret.key",
        "/web/%00.html",
        "/web/%ff.html",
        "/web/C:/outside.html",
        "/web/index.html/",
        "/web/missing.html",
    ],
)
def test_nothing_outside_the_page_is_served(served: Served, path: str) -> None:
    page = served.api._page
    os.symlink(page.parent / "outside.html", page / "link.html")
    reply = served.call("GET", path, served.headers())
    assert reply.status == 404
    assert b"outside" not in reply.body.replace(path.encode(), b"")


@pytest.mark.parametrize("path", ["/", "/web/main.js"])
def test_the_page_is_packed_for_who_can_unpack_it(served: Served, path: str) -> None:
    plain = served.call("GET", path, served.headers())
    packed = served.call("GET", path, served.headers(**{"Accept-Encoding": "br, gzip"}))
    refused = served.call("GET", path, served.headers(**{"Accept-Encoding": "gzip;q=0"}))
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert "content-encoding" not in plain.headers
    state = served.call("GET", "/api/state", served.headers(**{"Accept-Encoding": "gzip"}))
    assert "content-encoding" not in state.headers


def test_what_has_changed_on_disk_is_in_the_next_answer(served: Served) -> None:
    """A page's file is made once; who works on one sees what was done all the same."""
    page = served.api._page
    made = [page_answer(page, "index.html", packed=True) for _ in range(2)]
    assert len({id(answer and answer.body) for answer in made}) == 1
    (page / "part.js").write_text("export const part = 1;\n")
    (page / "main.js").write_text('import { part } from "./part.js";\n')
    assert b"part = 1" in served.call("GET", "/web/main.js", served.headers()).body
    (page / "part.js").write_text("export const part = 20;\n")
    assert b"part = 20" in served.call("GET", "/web/main.js", served.headers()).body
    os.symlink(page / "nowhere", page / ".lock")
    (page / "main.js").unlink()
    assert served.call("GET", "/web/main.js", served.headers()).status == 404
    assert served.call("GET", "/web/part.js", served.headers()).status == 200


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/api/state", "/api/unknown"])
def test_every_answer_carries_the_security_headers(served: Served, path: str) -> None:
    headers = served.call("GET", path, served.headers()).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_a_failure_of_the_engine_is_409(served: Served) -> None:
    served.paddock.running = False
    reply = served.call("GET", "/api/connection", served.headers())
    assert reply.status == 409
    assert json.loads(reply.body)["error"]["cause"] == "not_running"


def test_a_mistake_of_ours_is_500_without_its_details(served: Served) -> None:
    served.paddock.mistake = True
    reply = served.call("GET", "/api/state", served.headers())
    assert reply.status == 500
    assert b"ValueError" not in reply.body


def test_only_loopback_is_listened_on(served: Served) -> None:
    own = socket.gethostbyname(socket.gethostname())
    if own.startswith("127."):
        own = "127.0.0.2"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((own, served.port), 2.0)
