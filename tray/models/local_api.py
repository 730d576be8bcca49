"""Bodies and answers of the local API that are not shared with anything else."""

from tray.models.base import Frozen
from tray.models.failure import ServerFailure


class Endpoint(Frozen):
    """The discovery file: how to reach the resident process."""

    port: int
    token: str
    pid: int
    version: str

    def page_url(self, view: str) -> str:
        """The page's address, token included; ``view`` is "popover" or "browser"."""
        return f"http://127.0.0.1:{self.port}/#token={self.token}&view={view}"

    def invitation_url(self, code: str) -> str:
        """The page's address for a browser, with a one-time code in the token's place."""
        return f"http://127.0.0.1:{self.port}/#code={code}&view=browser"


class StartRequest(Frozen):
    """``model``: ``None`` for the settings' model, "demo", a found name, or a path."""

    model: str | None = None
    wait: bool = False


class StopRequest(Frozen):
    wait: bool = False


class EnterRequest(Frozen):
    """A one-time code, as the page's address gave it."""

    code: str


class EnterAnswer(Frozen):
    token: str


class Empty(Frozen):
    """No content."""


class OpenRequest(Frozen):
    url: str


class HoldRequest(Frozen):
    """Whether the popover stays when it loses the focus."""

    held: bool


class NeedRequest(Frozen):
    """Whether the page has what is nowhere else, so that it must outlive its hiding."""

    needed: bool


class ErrorAnswer(Frozen):
    error: ServerFailure
