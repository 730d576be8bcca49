"""What every test on a real screen is marked with."""

from __future__ import annotations

import pytest

DESKTOP = [
    pytest.mark.desktop,
    pytest.mark.slow,
    # Debian 12's PyGObject still imports the old way.
    pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning"),
]
ON_SCREEN = [*DESKTOP, pytest.mark.usefixtures("screen")]
