"""Leaving the house."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.cases import Answer
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.people import AgeBand
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word


class Exit(Model):
    """How a stay ended, and where she went. One stay ends once."""

    __tablename__ = "exit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_exit_left_at", "left_at"),
        sa.Index("ix_exit_case", "case_id"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    stay_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("stay.id"), unique=True)
    left_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    reason: Mapped[ExitReason] = word(ExitReason)
    destination: Mapped[Destination] = word(Destination)
    province: Mapped[str | None] = mapped_column(sa.String(2))
    was_her_decision: Mapped[Answer] = word(Answer)
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    plan_sealed: Mapped[SealedBytes | None]
    plan = Sealed("exit.plan", ("case", "case_id"), Compartment.CORE)
