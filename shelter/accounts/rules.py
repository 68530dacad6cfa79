"""Passwords, second factors and pace: rules over plain values."""

from __future__ import annotations

import threading
import uuid
from datetime import date, datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from shelter.rules import RuleBroken
from shelter.texts import say as _

LONGEST = 128
WRONG_CODES = 5
"""After so many wrong codes in a session the password is asked for again."""
UNDER_ATTACK = 20
"""After so many failures of an account in a quarter of an hour, from anywhere, unknown devices give the code first."""
_two_at_once = threading.Semaphore(2)
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)  # RFC 9106, second profile
_STRANGER = "$argon2id$v=19$m=65536,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$Dgh8LWGYTYeoQVDmIdwGUAoGTRAkwP4Z3bSjl1P9pa4"


def hash_password(password: str) -> str:
    """Argon2id. Two at a time, so that signing in cannot use up the memory."""
    with _two_at_once:
        return _hasher.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether it is the password. An account that does not exist takes as long."""
    if len(password) > LONGEST:
        return False
    with _two_at_once:
        try:
            return _hasher.verify(hashed or _STRANGER, password) and hashed is not None
        except (Argon2Error, InvalidHashError):
            return False


def takes_six_digits(*, is_exposed: bool, has_passkey: bool) -> bool:
    """Whether the six digits are enough. Not for who sees most or may do most, once she has a passkey: digits can be
    coaxed out of anybody by a page that looks like ours (ASVS 5.0, 6.3.3)."""
    return not (is_exposed and has_passkey)


def step_of_code(secret: str, code: str, at: datetime) -> int | None:
    """The 30-second step for which a six-digit code is right (one step of tolerance), or None."""
    totp = pyotp.TOTP(secret)
    now_step = int(at.timestamp()) // 30
    near = (now_step, now_step - 1, now_step + 1)
    return next((step for step in near if pyotp.utils.strings_equal(code, totp.at(step * 30))), None)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing for five, then 1, 2, 4 … 60 seconds."""
    return timedelta(seconds=min(60, 2 ** (failures - 5)) if failures >= 5 else 0)


def not_ones_own(staff_id: uuid.UUID, by: uuid.UUID) -> None:
    """Nobody gives or takes her own access: another administrator does."""
    if staff_id == by:
        raise RuleBroken(_("This is your own account: another administrator must do this"))


def not_over(to_on: date | None, day: date) -> None:
    """An assignment ends today at the earliest."""
    if to_on is not None and to_on < day:
        raise RuleBroken(_("Choose today or a later day"), "to_on")


BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox/": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac",
    "CrOS": "Chromebook", "Linux": "Linux",
}


def device_name(agent: str) -> str:
    """What a browser says of itself, in two words: `Firefox · Android`; empty when it says nothing known."""
    found = [next((name for sign, name in signs.items() if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found))
