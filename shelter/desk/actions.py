"""The verbs of the desk: what an administrator does alone, and what she asks a second person for."""

from __future__ import annotations

import uuid
from datetime import date

from shelter.access import Permission, Role
from shelter.accounts import actions as accounts
from shelter.accounts import queries
from shelter.accounts import rules as account_rules
from shelter.accounts.models import Assignment, Staff
from shelter.approvals import Approval, ask
from shelter.db import db
from shelter.partners.models import House
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import pairs


def take_in(
    *, email: str, name: str, by: uuid.UUID, role: Role, reason: str | None, house_id: uuid.UUID | None = None,
    to_on: date | None = None,
) -> tuple[Staff, str | None, Assignment | Approval]:
    """A new account, or one that is opened again, with its link; who has an open one gets no link. And the role."""
    staff = queries.by_email(email)
    token = None
    if staff is None or not staff.is_active:
        staff, token = accounts.open_account(email=email, name=name)
        db.session.flush()
    return staff, token, give_role(staff, by=by, role=role, house_id=house_id, to_on=to_on, reason=reason)


def give_role(
    staff: Staff, *, by: uuid.UUID, role: Role, reason: str | None, house_id: uuid.UUID | None = None,
    to_on: date | None = None,
) -> Assignment | Approval:
    """A role, at once or (when it opens cases or the desk) by the word of a second person."""
    account_rules.not_ones_own(staff.id, by)
    house = accounts.place_of(staff, role, house_id, to_on)
    place = house.id if house else None
    if role not in pairs.BY_TWO or _is_set_up(role, house, staff, by):
        return accounts.assign(staff, role=role, house_id=place, to_on=to_on)
    return ask(
        pairs.ROLE, subject_id=staff.id, by=by, reason=reason, foundation_id=house.foundation_id if house else None,
        house_id=place, role=role.value, place=place, to_on=to_on,
    )


def _is_set_up(role: Role, house: House | None, staff: Staff, by: uuid.UUID) -> bool:
    """The very beginning: nothing is there to be read, and nobody else could decide."""
    others = set(queries.holding(Permission.ACCOUNT_APPROVE, house.id if house else None)) - {staff.id, by}
    return not others and not pairs.has_cases(house.id if house else None)


def begin_recovery(staff: Staff, *, by: uuid.UUID, reason: str | None) -> Approval:
    """Ask that a member who lost password or second factor begins anew; a second person decides."""
    account_rules.not_ones_own(staff.id, by)
    if not staff.is_active:
        raise RuleBroken(_("This account is closed. Invite the same e-mail to open it again."))
    if not staff.was_opened:
        raise RuleBroken(_("This invitation was not used yet: an administrator makes its link anew."), "staff_id")
    home = queries.homes([staff.id]).get(staff.id)
    house = db.session.get(House, home) if home else None
    return ask(
        pairs.RECOVERY, subject_id=staff.id, by=by, reason=reason,
        foundation_id=house.foundation_id if house else None, house_id=house.id if house else None,
    )
