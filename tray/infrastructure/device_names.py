"""Pure: names that Windows takes for a device and not for a file."""

import re

# With or without an ending.
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether a file or folder of this name could not be made there."""
    return _DEVICE.fullmatch(name.split(".", maxsplit=1)[0].rstrip()) is not None
