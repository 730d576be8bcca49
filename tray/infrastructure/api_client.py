"""The terminal's side of the local API: typed calls to the resident process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from tray.infrastructure.llama.client.http import local_client
from tray.infrastructure.remote_answer import RemoteAnswer, shut_down
from tray.models.base import Frozen
from tray.models.catalog import ModelList
from tray.models.chat import ChatRequest
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.hotkey import HotkeyState
from tray.models.local_api import Empty, Endpoint, ErrorAnswer, StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.state import Connection, ModelState

if TYPE_CHECKING:
    import httpx

Shape = TypeVar("Shape", bound=Frozen)

_SECONDS = 30.0
"""For a call that does not wait for the engine; finding models reads folders."""
PATIENCE = 10.0
"""Seconds for a snapshot, which is always ready: without one Paddock hangs, or was stopped."""


class ApiClient:
    """One running Paddock. Every call raises PaddockError with its reason.

    ``patience`` is how many seconds its state may take. What has no limit of its own
    begins with that, to see whether anybody listens.
    """

    def __init__(self, endpoint: Endpoint, patience: float = PATIENCE) -> None:
        self.endpoint = endpoint
        self._patience = patience
        self._base = f"http://127.0.0.1:{endpoint.port}"
        self._headers = {"Authorization": f"Bearer {endpoint.token}"}

    def state(self) -> ModelState:
        return self._call("GET", "/api/state", ModelState, seconds=self._patience)

    def models(self) -> ModelList:
        return self._call("GET", "/api/models", ModelList)

    def connection(self) -> Connection:
        return self._call("GET", "/api/connection", Connection)

    def start(self, request: StartRequest) -> ModelState:
        """As long as the engine takes, if the request waits for it."""
        return self._changed("/api/start", request, request.wait)

    def stop(self, request: StopRequest) -> ModelState:
        return self._changed("/api/stop", request, request.wait)

    def free(self) -> FreedMemory:
        """As long as the engine takes to end."""
        self.state()
        return self._call("POST", "/api/free", FreedMemory, Empty(), seconds=None)

    def hotkey(self) -> HotkeyState:
        return self._call("GET", "/api/hotkey", HotkeyState)

    def show(self) -> None:
        self._call("POST", "/api/show", Empty, Empty())

    def quit(self) -> None:
        self._call("POST", "/api/quit", Empty, Empty())

    def chat(self, request: ChatRequest) -> RemoteAnswer:
        """Send the request; the answer streams when it is iterated."""
        self.state()
        return RemoteAnswer(self._open("POST", "/api/chat", request))

    def subscribe(self) -> "RemoteFeed":
        """The current snapshot, then every newer one, until it is closed."""
        self.state()
        return RemoteFeed(self._open("GET", "/api/events", None))

    def _changed(self, path: str, request: Frozen, wait: bool) -> ModelState:
        if not wait:
            return self._call("POST", path, ModelState, request)
        self.state()
        return self._call("POST", path, ModelState, request, seconds=None)

    def _call(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        body: Frozen | None = None,
        seconds: float | None = _SECONDS,
    ) -> Shape:
        import httpx

        response = self._open(method, path, body, seconds)
        try:
            return _parsed(shape, response.read())
        except httpx.HTTPError as error:
            raise unreachable(str(error)) from error
        finally:
            response.close()

    def _open(
        self, method: str, path: str, body: Frozen | None, seconds: float | None = None
    ) -> "httpx.Response":
        import httpx

        client = local_client()
        request = client.build_request(
            method,
            self._base + path,
            headers=self._headers | ({"Content-Type": "application/json"} if body else {}),
            content=body.model_dump_json() if body else None,
            timeout=httpx.Timeout(seconds, connect=5.0),
        )
        try:
            response = client.send(request, stream=True)
            if response.status_code != httpx.codes.OK:
                raise _refused(response)
        except httpx.HTTPError as error:
            raise unreachable(str(error)) from error
        return response


class RemoteFeed:
    """Snapshots of the resident process. Iterate once; PaddockError when it ends first."""

    def __init__(self, response: "httpx.Response") -> None:
        self._response = response
        self._closed = False

    def __iter__(self) -> Iterator[ModelState]:
        import httpx

        try:
            for line in self._response.iter_lines():
                if line and not self._closed:
                    yield _parsed(ModelState, line.encode())
        except httpx.HTTPError as error:
            if not self._closed:
                raise unreachable(str(error)) from error
        finally:
            self._response.close()

    def close(self) -> None:
        self._closed = True
        shut_down(self._response)


def unreachable(reason: str) -> PaddockError:
    """Paddock's process is gone, or does not answer."""
    return PaddockError(
        ServerFailure(
            cause=FailureCause.PADDOCK_UNREACHABLE,
            title="Paddock does not answer",
            detail=f"{reason or 'The connection ended'}. Its log may say why: paddock logs.",
        )
    )


def _refused(response: "httpx.Response") -> PaddockError:
    try:
        return PaddockError(_parsed(ErrorAnswer, response.read()).error)
    finally:
        response.close()


def _parsed(shape: type[Shape], text: bytes) -> Shape:
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        raise unreachable("Something else, or another version, answers on its port") from error
