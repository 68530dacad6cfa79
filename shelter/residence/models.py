"""What the night shift needs for the people in the house, and nothing else."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.leaving import InstructionKind
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word


class Instruction(Model):
    """What to give (*envelope A, 20:00*, never the name of a medicine) or what to do, from a day to a day."""

    __tablename__ = "instruction"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_instruction_case", "case_id", "to_on"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    kind: Mapped[InstructionKind] = word(InstructionKind)
    from_on: Mapped[date]
    to_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    text_sealed: Mapped[SealedBytes | None]
    text = Sealed("instruction.text", ("case", "case_id"), Compartment.CORE)
