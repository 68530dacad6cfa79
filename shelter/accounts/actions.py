"""The verbs of accounts: invite, activate, sign in, lock, close."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from shelter import tokens
from shelter.access import Role
from shelter.calendar import now, today
from shelter.db import db, vault
from shelter.factors import actions as factors
from shelter.factors import queries as held
from shelter.factors.passwords import check_new_password
from shelter.partners.models import House
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import proof, queries, rules, sessions
from .models import Assignment, Staff, StaffSession

ACTIVATE, ACTIVATION = "activation", timedelta(hours=72)
HOUSE_ROLES = {
    Role.HOUSE_STAFF, Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL, Role.SHELTER_COORDINATOR,
}


def invite(
    *, email: str, name: str, role: Role, foundation_id: uuid.UUID | None = None, house_id: uuid.UUID | None = None,
    to_on: date | None = None,
) -> tuple[Staff, str]:
    """A new account, another assignment of an old one, or a closed one opened again; and the token of its link.

    The house tells its foundation; `foundation_id` may be left out. No second person is asked.
    """
    staff = queries.by_email(email)
    token = None
    if staff is None or not staff.is_active:
        staff, token = open_account(email=email, name=name)
    given = assign(staff, role=role, house_id=house_id, to_on=to_on)
    if foundation_id and given.foundation_id not in {None, foundation_id}:
        raise RuleBroken(_("That house belongs to another foundation"), "house_id")
    return staff, token or new_link(staff)


def open_account(*, email: str, name: str) -> tuple[Staff, str]:
    """A new account without any role, or a closed one opened again; and the token of its link."""
    staff = queries.by_email(email)
    if staff is None:
        staff = Staff(email_lookup=queries.email_lookup(email), email=email.strip().lower(), name=name)
        db.session.add(staff)
        db.session.flush()
    else:
        _open_again(staff, name)
    return staff, new_link(staff)


def assign(staff: Staff, *, role: Role, house_id: uuid.UUID | None = None, to_on: date | None = None) -> Assignment:
    """A role from today: in a house where the role is one of a house, for the whole programme otherwise."""
    house = place_of(staff, role, house_id, to_on)
    given = Assignment(staff_id=staff.id, role=role, foundation_id=house.foundation_id if house else None,
                       house_id=house.id if house else None, from_on=today(), to_on=to_on)
    staff.assignments.append(given)
    return given


def place_of(staff: Staff, role: Role, house_id: uuid.UUID | None, to_on: date | None) -> House | None:
    """The house in which a role would hold (None: the whole programme); RuleBroken when it cannot be given."""
    rules.not_over(to_on, today())
    if not staff.is_active:
        raise RuleBroken(_("This account is closed. Invite the same e-mail to open it again."))
    house = db.session.get(House, house_id) if house_id and role in HOUSE_ROLES else None
    if role in HOUSE_ROLES and house is None:
        raise RuleBroken(_("This role works in a house: choose the house"), "house_id")
    place = house.id if house else None
    if any(each.role is role and each.house_id == place for each in proof.in_force(staff)):
        raise RuleBroken(_("This person has that role there already"), "role")
    return house


def take_role(assignment: Assignment, *, by: uuid.UUID) -> None:
    """End an assignment at once, from another person's hand."""
    rules.not_ones_own(assignment.staff_id, by)
    _end(assignment)


def _end(assignment: Assignment) -> None:
    """Yesterday was its last day; one that began today is taken back whole (the audit trail keeps it)."""
    yesterday = today() - timedelta(days=1)
    if assignment.from_on > yesterday:
        assignment.staff.assignments.remove(assignment)
        db.session.delete(assignment)
    elif assignment.to_on is None or assignment.to_on > yesterday:
        assignment.to_on = yesterday


def _open_again(staff: Staff, name: str) -> None:
    """Whoever comes back begins anew: no password, no second factor, no role from before."""
    for each in list(staff.assignments):
        _end(each)
    staff.name, staff.is_active, staff.opened_at = name, True, None
    _forget(staff)


def _forget(staff: Staff) -> None:
    """Password, second factors and promise are given anew."""
    staff.password_hash, staff.promised_at = None, None
    staff.totp_secret, staff.totp_last_step = None, None
    factors.forget(staff.id)
    proof.forget_devices(staff.id)


def give_link(staff: Staff, *, by: uuid.UUID) -> str:
    """A new link for an invitation that nobody used yet; an account in use is recovered by two people."""
    rules.not_ones_own(staff.id, by)
    if not staff.is_active:
        raise RuleBroken(_("This account is closed. Invite the same e-mail to open it again."))
    if staff.was_opened:
        raise RuleBroken(_("This account is in use: its recovery takes two people."))
    return new_link(staff)


