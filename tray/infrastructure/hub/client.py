"""The HTTP client that goes out, by the proxies and certificates of the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import getproxies

from tray.infrastructure.hub.failures import refused, unusable_certificates
from tray.models.failure import PaddockError

if TYPE_CHECKING:
    import httpx

SPARE = ("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
"""No address of ours goes by these where HTTPS_PROXY is there."""


def outgoing_client(timeout: float) -> "httpx.Client":
    """Some networks have no other way out than a proxy. Raises PaddockError for a useless one."""
    import httpx

    useless = (ImportError, ValueError, httpx.InvalidURL)
    try:
        return _client(timeout)
    except useless as error:
        if "https" not in getproxies():
            raise _no_proxy() from error
    # httpx wants all of them to be of use: a SOCKS proxy beside HTTPS_PROXY is common.
    try:
        with _without(SPARE):
            return _client(timeout)
    except useless as error:
        raise _no_proxy() from error


def _client(timeout: float) -> "httpx.Client":
    import httpx

    try:
        return httpx.Client(follow_redirects=False, timeout=timeout)
    except OSError as error:
        raise unusable_certificates(error) from error


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    held = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(held)


def _no_proxy() -> PaddockError:
    return refused(
        "The proxy of the environment cannot be used",
        "HTTPS_PROXY or ALL_PROXY is no address of an HTTP proxy (SOCKS is not spoken here). "
        "Name one in HTTPS_PROXY, such as http://127.0.0.1:8080, or unset both.",
    )
