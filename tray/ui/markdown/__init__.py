"""Model text to safe HTML blocks, whole or while it streams.

Importing this package loads markdown-it-py and nh3; Pygments follows with the
first code block. The resident imports it only when a page chats.

An answer is a row of top-level blocks. A link reference definition serves the
block it stands in and every later block, never an earlier one: a finished
block is sent once and stays. ``render`` follows the same rule, so a streamed
answer ends as exactly ``render`` of its whole text, however it was cut.
"""

from tray.ui.markdown.incremental import IncrementalRenderer
from tray.ui.markdown.whole import render

__all__ = ["IncrementalRenderer", "render"]
