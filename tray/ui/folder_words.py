"""Pure: the folders that are searched, in the words of the Models view."""

from tray.models.folder_page import FolderRow, ModelPlace
from tray.ui.amounts import SEPARATOR

_OWN = "Paddock's own: downloads come here"
_CHOSEN = "added by you"
_CACHE = "of other programs"


def folder_row(place: ModelPlace) -> FolderRow:
    """A folder and whose it is, or why nothing is found in it."""
    kind = _OWN if place.own else _CHOSEN if place.chosen else _CACHE
    return FolderRow(
        path=str(place.path),
        line=kind if place.trouble is None else f"{kind}{SEPARATOR}{place.trouble}",
        exists=place.trouble is None,
        removable=place.chosen,
    )
