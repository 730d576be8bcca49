"""Pure: what a user may write to name a model on Hugging Face."""

import re
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from tray.infrastructure.escape import escaped
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.hub.failures import refused
from tray.models.download import HubRequest
from tray.models.failure import PaddockError

HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_REPOSITORY = re.compile(rf"{_NAME}/{_NAME}")
_REVISION = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,127}}(/{_NAME}){{0,3}}")
# The page of a file, the file itself, a folder's page.
_VIEWS = ("blob", "resolve", "raw", "tree")
# First words of addresses on the host that are no repositories of models.
_OTHER = ("datasets", "spaces", "docs", "collections", "papers", "models", "api", "settings")


def hub_request(what: str, mirror: str) -> HubRequest:
    """What ``what`` asks for; ``mirror`` is the address of the hub in use.

    ``owner/name``, ``owner/name:Q4_K_M``, ``owner/name:file.gguf``, a link to a file
    or a folder, or the address of any page of the repository. Raises PaddockError.
    """
    text = what.strip()
    link = text if "://" in text else f"https://{text}"
    if "://" in text or _split(link).hostname in (*HOSTS, urlsplit(mirror).hostname):
        return _from_link(link, mirror)
    repository, _, wanted = text.partition(":")
    return _request(text, repository.removesuffix("/"), wanted=wanted)


def asking_for(request: HubRequest, path: str) -> str:
    """What asks for one file of the same repository; a link where its revision is not main."""
    if request.revision == "main":
        return f"{request.repository}:{path}"
    place = f"{HUGGING_FACE}/{request.repository}/blob"
    return f"{place}/{quote(request.revision, safe='')}/{quote(path)}"


def _from_link(link: str, mirror: str) -> HubRequest:
    parts, hub = _split(link), urlsplit(mirror)
    if parts.scheme not in ("https", "http") or parts.hostname not in (*HOSTS, hub.hostname):
        raise refused(
            "The address is not on Hugging Face",
            f"{escaped(link)} leads to another place. Paddock downloads from huggingface.co "
            "or the mirror of the setting models.mirror. Put a file from anywhere else into "
            "the model folder yourself.",
        )
    path, root = _words(parts.path), _words(hub.path)
    # A mirror may be a part of a host: https://host/hub
    if parts.hostname == hub.hostname and path[: len(root)] == root:
        path = path[len(root) :]
    if len(path) < 2 or path[0] in _OTHER:
        raise _unclear(link)
    repository, _, wanted = "/".join(path[:2]).partition(":")
    revision, inside = _place(path[2:])
    # The window that shows what is in a file, on whichever page it was opened.
    file = parse_qs(parts.query).get("show_file_info", [inside])[-1]
    if file.lower().endswith(".gguf"):
        return _request(link, repository, revision, file)
    folder = inside if path[2:3] == ["tree"] else ""
    return _request(link, repository, revision, wanted, folder)


def _words(path: str) -> list[str]:
    return [unquote(part) for part in path.split("/") if part]


def _place(path: list[str]) -> tuple[str, str]:
    """The revision and the path in the repository, of what stands behind its name."""
    if len(path) < 2 or path[0] not in _VIEWS:
        return "main", ""
    # A revision with slashes has them encoded; only these two kinds are written plainly, too.
    length = 3 if path[1] == "refs" else 1
    return "/".join(path[1 : 1 + length]), "/".join(path[1 + length :])


def _split(link: str) -> SplitResult:
    try:
        return urlsplit(link)
    except ValueError:
        raise _unclear(link) from None


def _request(
    text: str, repository: str, revision: str = "main", wanted: str = "", folder: str = ""
) -> HubRequest:
    known = _REPOSITORY.fullmatch(repository) and ".." not in repository
    if not known or not _REVISION.fullmatch(revision):
        raise _unclear(text)
    return HubRequest(
        repository=repository, revision=revision, wanted=wanted or None, folder=folder or None
    )


def _unclear(text: str) -> PaddockError:
    return refused(
        "This names no model",
        f"{escaped(text)!r} is none of: owner/name, owner/name:Q4_K_M, owner/name:file.gguf, "
        "or the address of a model's page on huggingface.co.",
    )
