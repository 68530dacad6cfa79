"""Contacts after she left. What is due is derived from the exit and never stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import local, now
from shelter.codes.cases import Channel
from shelter.codes.leaving import Outcome
from shelter.codes.people import AgeBand
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, db, word

from .rules import Attempt


class FollowUp(Model):
    """One attempt to reach her for the follow-up of a certain month."""

    __tablename__ = "follow_up"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_follow_up_case", "case_id", "occurred_at"),
        sa.Index("ix_follow_up_occurred", "occurred_at"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    month: Mapped[int]
    occurred_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    channel: Mapped[Channel] = word(Channel)
    outcome: Mapped[Outcome] = word(Outcome)
    is_fulfilled: Mapped[bool] = mapped_column(default=False)
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("follow_up.note", ("case", "case_id"), Compartment.SOCIAL)


def contacts_of(case_id: uuid.UUID) -> list[FollowUp]:
    """Every contact of a case, in the order in which they happened."""
    return list(db.session.scalars(_CONTACTS, {"case_id": case_id}))


_CONTACTS = (
    sa.select(FollowUp)
    .where(FollowUp.case_id == sa.bindparam("case_id"))
    .order_by(FollowUp.occurred_at, FollowUp.entered_at)
)


def tries_since(contacts: Iterable[FollowUp], left_at: datetime) -> list[Attempt]:
    """Those after an exit as the rules read them; those before it belong to an earlier stay."""
    return [
        Attempt(each.month, local(each.occurred_at).date(), each.outcome)
        for each in contacts if each.occurred_at >= left_at
    ]
