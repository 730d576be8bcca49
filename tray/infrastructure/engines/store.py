"""The engines on this disk: a folder a build, with a receipt beside its files."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.engines.failures import busy, changed, unusable
from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.private_file import write_private
from tray.infrastructure.renaming import rename
from tray.models.base import Frozen
from tray.models.engine_build import Backend, InstalledEngine

RECEIPT = "paddock-engine.json"
CHUNK = 1 << 20


class Receipt(Frozen):
    """An InstalledEngine as its folder keeps it: ``program`` is relative to it."""

    backend: Backend
    runtime: str | None
    program: str
    sha256: str
    says: str
    device: str


class EngineStore:
    """Engines below ``folder``; the archives wait in ``downloads`` until they are checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.downloads = folder / ".downloads"
        self._staging = folder / ".staging"

    def installed(self) -> tuple[InstalledEngine, ...]:
        """Every finished one, by name; reads their receipts."""
        receipts = sorted(self.folder.glob(f"[!.]*/{RECEIPT}"))
        found = (self._read(receipt) for receipt in receipts)
        return tuple(engine for engine in found if engine is not None)

    def verify(self, engine: InstalledEngine) -> None:
        """Raise PaddockError unless its files are those that were checked; reads them all."""
        folder = self.folder / engine.name
        try:
            same = folder_hash(folder) == engine.sha256
        except OSError as error:
            raise unusable(folder, error) from error
        if not same:
            raise changed(folder)

    def remove(self, engine: InstalledEngine) -> None:
        """Delete a build. Raises PaddockError."""
        with self.held():
            self._delete(self.folder / engine.name)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else changes the folder meanwhile. Raises PaddockError when somebody does."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = open_lock(self.folder / ".lock")
        except OSError as error:
            raise unusable(self.folder, error) from error
        try:
            if not try_lock(handle):
                raise busy()
            yield
        finally:
            os.close(handle)

    def sweep(self) -> None:
        """Nothing is left of an unpacking that was ended: it may be all the room there is."""
        self.discard(self._staging)

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards. Raises OSError."""
        self.sweep()
        self._staging.mkdir(mode=0o700)
        try:
            yield self._staging
        finally:
            self.sweep()

    def keep(self, root: Path, engine: InstalledEngine) -> InstalledEngine:
        """Make the checked ``root`` the build's folder, with its receipt. Raises OSError."""
        program = engine.executable.relative_to(root)
        receipt = Receipt(
            backend=engine.backend,
            runtime=engine.runtime,
            program=program.as_posix(),
            sha256=engine.sha256,
            says=engine.says,
            device=engine.device,
        )
        write_private(root / RECEIPT, receipt.model_dump_json().encode())
        target = self.folder / engine.name
        self._delete(target)
        rename(root, target)
        self.discard(self.downloads)
        return engine.model_copy(update={"executable": target / program})

    def discard(self, folder: Path) -> None:
        """Delete what is of no use; what cannot be deleted does no harm."""
        with suppress(OSError):
            shutil.rmtree(folder)

    def _delete(self, folder: Path) -> None:
        """The receipt first: a half-deleted folder is no engine."""
        try:
            (folder / RECEIPT).unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise unusable(folder, error) from error

    def _read(self, path: Path) -> InstalledEngine | None:
        try:
            receipt = Receipt.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None
        executable = path.parent / receipt.program
        if not executable.is_file():
            return None
        return InstalledEngine(
            name=path.parent.name,
            backend=receipt.backend,
            runtime=receipt.runtime,
            executable=executable,
            sha256=receipt.sha256,
            says=receipt.says,
            device=receipt.device,
        )


def folder_hash(folder: Path) -> str:
    """SHA-256 in hex over names, contents and links, the receipt left out. Raises OSError."""
    found = hashlib.sha256()
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        if name == RECEIPT or (place.is_dir() and not place.is_symlink()):
            continue
        found.update(f"{len(name)} {name} ".encode())
        if place.is_symlink():
            found.update(os.readlink(place).encode())
            continue
        found.update(f"{place.stat().st_size} ".encode())
        with place.open("rb") as content:
            while data := content.read(CHUNK):
                found.update(data)
    return found.hexdigest()
