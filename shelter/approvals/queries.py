"""What waits for the reader's decision, what she asked for, and who could decide."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter.access import Reader, allows
from shelter.accounts import queries as accounts
from shelter.calendar import now
from shelter.codes.approvals import ApprovalState
from shelter.db import db

from .models import Approval

MOST = 50


def by_id(approval_id: uuid.UUID) -> Approval | None:
    """One request."""
    return db.session.get(Approval, approval_id)


def visible_to(reader: Reader, approval_id: uuid.UUID) -> Approval | None:
    """One that the reader asked for, or of a kind that she decides; others are as if they were not there."""
    found = by_id(approval_id)
    is_hers = found is not None and found.asked_by_id == reader.id
    return found if is_hers or (found and allows(reader, found.kind.decides, found)) else None


def waiting_for(reader: Reader) -> list[Approval]:
    """What this reader may decide, the first that will be too late first."""
    waiting = sa.select(Approval).where(Approval.state == ApprovalState.WAITING, Approval.expires_at > now())
    found = db.session.scalars(waiting.order_by(Approval.expires_at))
    return [each for each in found if is_for(reader, each)]


def is_for(reader: Reader, approval: Approval) -> bool:
    """Whether the decision could be this reader's."""
    own = {approval.asked_by_id, approval.subject_id}
    return reader.id not in own and allows(reader, approval.kind.decides, approval)


def asked_by(staff_id: uuid.UUID) -> list[Approval]:
    """What somebody asked for, the latest first."""
    hers = sa.select(Approval).where(Approval.asked_by_id == staff_id)
    return list(db.session.scalars(hers.order_by(Approval.asked_at.desc()).limit(MOST)))


def same_waiting(approval: Approval) -> bool:
    """Whether the same waits already."""
    same = sa.select(Approval).where(
        Approval.what == approval.what, Approval.subject_id == approval.subject_id, Approval.id != approval.id,
        Approval.state == ApprovalState.WAITING, Approval.expires_at > now(),
    )
    return any(each.parameters == approval.parameters for each in db.session.scalars(same))


def deciders(approval: Approval) -> list[uuid.UUID]:
    """Whoever could decide: open accounts with a password, but not who asked and not whom it concerns."""
    found = accounts.holding(approval.kind.decides, approval.house_id)
    return [each for each in found if each not in {approval.asked_by_id, approval.subject_id}]


def too_late() -> list[Approval]:
    """What nobody decided, or did, in time."""
    alive = Approval.state.in_([ApprovalState.WAITING, ApprovalState.APPROVED])
    return list(db.session.scalars(sa.select(Approval).where(alive, Approval.expires_at <= now())))
