"""Rules of a service, in plain values."""

from __future__ import annotations

from datetime import datetime

from shelter.cases.rules import not_before, not_in_future
from shelter.codes.services import Discipline, NotHeld, ServiceType
from shelter.rules import RuleBroken
from shelter.texts import say as _

MINUTES = (15, 30, 45, 60, 90)
"""The lengths offered; any other number up to a day may be written."""

USUAL = {
    Discipline.PSYCHOLOGY: ServiceType.INDIVIDUAL,
    Discipline.LEGAL: ServiceType.RIGHTS,
    Discipline.MEDICAL: ServiceType.CHECK_UP,
}
"""What a profession gives most often: chosen beforehand, in sight. Social work is too various for that."""


def length(was_held: bool, minutes: int | None) -> int | None:
    """How long it lasted: asked only of what took place."""
    if was_held and not minutes:
        raise RuleBroken(_("Choose how long it lasted"), "minutes")
    return minutes if was_held else None


def why_not(was_held: bool, reason: NotHeld | None) -> NotHeld | None:
    """Why it did not take place: asked only then."""
    if not was_held and reason is None:
        raise RuleBroken(_("Choose why it could not take place"), "not_held")
    return None if was_held else reason


def may_be_corrected(is_corrected: bool) -> None:
    """Once: a correction that was wrong is corrected itself."""
    if is_corrected:
        raise RuleBroken(_("This service was corrected already. Open its correction, and correct that."))


def when(occurred_at: datetime, *, opened_at: datetime, closed_at: datetime | None, now: datetime) -> datetime:
    """Between the opening of the case and now; not after it was closed."""
    not_in_future(occurred_at, now, "occurred_at")
    not_before(occurred_at, opened_at, "occurred_at", _("It cannot be earlier than the day her case was opened"))
    if closed_at and occurred_at > closed_at:
        raise RuleBroken(_("Her case was already closed then"), "occurred_at")
    return max(occurred_at, opened_at)
