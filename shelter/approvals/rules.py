"""Rules of four eyes, in plain values."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from shelter.codes.approvals import ApprovalState
from shelter.rules import RuleBroken
from shelter.texts import say as _

LASTS = timedelta(hours=24)
"""To be decided, and once more to be done."""


def may_decide(by: uuid.UUID, asked_by: uuid.UUID, concerned: uuid.UUID) -> None:
    """Nobody decides what she asked for, nor what concerns herself."""
    if by == asked_by:
        raise RuleBroken(_("You asked for this yourself: another person decides"))
    if by == concerned:
        raise RuleBroken(_("This concerns your own account: another person decides"))


def is_at(state: ApprovalState, wanted: ApprovalState, expires_at: datetime, now: datetime) -> None:
    """A request is decided once, done once, and only in time."""
    if state is not wanted:
        raise RuleBroken(_("This was decided already, or taken back. Nothing was changed."))
    if now >= expires_at:
        raise RuleBroken(_("More than 24 hours have passed. Ask for it again."))


def is_whole(kept: str, found: str) -> None:
    """What is done is what was asked for and decided, to the letter."""
    if kept != found:
        raise RuleBroken(_("What was asked for is not what stands here now. Nothing was done; tell the auditor."))


def has_reason(approved: bool, reason: str | None) -> None:
    """A refusal says why."""
    if not approved and not reason:
        raise RuleBroken(_("Say why it is refused"), "reason")


def somebody(deciders: Collection[uuid.UUID], otherwise: str) -> None:
    """There must be a second person."""
    if not deciders:
        raise RuleBroken(otherwise)
