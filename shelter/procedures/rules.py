"""Rules of procedures: who may write for whom, and when the team is reminded."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from shelter.rules import RuleBroken
from shelter.texts import say as _

WEEK = timedelta(days=7)


def may_write_for(foundation_id: uuid.UUID | None, reach: Collection[uuid.UUID] | None) -> None:
    """A foundation's coordinator writes for her foundation; for all of them, whoever works for the programme."""
    if reach is not None and foundation_id not in reach:
        raise RuleBroken(_("Choose for whom it is"), "foundation_id")


def is_still_done(ended_at: datetime | None) -> None:
    """What is done so no longer is neither changed nor published nor ended again."""
    if ended_at is not None:
        raise RuleBroken(_("It was ended already"))


def is_reminder_due(asked_at: datetime, reminded_at: datetime | None, moment: datetime) -> bool:
    """Once a week at most."""
    return moment - (reminded_at or asked_at) >= WEEK
