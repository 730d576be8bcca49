"""The flag that starts a child without a console window on Windows; none elsewhere."""

import subprocess
import sys

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0
