"""The verbs of accounts: invite, activate, sign in, lock, close."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from shelter.access import Role
from shelter.calendar import now, today
from shelter.db import db, vault
from shelter.rules import RuleBroken

from . import queries, rules, sessions
from .models import Assignment, Attempt, OneTimeToken, Staff, StaffSession

ACTIVATION = timedelta(hours=72)
HOUSE_ROLES = {Role.HOUSE_STAFF, Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL, Role.SHELTER_COORDINATOR}


def invite(
    *, email: str, name: str, role: Role, foundation_id: uuid.UUID | None = None, house_id: uuid.UUID | None = None,
    to_on: date | None = None,
) -> tuple[Staff, str]:
    """A new account, or another assignment of an old one; gives back the token of the activation link."""
    if role in HOUSE_ROLES and (foundation_id is None or house_id is None):
        raise RuleBroken(_("This role works in a house: choose the house"), "house_id")
    staff = queries.by_email(email)
    if staff is None:
        staff = Staff(email_lookup=queries.email_lookup(email), email=email.strip().lower(), name=name)
        db.session.add(staff)
    in_house = role in HOUSE_ROLES
    db.session.add(Assignment(staff_id=staff.id, role=role, foundation_id=foundation_id if in_house else None,
                              house_id=house_id if in_house else None, from_on=today(), to_on=to_on))
    return staff, new_link(staff)


def new_link(staff: Staff) -> str:
    """A fresh activation token; earlier ones stop working."""
    db.session.flush()
    db.session.execute(sa.update(OneTimeToken).where(OneTimeToken.staff_id == staff.id, OneTimeToken.used_at.is_(None)).values(used_at=now()))
    token = secrets.token_urlsafe(24)
    db.session.add(OneTimeToken(digest=token_digest(token), purpose="activation", staff_id=staff.id, expires_at=now() + ACTIVATION))
    return token


def token_digest(token: str) -> bytes:
    """What is kept of a token."""
    return vault.keys.lookup("token", token)


def pending(token: str) -> OneTimeToken | None:
    """The unused token, if it is one and has not expired."""
    return db.session.scalar(
        sa.select(OneTimeToken).where(OneTimeToken.digest == token_digest(token), OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > now())
    )


def enrolment_secret(token: str) -> str:
    """The second factor's secret offered on an activation page: the same each time the page of this link is shown."""
    raw = hmac.digest(vault.keys.derive("enrol second factor"), token.encode(), hashlib.sha256)[:20]
    return base64.b32encode(raw).decode()


def activate(token: str, password: str, code: str | None, *, needs_code: bool) -> Staff:
    """Set the first password (and the second factor), spend the link, end what was open before."""
    found = pending(token)
    if found is None:
        raise RuleBroken(_("This link was used already or is too old. Ask for another one."))
    rules.check_new_password(password)
    staff = db.session.get_one(Staff, found.staff_id)
    if needs_code:
        secret = enrolment_secret(token)
        step = rules.step_of_code(secret, code or "", now())
        if step is None:
            raise RuleBroken(_("The code is not right. Check that the telephone's clock is on time."), "code")
        staff.totp_secret, staff.totp_last_step = secret, step
    found.used_at = now()
    staff.password_hash, staff.promised_at = rules.hash_password(password), now()
    sessions.end_all(staff.id)
    return staff


def must_wait(email: str, network: str) -> timedelta:
    """How much longer this account must wait from this network before another try."""
    failed = queries.failures(queries.email_lookup(email), vault.keys.lookup("network", network))
    if not failed:
        return timedelta(0)
    return failed[0].at + rules.wait_after(len(failed)) - now()


def failed(email: str, network: str) -> None:
    """Remember a failure; forget those of yesterday."""
    db.session.add(Attempt(account=queries.email_lookup(email), network=vault.keys.lookup("network", network)))
    db.session.execute(sa.delete(Attempt).where(Attempt.at < now() - timedelta(days=1)))


def give_code(staff: Staff, session_id: uuid.UUID, code: str) -> None:
    """The second factor; a step that was used is never taken again."""
    step = rules.step_of_code(staff.totp_secret or "", code, now()) if staff.totp_secret else None
    if step is None or step <= (staff.totp_last_step or 0):
        raise RuleBroken(_("The code is not right, or was used already. Wait for the next one."), "code")
    staff.totp_last_step = step
    db.session.get_one(StaffSession, session_id).code_given_at = now()


def lock(session_id: uuid.UUID) -> None:
    """Lock a session: only the same person's password opens it again."""
    db.session.execute(sa.update(StaffSession).where(StaffSession.id == session_id, StaffSession.locked_at.is_(None)).values(locked_at=now()))


def unlock(session_id: uuid.UUID) -> None:
    """Open it again."""
    db.session.execute(sa.update(StaffSession).where(StaffSession.id == session_id).values(locked_at=None, seen_at=now()))


def end(session_id: uuid.UUID) -> None:
    """End one session."""
    db.session.execute(sa.update(StaffSession).where(StaffSession.id == session_id).values(ended_at=now()))


def disable(staff: Staff) -> None:
    """Close an account: assignments end, sessions die with their next request, links stop working."""
    staff.is_active = False
    sessions.end_all(staff.id)
    db.session.execute(sa.update(OneTimeToken).where(OneTimeToken.staff_id == staff.id, OneTimeToken.used_at.is_(None)).values(used_at=now()))


def prefer(staff: Staff, **choices: Any) -> None:
    """Language and theme."""
    for name, value in choices.items():
        setattr(staff, name, value)