def begin_anew(staff: Staff) -> str:
    """A new link for an account in use. What may be lost or known to others stops working at once."""
    if not staff.is_active:
        raise RuleBroken(_("This account is closed. Invite the same e-mail to open it again."))
    staff.opened_at = staff.opened_at or now()
    _forget(staff)
    sessions.end_all(staff.id)
    return new_link(staff)


def new_link(staff: Staff) -> str:
    """A fresh activation token; earlier ones stop working."""
    return tokens.new(ACTIVATE, staff.id, ACTIVATION)


def pending(token: str) -> Staff | None:
    """Whose account an unused link opens."""
    found = tokens.find(ACTIVATE, token)
    staff = db.session.get(Staff, found.subject_id) if found else None
    return staff if staff and staff.is_active else None


def enrolment_secret(token: str) -> str:
    """The second factor's secret offered on a page: the same each time this page (of a link, a session) is shown."""
    raw = hmac.digest(vault.keys.derive("enrol second factor"), token.encode(), hashlib.sha256)[:20]
    return base64.b32encode(raw).decode()


def activate(token: str, password: str, code: str | None, *, needs_code: bool) -> Staff:
    """Set the first password (and the second factor), spend the link, end what was open before."""
    staff = pending(token)
    if staff is None or tokens.spend(ACTIVATE, token) is None:
        raise RuleBroken(_("This link was used already or is too old. Ask for another one."))
    check_new_password(password, staff.email)
    if needs_code:
        secret = enrolment_secret(token)
        step = rules.step_of_code(secret, code or "", now())
        if step is None:
            raise RuleBroken(_("The code is not right. Check that the telephone's clock is on time."), "code")
        staff.totp_secret, staff.totp_last_step = secret, step
    staff.password_hash, staff.promised_at = rules.hash_password(password), now()
    staff.opened_at = staff.opened_at or now()
    sessions.end_all(staff.id)
    return staff


def change_password(staff: Staff, session_id: uuid.UUID, *, current: str, password: str, again: str) -> None:
    """A new password of one's own choice; her other sessions end, and no browser but those to come is known."""
    if not rules.is_password(current, staff.password_hash):
        raise RuleBroken(_("That is not your present password"), "current")
    if password != again:
        raise RuleBroken(_("The two passwords are not the same"), "again")
    if password == current:
        raise RuleBroken(_("That is your present password: choose another one"), "password")
    check_new_password(password, staff.email)
    staff.password_hash = rules.hash_password(password)
    sessions.end_all(staff.id, but=session_id)
    proof.forget_devices(staff.id)


def change_telephone(staff: Staff, secret: str, code: str) -> None:
    """The authenticator application of another telephone; the one before shows nothing that works any more."""
    step = rules.step_of_code(secret, code, now())
    if step is None:
        raise RuleBroken(_("The code is not right. Check that the telephone's clock is on time."), "code")
    staff.totp_secret, staff.totp_last_step = secret, step


def drop_telephone(staff: Staff, *, needs_another: bool) -> None:
    """The authenticator application is a way in no longer; the last second factor stays where one is needed."""
    if needs_another and not held.has_passkey(staff.id):
        raise RuleBroken(_("This is your only second factor. Add another one first."))
    staff.totp_secret, staff.totp_last_step = None, None


def lock(session_id: uuid.UUID) -> None:
    """Lock a session: only the same person's password opens it again."""
    open_still = sa.update(StaffSession).where(StaffSession.id == session_id, StaffSession.locked_at.is_(None))
    db.session.execute(open_still.values(locked_at=now()))


def unlock(session_id: uuid.UUID) -> None:
    """Open it again."""
    this = sa.update(StaffSession).where(StaffSession.id == session_id)
    db.session.execute(this.values(locked_at=None, seen_at=now()))


def end(session_id: uuid.UUID) -> None:
    """End one session."""
    db.session.execute(sa.update(StaffSession).where(StaffSession.id == session_id).values(ended_at=now()))


def close(staff: Staff, *, by: uuid.UUID) -> None:
    """Close an account, from another person's hand."""
    rules.not_ones_own(staff.id, by)
    disable(staff)


def disable(staff: Staff) -> None:
    """Close an account: assignments end, sessions die with their next request, links stop working."""
    for each in list(staff.assignments):
        _end(each)
    staff.is_active = False
    sessions.end_all(staff.id)
    tokens.revoke(ACTIVATE, staff.id)


def prefer(staff: Staff, **choices: Any) -> None:
    """Language and theme."""
    for name, value in choices.items():
        setattr(staff, name, value)
