"""Pure: what a user may write to name a model on Hugging Face."""

import re
from urllib.parse import unquote, urlsplit

from tray.infrastructure.escape import escaped
from tray.infrastructure.hub.failures import refused
from tray.models.download import HubRequest
from tray.models.failure import PaddockError

HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_REPOSITORY = re.compile(rf"{_NAME}/{_NAME}")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
# The page of a file, the file itself, a folder's page.
_VIEWS = ("blob", "resolve", "raw", "tree")
# First words of addresses on the host that are no repositories of models.
_OTHER = ("datasets", "spaces", "docs", "collections", "papers", "models", "api", "settings")


def hub_request(what: str, mirror: str) -> HubRequest:
    """The repository and file that ``what`` names; ``mirror`` is the host in use.

    ``owner/name``, ``owner/name:Q4_K_M``, ``owner/name:file.gguf``, a link to a file
    or the address of any page of the repository. Raises PaddockError.
    """
    text = what.strip()
    if "://" in text:
        return _from_link(text, mirror)
    for host in HOSTS:
        if text.startswith(f"{host}/"):
            return _from_link(f"https://{text}", mirror)
    repository, _, wanted = text.partition(":")
    return _request(text, repository, "main", wanted)


def _from_link(link: str, mirror: str) -> HubRequest:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise _unclear(link) from None
    if parts.scheme not in ("https", "http") or host not in (*HOSTS, urlsplit(mirror).hostname):
        raise refused(
            "The address is not on Hugging Face",
            f"{escaped(link)} leads to another place. Paddock downloads from huggingface.co "
            "or the mirror of the setting models.mirror. Put a file from anywhere else into "
            "the model folder yourself.",
        )
    path = [unquote(part) for part in parts.path.split("/") if part]
    if len(path) < 2 or path[0] in _OTHER:
        raise _unclear(link)
    repository, _, wanted = "/".join(path[:2]).partition(":")
    if len(path) < 4 or path[2] not in _VIEWS:
        return _request(link, repository, "main", wanted)
    inside = "/".join(path[4:])
    is_file = inside.lower().endswith(".gguf")
    return _request(link, repository, path[3], inside if is_file else "")


def _request(text: str, repository: str, revision: str, wanted: str) -> HubRequest:
    known = _REPOSITORY.fullmatch(repository) and ".." not in repository
    if not known or not _REVISION.fullmatch(revision):
        raise _unclear(text)
    return HubRequest(repository=repository, revision=revision, wanted=wanted or None)


def _unclear(text: str) -> PaddockError:
    return refused(
        "This names no model",
        f"{escaped(text)!r} is none of: owner/name, owner/name:Q4_K_M, owner/name:file.gguf, "
        "or the address of a model's page on huggingface.co.",
    )
