"""Proving who one is: the pace of trying, browsers that are known, second factors and how fresh they are."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Response, current_app, g, request
from flask_login import current_user

from shelter import tokens
from shelter.audit.work import quietly
from shelter.calendar import now, today
from shelter.db import db, vault
from shelter.factors import actions as factors
from shelter.factors import queries as held
from shelter.factors.ceremony import Site
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import queries, rules, sessions
from .models import Assignment, Attempt, KnownDevice, Staff, StaffSession

DEVICE_LASTS = timedelta(days=180)


def must_wait(email: str, place: str) -> timedelta:
    """How much longer this account must wait from this place (a network, or a device that is known) for another try."""
    failed = queries.failures(queries.email_lookup(email), vault.keys.lookup("network", place))
    if not failed:
        return timedelta(0)
    return failed[0].at + rules.wait_after(len(failed)) - now()


def failed(email: str, place: str) -> None:
    """Remember a failure; forget those of yesterday."""
    db.session.add(Attempt(account=queries.email_lookup(email), network=vault.keys.lookup("network", place)))
    db.session.execute(sa.delete(Attempt).where(Attempt.at < now() - timedelta(days=1)))


def code_comes_first(email: str) -> bool:
    """Whether so many tried this e-mail lately, from anywhere, that a device which is not known gives the code first.

    So a password cannot be guessed by many machines together, and nobody is locked out by it.
    """
    return current_app.config["MFA_REQUIRED"] and queries.failures_anywhere(email) >= rules.UNDER_ATTACK


def spend_first(staff: Staff, code: str) -> None:
    """The six digits or a recovery code, before the password; RuleBroken when it is neither."""
    db.session.refresh(staff, with_for_update=True)
    if code.isdigit():
        spend_digits(staff, code)
    else:
        factors.spend_code(staff.id, code)


def site_here() -> Site:
    """The house as this browser knows it. The request's host was compared with the trusted ones before."""
    scheme = "https" if current_app.config["SESSION_COOKIE_SECURE"] else "http"
    origin = f"{scheme}://{request.host}"
    return Site(urlsplit(origin).hostname or "", origin, current_app.config["BRAND"])


def place(staff: Staff | None) -> str:
    """Whence somebody tries: a browser that is known, else the neighbourhood of the address."""
    device = known_device(staff)
    return f"device {device.id}" if device else tokens.network()


def known_device(staff: Staff | None) -> KnownDevice | None:
    """This browser, when this person has signed in wholly in it before."""
    token = _token()
    if staff is None or not token:
        return None
    return db.session.scalar(sa.select(KnownDevice).where(
        KnownDevice.staff_id == staff.id, KnownDevice.digest == vault.keys.lookup("device", token)
    ))


def know_this_device(staff: Staff) -> None:
    """Who is wholly signed in will be known in this browser: a stranger's failures do not slow her down in it."""
    if current_user.awaits_code:
        return
    g.device = _token() or secrets.token_urlsafe(32)
    device = known_device(staff)
    if device is None:
        db.session.add(KnownDevice(staff_id=staff.id, digest=vault.keys.lookup("device", g.device)))
    else:
        device.seen_at = now()


def keep_device(answer: Response) -> None:
    """Leave in the browser by what it will be known: a random word, for no script and no other site."""
    if token := g.get("device"):
        answer.set_cookie(_cookie(), token, max_age=DEVICE_LASTS, httponly=True, samesite="Strict",
                          secure=current_app.config["SESSION_COOKIE_SECURE"])


def _token() -> str:
    said = request.cookies.get(_cookie(), "")
    return said if re.fullmatch(r"[\w-]{43}", said, re.ASCII) else ""


def _cookie() -> str:
    return "__Host-d" if current_app.config["SESSION_COOKIE_SECURE"] else "d"


@every(hours=24)
def forget_old_devices() -> None:
    """Browsers in which nobody signed in for as long as the cookie lasts."""
    before = now() - DEVICE_LASTS
    quietly(lambda connection: connection.execute(_FORGET, {"before": before}))


_FORGET = sa.delete(KnownDevice.__table__).where(KnownDevice.seen_at < sa.bindparam("before"))  # type: ignore[arg-type]


def forget_devices(staff_id: uuid.UUID) -> None:
    """No browser is known for her any more."""
    db.session.execute(sa.delete(KnownDevice).where(KnownDevice.staff_id == staff_id))


@dataclass(frozen=True)
class Given:
    """What somebody gave to prove that it is she: one of the three, and what her passkey had to answer."""

    passkey: str = ""
    recovery: str = ""
    code: str = ""
    challenge: bytes | None = None


@dataclass(frozen=True)
class Ways:
    """By what somebody can prove that it is she."""

    passkey: bool
    code: bool
    recovery: bool


def ways(staff: Staff) -> Ways:
    """Her second factors here and now. A recovery code is always a way, so that a lost key locks nobody out."""
    site = site_here()
    keys = held.passkeys(staff.id)
    digits = rules.takes_six_digits(is_exposed=is_exposed(staff), has_passkey=bool(keys))
    return Ways(
        any(key.site == site.id for key in keys) and site.takes_passkeys, bool(staff.totp_secret) and digits,
        held.codes_left(staff.id) > 0,
    )


def in_force(staff: Staff) -> list[Assignment]:
    """The assignments that hold today."""
    day = today()
    return [each for each in staff.assignments if each.from_on <= day and (each.to_on is None or each.to_on >= day)]


def is_exposed(staff: Staff) -> bool:
    """Whether one of her roles is asked for a passkey."""
    return any(each.role in sessions.EXPOSED for each in in_force(staff))


def prove(staff: Staff, given: Given) -> str:
    """Take a second factor; the word for the audit trail. RuleBroken when it is wrong, or is not enough for her role.

    None of them works twice, not even for two requests at once.
    """
    db.session.refresh(staff, with_for_update=True)
    if given.passkey:
        factors.prove_passkey(staff.id, answer=given.passkey, challenge=given.challenge, site=site_here())
        return "session.passkey"
    if given.recovery:
        factors.spend_code(staff.id, given.recovery)
        return "session.recovery"
    if not rules.takes_six_digits(is_exposed=is_exposed(staff), has_passkey=held.has_passkey(staff.id)):
        raise RuleBroken(_("For your work the six digits are not enough: use your passkey, or a recovery code."))
    spend_digits(staff, given.code)
    return "session.code"


def spend_digits(staff: Staff, code: str) -> None:
    """The six digits; a step that was used is never taken again. The row of `staff` is held by who calls this."""
    step = rules.step_of_code(staff.totp_secret, code, now()) if staff.totp_secret else None
    if step is None or step <= (staff.totp_last_step or 0):
        raise RuleBroken(_("The code is not right, or was used already. Wait for the next one."), "code")
    staff.totp_last_step = step


def proved(session_id: uuid.UUID, *, is_sign_in: bool = False) -> None:
    """This session is fresh from now on; after the second factor of a sign-in it is open as well."""
    row = db.session.get_one(StaffSession, session_id)
    row.fresh_at, row.wrong_codes = now(), 0
    if is_sign_in:
        row.code_given_at = now()


def wrong(session_id: uuid.UUID) -> bool:
    """Count a wrong factor in this session; True when it was one too many and ended the session."""
    row = db.session.get_one(StaffSession, session_id)
    row.wrong_codes += 1
    if row.wrong_codes >= rules.WRONG_CODES:
        row.ended_at = now()
    return row.ended_at is not None
