"""An interview in which she told what happened, or is to tell it: with whom, for what, what is left of it."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.interviews import Again, InterviewPurpose, InterviewState, Trace
from shelter.codes.people import SpokenLanguage
from shelter.codes.services import Discipline
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word


class Interview(Model):
    """Of an institution, or of one of our disciplines; never of both, but an institution may sit in with another."""

    __tablename__ = "interview"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.CheckConstraint("(institution_id IS NULL) <> (discipline IS NULL)", "one_asks"),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 1440", "lasts_a_day_at_most"),
        sa.Index("ix_interview_case", "case_id", "state", "occurs_at"),
        sa.Index(
            "ix_interview_planned", "occurs_at",
            sqlite_where=sa.text("state = 'planned'"), postgresql_where=sa.text("state = 'planned'"),
        ),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    state: Mapped[InterviewState] = word(InterviewState)
    occurs_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    institution_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))
    discipline: Mapped[Discipline | None] = word(Discipline)
    joint_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))
    purpose: Mapped[InterviewPurpose] = word(InterviewPurpose)
    minutes: Mapped[int | None]
    trace: Mapped[Trace | None] = word(Trace)
    language: Mapped[SpokenLanguage | None] = word(SpokenLanguage)
    has_interpreter: Mapped[bool] = mapped_column(default=False)
    was_before: Mapped[bool] = mapped_column(default=False)
    again: Mapped[Again | None] = word(Again)
    reason_sealed: Mapped[SealedBytes | None]
    reason = Sealed("interview.reason", ("case", "case_id"), Compartment.CORE)
