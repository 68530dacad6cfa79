"""Codes that people copy by hand or read aloud, and the neighbourhood from which wrong ones come."""

from __future__ import annotations

import ipaddress
import re
import secrets

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
BITS_OF_A_LETTER = 5
GROUP = 4


def new_letters(length: int) -> str:
    """So many random letters, of five bits each."""
    return "".join(secrets.choice(LETTERS) for _letter in range(length))


def in_groups(letters: str) -> str:
    """The same as they are written: four by four."""
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def read_letters(typed: str, length: int) -> str | None:
    """The letters, however they were typed (capitals, spaces, dots, O for 0); None when they cannot be a code."""
    letters = re.sub(r"[\s.-]", "", typed.lower()).translate(str.maketrans("oil", "011"))
    return letters if len(letters) == length and set(letters) <= set(LETTERS) else None


def network_of(address: str | None) -> str:
    """The neighbourhood of an address, by which failures are counted: /24, or /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))
