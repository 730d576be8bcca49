"""Pure: is a name in an archive safe to make on every system?"""

import re

from tray.infrastructure.device_names import is_device

MOST_PARTS = 12
LONGEST_NAME = 200
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


class Unsafe(Exception):
    """What is wrong, in words that go on after "it holds"."""


def safe_parts(name: str) -> tuple[str, ...]:
    """The folders and the file of ``name``. Raises Unsafe.

    Refused is whatever leads out of a folder, and whatever a system would take for
    something else: absolute names, "..", backslashes, drives, devices, endings that
    Windows drops.
    """
    if name.startswith("/") or _FORBIDDEN.search(name):
        raise Unsafe(f"a name that no file may have: {ascii(name)[:80]}")
    parts = tuple(part for part in name.removesuffix("/").split("/") if part != ".")
    if len(parts) > MOST_PARTS or len(name) > LONGEST_NAME:
        raise Unsafe(f"a name that is too long: {ascii(name)[:80]}")
    for part in parts:
        if part in ("", ".."):
            raise Unsafe(f"a name that leads elsewhere: {ascii(name)[:80]}")
        if part[-1] in ". ":
            raise Unsafe(f"a name that Windows would change: {ascii(name)[:80]}")
        if is_device(part):
            raise Unsafe(f"the name of a device: {ascii(name)[:80]}")
    return parts


def link_target(parts: tuple[str, ...], target: str) -> tuple[str, ...]:
    """Where a link at ``parts`` points, from the archive's root. Raises Unsafe if outside."""
    if target.startswith("/") or _FORBIDDEN.search(target):
        raise Unsafe(f"a link that leads out: {ascii(target)[:80]}")
    place = list(parts[:-1])
    for part in target.split("/"):
        if part == "..":
            if not place:
                raise Unsafe(f"a link that leads out: {ascii(target)[:80]}")
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    return tuple(place)
