"""A keyring that is a file, for children of tests: named by PYTHON_KEYRING_BACKEND."""

from __future__ import annotations

import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class FileKeyring(KeyringBackend):
    """One password, in the file that TEST_KEYRING_FILE names."""

    priority = 1

    @property
    def _path(self) -> Path:
        return Path(os.environ["TEST_KEYRING_FILE"])

    def get_password(self, service: str, username: str) -> str | None:
        if not self._path.exists():
            return None
        owner, _, password = self._path.read_text().partition("\n")
        return password if owner == f"{service}/{username}" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path.write_text(f"{service}/{username}\n{password}")

    def delete_password(self, service: str, username: str) -> None:
        if self.get_password(service, username) is None:
            raise PasswordDeleteError("nothing there")
        self._path.unlink()
