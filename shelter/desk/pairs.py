"""What two people decide at the desk: to recover an account, and to give a role that opens cases or the desk."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask.typing import ResponseReturnValue

from shelter.access import MATRIX, Role
from shelter.access import Permission as P
from shelter.accounts import actions as accounts
from shelter.accounts import queries
from shelter.accounts.models import Staff
from shelter.approvals import Approval, Kind, approval_kind
from shelter.approvals.kinds import Facts
from shelter.cases.models import Case
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.partners.models import House
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import page
from shelter.web.quick import url_for

OPENS = {P.CASE_READ, P.PERSON_READ, P.TONIGHT_READ, P.STAFF_MANAGE}
BY_TWO = {role for role in Role if OPENS & MATRIX[role].keys()}
"""Roles that read about residents, and the one that gives roles."""

RECOVERED = notice_kind("account.recovered", _later("Two people gave an account a new link"), "notices.index")
GIVEN = notice_kind("account.role", _later("You have a new role"), "own.account")
NEW_ADMINISTRATOR = notice_kind("account.administrator", _later("There is a new administrator"), "desk.staff")
NOBODY_RECOVERS = _later(
    "Nobody else here can decide this. Whoever looks after the machine is the second person: «shelter staff recover»."
)
NOBODY_GIVES = _later(
    "Nobody else here can decide this: a second administrator or the coordinator of that house. "
    "Whoever looks after the machine can give the role: «shelter staff add»."
)


def has_cases(house_id: uuid.UUID | None) -> bool:
    """Whether there is anything to read in that house; in any, for a role of the whole programme."""
    there = sa.select(Case.id).where(Case.house_id == house_id if house_id else sa.true())
    return db.session.scalar(there.limit(1)) is not None


# --- recovering an account --------------------------------------------------------------------------------------------

def _account(approval: Approval) -> Staff:
    return db.session.get_one(Staff, approval.subject_id)


def _recovery_facts(approval: Approval) -> Facts:
    return [(_("Whose account"), _account(approval).name), (_("What follows"), _(
        "The old password and second factor stop working, open sessions end, and a link makes new ones (72 hours)."
    ))]


def recover(staff: Staff) -> str:
    """A new link; she and the administrators are told."""
    token = accounts.begin_anew(staff)
    tell([staff.id, *queries.holding(P.STAFF_MANAGE)], RECOVERED)
    return token


def _hand_over(approval: Approval, token: str) -> ResponseReturnValue:
    return page("desk/link.html", person=_account(approval), link=url_for("accounts.activate", token=token),
                back=url_for("approvals.index"))


RECOVERY = approval_kind("account.recover", Kind(
    label=_later("Recover an account"), decides=P.ACCOUNT_APPROVE, facts=_recovery_facts,
    do=lambda approval: recover(_account(approval)), answer=_hand_over, nobody=NOBODY_RECOVERS,
))


# --- giving a role ----------------------------------------------------------------------------------------------------

def _asked(approval: Approval) -> dict[str, Any]:
    given = approval.parameters
    return {
        "role": Role(given["role"]), "house_id": uuid.UUID(given["place"]) if given["place"] else None,
        "to_on": date.fromisoformat(given["to_on"]) if given["to_on"] else None,
    }


def _role_facts(approval: Approval) -> Facts:
    asked = _asked(approval)
    house = db.session.get(House, asked["house_id"]) if asked["house_id"] else None
    rows: Facts = [(_("Who"), _account(approval).name), (_("Role"), asked["role"].label),
                   (_("House"), house.name if house else _("Whole programme"))]
    return [*rows, (_("Last day"), asked["to_on"].isoformat())] if asked["to_on"] else rows


def _give(approval: Approval) -> None:
    staff, asked = _account(approval), _asked(approval)
    accounts.assign(staff, **asked)
    tell([staff.id], GIVEN)
    if asked["role"] is Role.ADMINISTRATOR:
        tell(queries.holding(P.STAFF_MANAGE), NEW_ADMINISTRATOR, but=staff.id)


ROLE = approval_kind("account.role", Kind(
    label=_later("Give a role"), decides=P.ACCOUNT_APPROVE, facts=_role_facts, do=_give, nobody=NOBODY_GIVES,
))
