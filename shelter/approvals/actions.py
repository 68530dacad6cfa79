"""The verbs: ask, decide, do, withdraw; and what nobody decided in time."""

from __future__ import annotations

import uuid
from typing import Any

from shelter.audit import machine, work
from shelter.calendar import now
from shelter.codes.approvals import ApprovalState
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import queries, rules
from .models import Approval
from .rules import LASTS

_PAGE = ("approvals.show", "approval")
ASKED = notice_kind("approval.asked", _later("Somebody asks for your decision as a second person"), *_PAGE)
DECIDED = notice_kind("approval.decided", _later("What you asked for was decided"), *_PAGE)
LATE = notice_kind("approval.late", _later("What you asked for was not decided within 24 hours"), *_PAGE)


def ask(
    what: str, *, subject_id: uuid.UUID, by: uuid.UUID, reason: str | None, foundation_id: uuid.UUID | None = None,
    house_id: uuid.UUID | None = None, **parameters: Any,
) -> Approval:
    """Ask for something that a second person decides; whoever may is told. Parameters are ids and stored words."""
    if not reason:
        raise RuleBroken(_("Say why, for the person who decides"), "reason")
    approval = Approval(
        what=what, subject_id=subject_id, asked_by_id=by, reason=reason, foundation_id=foundation_id,
        house_id=house_id, parameters={name: None if each is None else str(each) for name, each in parameters.items()},
    )
    approval.digest = approval.sum()
    if queries.same_waiting(approval):
        raise RuleBroken(_("This waits for a second person already"))
    deciders = queries.deciders(approval)
    rules.somebody(deciders, str(approval.kind.nobody))
    db.session.add(approval)
    tell(deciders, ASKED, about=approval)
    return approval


def decide(approval: Approval, *, by: uuid.UUID, approved: bool, reason: str | None = None) -> Approval:
    """The second person's word; what needs no more is done with it, in the same transaction."""
    rules.may_decide(by, approval.asked_by_id, approval.subject_id)
    rules.has_reason(approved, reason)
    _hold(approval, ApprovalState.WAITING)
    approval.decided_by_id, approval.decided_at = by, now()
    approval.answer = reason
    approval.state = ApprovalState.APPROVED if approved else ApprovalState.REFUSED
    if approved and approval.kind.answer is None:
        approval.kind.do(approval)
        approval.state = ApprovalState.DONE
    approval.expires_at = now() + LASTS
    tell([approval.asked_by_id], DECIDED, about=approval)
    return approval


def do(approval: Approval, *, by: uuid.UUID) -> Any:
    """The one who asked does what was approved, once; gives back what came of it."""
    if by != approval.asked_by_id:
        raise RuleBroken(_("Whoever asked for this does it"))
    _hold(approval, ApprovalState.APPROVED)
    approval.state = ApprovalState.DONE
    return approval.kind.do(approval)


def withdraw(approval: Approval, *, by: uuid.UUID) -> None:
    """The one who asked takes it back."""
    if by != approval.asked_by_id:
        raise RuleBroken(_("Only whoever asked for this takes it back"))
    if approval.state is ApprovalState.APPROVED:
        _hold(approval, ApprovalState.APPROVED)
    else:
        _hold(approval, ApprovalState.WAITING)
    approval.state = ApprovalState.WITHDRAWN


def _hold(approval: Approval, state: ApprovalState) -> None:
    """Make others wait, and see that it is still what was asked for, at that point of its way, in time."""
    db.session.refresh(approval, with_for_update=True)
    rules.is_at(approval.state, state, approval.expires_at, now())
    rules.is_whole(approval.digest, approval.sum())


@every(hours=1)
def close_late_approvals() -> None:
    """What nobody decided in time is over, and whoever asked is told."""
    if not queries.too_late():
        return
    with work("approval.expire", by=machine):
        for approval in queries.too_late():
            approval.state = ApprovalState.EXPIRED
            tell([approval.asked_by_id], LATE, about=approval)
