"""Words in the names of files. Where the main file is chosen this is imported as well.

What may live here: what people mean by a name, as patterns.
"""
from __future__ import annotations

import re

SET_ASIDE = re.compile(
    r"(?:^|[\W_])(?:old(?:er)?|backup|bak|copy|orig(?:inal)?|prev(?:ious)?|archived?|deprecated|draft|unused|broken)(?=[\W_\d]|$)",
    re.IGNORECASE,
)
"""A word in a name by which people put a file aside."""
