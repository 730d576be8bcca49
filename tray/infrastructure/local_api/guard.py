"""Who is let in: every check before anything acts, in the documented order."""

import hmac

from tray.infrastructure.local_api.answers import JSON, Refused
from tray.infrastructure.local_api.exchange import LARGEST_BODY, RequestHead, too_large

API = "/api/"
ENTER = "/api/page/enter"
"""The one call without the token: it is how a page gets it, for a one-time code."""


def admit(request: RequestHead, port: int, token: str) -> None:
    """Refuse a stranger: Host, Origin, then the token of an API call.

    Host and Origin are compared whole: a page of another origin, or a name
    bound to this address, never has both right. Raises Refused.
    """
    own = f"127.0.0.1:{port}"
    if request.header(b"host") != own:
        raise Refused(403, "Wrong Host", f"This server answers to {own} only.")
    if request.header(b"origin") not in (None, f"http://{own}"):
        raise Refused(403, "Wrong Origin", "Pages of other origins are not let in.")
    strange = request.path.startswith(API) and request.path != ENTER
    if strange and not _knows(request, token):
        raise Refused(401, "Wrong token", "The token is in api.json of this user's Paddock.")


def check_form(request: RequestHead, method: str | None) -> None:
    """Refuse what no route takes: path, method, content type, declared size.

    ``method`` is the one this path is listed with, ``None`` for an unknown
    path. Raises Refused.
    """
    if method is None:
        raise Refused(404, "No such path", request.path)
    if request.method != method:
        raise Refused(405, "Wrong method", f"{request.path} is called with {method}.")
    content_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if method == "POST" and content_type != JSON:
        raise Refused(415, "Wrong content type", f"The body must be {JSON}.")
    length = request.header(b"content-length")
    if length is not None and int(length) > LARGEST_BODY:
        raise too_large()


def _knows(request: RequestHead, token: str) -> bool:
    given = request.header(b"authorization") or ""
    return hmac.compare_digest(given.encode("latin-1"), f"Bearer {token}".encode("latin-1"))
