"""The index of a repository: its files with sizes and SHA-256, at one fixed commit."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import ValidationError

from tray.infrastructure.hub.connection import HubConnection, Interrupted, Patience
from tray.infrastructure.hub.failures import refused, strange, unlisted
from tray.models.base import Lenient
from tray.models.download import HubFile, HubRequest

LARGEST_INDEX = 16 << 20
LARGEST_FILE = 2 << 40
MOST_TRIES = 3
"""Times an index is asked for again: somebody waits, and nothing is lost."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True)
class Repository:
    """``commit`` is what the request's revision meant when it was asked for."""

    name: str
    commit: str
    files: tuple[HubFile, ...]
    licence: str | None = None

    def path_of(self, file: HubFile) -> str:
        """Where the file's content is, below the hub's address."""
        return f"/{self.name}/resolve/{self.commit}/{quote(file.path)}"


class _Large(Lenient):
    sha256: str = ""
    size: int = -1


class _Sibling(Lenient):
    rfilename: str
    lfs: _Large | None = None


class _Answer(Lenient):
    sha: str
    siblings: tuple[_Sibling, ...] = ()
    tags: tuple[str, ...] = ()


def read_repository(
    connection: HubConnection,
    request: HubRequest,
    tell: Callable[[str], None] = lambda _: None,
) -> Repository:
    """Ask the hub for the index; ``tell`` hears what is waited for. Raises PaddockError."""
    revision = quote(request.revision, safe="")
    path = f"/api/models/{request.repository}/revision/{revision}?blobs=true"
    patience = Patience(connection, MOST_TRIES, unlisted)
    while True:
        try:
            return _repository(connection, request, _read(connection, path))
        except Interrupted as interruption:
            patience.wait(interruption, tell)


def _read(connection: HubConnection, path: str) -> bytes:
    content = b""
    with connection.get(path) as response:
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > LARGEST_INDEX:
                raise strange(connection.host, "sends an index without end")
    return content


def _repository(connection: HubConnection, request: HubRequest, content: bytes) -> Repository:
    try:
        answer = _Answer.model_validate_json(content)
    except ValidationError as error:
        raise strange(connection.host, "sends something that is no index of files") from error
    if not _COMMIT.fullmatch(answer.sha):
        raise strange(connection.host, "names no commit in its index")
    files = []
    for sibling in answer.siblings:
        if not sibling.rfilename.lower().endswith(".gguf"):
            continue
        large = sibling.lfs
        if large is None or not _SHA256.fullmatch(large.sha256) or large.size < 0:
            continue
        if large.size > LARGEST_FILE:
            raise refused("The file is too large", f"{request.repository}: more than 2 TiB.")
        files.append(HubFile(path=sibling.rfilename, size=large.size, sha256=large.sha256))
    return Repository(request.repository, answer.sha, tuple(files), _licence(answer))


def _licence(answer: _Answer) -> str | None:
    """The hub's own name of it ("apache-2.0")."""
    for tag in answer.tags:
        name = tag.removeprefix("license:")
        if name != tag and _LICENCE.fullmatch(name):
            return name
    return None
