"""The record of an arrival: safety first, then the person, then what she agrees to."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.codes.cases import Answer
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Versioned, word


class Intake(Versioned, Model):
    """One per case. Which of its parts are done is told by their moments."""

    __tablename__ = "intake"
    __table_args__ = (sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    is_safe: Mapped[Answer | None] = word(Answer)
    needs_doctor: Mapped[Answer | None] = word(Answer)
    needs_interpreter: Mapped[Answer | None] = word(Answer)
    safety_sealed: Mapped[SealedBytes | None]
    safety = Sealed("intake.safety", ("case", "case_id"), Compartment.CORE)
    wishes_sealed: Mapped[SealedBytes | None]
    wishes = Sealed("intake.wishes", ("case", "case_id"), Compartment.CORE)
    safety_at: Mapped[datetime | None]
    person_at: Mapped[datetime | None]
    situation_at: Mapped[datetime | None]
    consent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
