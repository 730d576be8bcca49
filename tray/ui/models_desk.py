"""The Models view: what it is served."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tray.models.folder_page import FoldersShown, ModelPlace

Lines = TypeVar("Lines")


class Places(Protocol):
    """The folders searched; failures are PaddockError."""

    def places(self) -> tuple[ModelPlace, ...]: ...

    def add(self, written: str) -> None: ...

    def remove(self, written: str) -> None: ...

    def open(self, path: Path) -> None: ...


class ModelsDesk(Generic[Lines]):
    """Satisfies the local API's ServedModels.

    ``list_models`` begins to list them; it does not return before there is something
    to show, sooner after ``make_ready``. ``home`` is the user's folder. ``wanted``:
    somebody outside of the page asks for the view; opening it ends that.
    """

    def __init__(
        self,
        list_models: Callable[[], Lines],
        make_ready: Callable[[], None],
        places: Places,
        home: Path,
    ) -> None:
        self._list_models = list_models
        self.make_ready = make_ready
        self._places = places
        self._home = home
        self.wanted = False

    def want(self) -> None:
        """Have the page show this view when it is looked at. Any thread."""
        self.wanted = True
        self.make_ready()

    def list(self) -> Lines:
        self.wanted = False
        return self._list_models()

    def folders(self) -> FoldersShown:
        # Its words come with more than a resident needs whose page nobody opens.
        from tray.ui.folder_words import folder_row

        rows = tuple(map(folder_row, self._places.places()))
        return FoldersShown(rows=rows, home=str(self._home))

    def add_folder(self, path: str) -> FoldersShown:
        self._places.add(path)
        return self.folders()

    def remove_folder(self, path: str) -> FoldersShown:
        self._places.remove(path)
        return self.folders()

    def open_folder(self, path: str) -> None:
        self._places.open(Path(path))
