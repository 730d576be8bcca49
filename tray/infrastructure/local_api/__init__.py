"""The one authenticated loopback server: page, terminal, second start.

docs/local-api.md is its contract. HTTP is spoken by h11, which httpx brings
along: bottle on wsgiref costs the resident 3 MB more, most of it for
``http.client`` and ``email`` (measured as PSS), and buys nothing for a dozen
fixed paths.
"""

from tray.infrastructure.local_api.page_ports import ServedPage
from tray.infrastructure.local_api.ports import ServedPaddock
from tray.infrastructure.local_api.server import LocalApi

__all__ = ["LocalApi", "ServedPaddock", "ServedPage"]
