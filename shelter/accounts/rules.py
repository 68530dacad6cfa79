"""Passwords, second factors and pace: rules over plain values."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask_babel import gettext as _

from shelter.rules import RuleBroken

SHORTEST, LONGEST = 12, 128
_two_at_once = threading.Semaphore(2)
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)  # RFC 9106, second profile
_STRANGER = "$argon2id$v=19$m=65536,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$Dgh8LWGYTYeoQVDmIdwGUAoGTRAkwP4Z3bSjl1P9pa4"
_COMMON = frozenset({"password1234", "contraseña123", "123456789012", "qwertyuiop12", "administrador", "bienvenida123"})


def check_new_password(password: str) -> None:
    """Long enough, not one that everybody tries first. Any characters; nothing else is asked (ASVS 6.2)."""
    if len(password) < SHORTEST:
        raise RuleBroken(_("Use at least %(least)s characters; a sentence is easy to remember", least=SHORTEST), "password")
    if len(password) > LONGEST:
        raise RuleBroken(_("Use at most %(most)s characters", most=LONGEST), "password")
    if password.lower() in _COMMON or len(set(password)) < 4:
        raise RuleBroken(_("That password is too easy to guess"), "password")


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


def step_of_code(secret: str, code: str, at: datetime) -> int | None:
    """The 30-second step for which a six-digit code is right (one step of tolerance), or None."""
    totp = pyotp.TOTP(secret)
    now_step = int(at.timestamp()) // 30
    return next((step for step in (now_step, now_step - 1, now_step + 1) if pyotp.utils.strings_equal(code, totp.at(step * 30))), None)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing for five, then 1, 2, 4 … 60 seconds."""
    return timedelta(seconds=min(60, 2 ** (failures - 5)) if failures >= 5 else 0)
