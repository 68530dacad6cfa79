"""Recovery codes: how they are made, written and read."""

from __future__ import annotations

import re
import secrets

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
MANY, LENGTH = 10, 16  # 16 letters of 5 bits: 80 bits


def new_code() -> str:
    """Eighty random bits, in four groups that one can copy by hand."""
    letters = "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def read_code(typed: str) -> str | None:
    """The code's letters, however they were typed (capitals, spaces, O for 0); None when it is none."""
    letters = re.sub(r"[\s-]", "", typed.lower()).translate(str.maketrans("oil", "011"))
    return letters if len(letters) == LENGTH and set(letters) <= set(LETTERS) else None
