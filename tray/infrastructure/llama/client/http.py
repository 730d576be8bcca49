"""The HTTP client for engines on this machine: no proxy, no environment, no reuse."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@cache
def local_client() -> "httpx.Client":
    """One client for all engines, made when the first one is asked.

    Connections are not kept: an idle one would delay the engine's exit. TLS is
    never spoken, so its certificates are not loaded.
    """
    import httpx

    return httpx.Client(
        trust_env=False,
        verify=False,
        limits=httpx.Limits(max_keepalive_connections=0),
        timeout=httpx.Timeout(5.0),
    )
