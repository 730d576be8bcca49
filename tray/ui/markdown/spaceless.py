"""Scripts that leave no space between a word and what is beside it.

Thai, Lao, Burmese, Khmer, Chinese, Japanese; and Korean, whose particles follow at once.
"""

import re

SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
