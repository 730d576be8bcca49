"""Model text to safe HTML blocks, whole or while it streams.

``whole`` and ``incremental`` load markdown-it-py and nh3; Pygments follows with the
first code block. The resident imports them only when a page chats. The package itself
imports none of them: its parts are loaded late, by several threads, which would wait for
each other where a part needs its package and the package that part. ``html`` is such a
package: markdown-it-py begins with its part, others with itself, so it comes first.

An answer is a row of top-level blocks. A link reference definition serves the
block it stands in and every later block, never an earlier one: a finished
block is sent once and stays. ``whole.render`` follows the same rule, so a streamed
answer ends as exactly ``render`` of its whole text, however it was cut.
"""

import html  # noqa: F401
