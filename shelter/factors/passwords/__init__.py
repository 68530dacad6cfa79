"""What a new password may not be: too short, or one of those that everybody tries first.

`common.txt` has those met most often in passwords that were stolen (Royce Williams' list of 20,000, as Django gives it
out) and words that one would try in Ecuador, in small letters without accents, one on a line.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from shelter.rules import RuleBroken
from shelter.texts import say as _

SHORTEST, LONGEST = 12, 128
_DISGUISES = str.maketrans("013457@$", "oieastas")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def check_new_password(password: str, email: str = "") -> None:
    """Long enough and not easy to guess. Any characters; nothing else is asked (ASVS 5.0, 6.2)."""
    if len(password) < SHORTEST:
        message = _("Use at least %(least)s characters; a sentence is easy to remember", least=SHORTEST)
        raise RuleBroken(message, "password")
    if len(password) > LONGEST:
        raise RuleBroken(_("Use at most %(most)s characters", most=LONGEST), "password")
    if is_easy(password, email):
        raise RuleBroken(_("That password is too easy to guess"), "password")


def is_easy(password: str, email: str = "") -> bool:
    """Whether it is one that is tried first: common, said twice, along the keyboard, or the e-mail address."""
    plain = _fold(password)
    own = {_fold(email), _fold(email.partition("@")[0])} - {""}
    bare = re.sub(r"^[^a-z@$]+|[^a-z@$]+$", "", plain)  # without the year and the marks around it
    spellings = {each.translate(table) for each in (plain, bare) for table in ({}, _DISGUISES)}
    cores = {re.sub(r"^[^a-z]+|[^a-z]+$", "", each) for each in spellings}
    return (
        len(set(plain)) < 4 or _repeats(plain) or _runs(plain)
        or any(each in own | _common() for each in spellings | cores)
    )


def _fold(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(each for each in apart if not unicodedata.combining(each))


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common.txt").read_text("ascii").split())


def _repeats(text: str) -> bool:
    """The same thing several times over, and perhaps begun once more."""
    return any((text[:size] * len(text)).startswith(text) for size in range(1, len(text) // 2 + 1))


def _runs(text: str) -> bool:
    """Nothing but stretches of the alphabet, the digits or the keyboard, there or back."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    stretches = 1 + sum(not any(pair in row for row in rows) for pair in map("".join, pairwise(text)))
    return stretches <= len(text) // 4
