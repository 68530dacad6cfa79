"""What the team says of steps and of her; and, kept up to date with everything else, where each case stands."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.protocol import DelayCause, SkipReason, StepState
from shelter.codes.referrals import InstitutionKind
from shelter.codes.route import Word
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word

OF_CASE = (["foundation_id", "case_id"], ["case.foundation_id", "case.id"])


class StepWord(Model):
    """What somebody of the team said of a step in a case, and what the program told others of it.

    Rows are added; what was a mistake is taken back and stays. `at` is the moment of which it speaks: when it was done;
    of a cause, when the clock started whose limit is over (it goes along when that is corrected). `reason` is a word of
    SkipReason or DelayCause; `document_id` the document of the case that shows it.
    """

    __tablename__ = "step_word"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE), sa.Index("ix_step_word_case", "case_id"))

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    step: Mapped[str] = mapped_column(sa.String(40))
    word: Mapped[Word] = word(Word)
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID | None]
    taken_back_at: Mapped[datetime | None]
    document_id: Mapped[uuid.UUID | None]
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("step_word.note", ("case", "case_id"), Compartment.CORE)

    @property
    def label(self) -> Any:
        """Its reason in words."""
        if self.reason is None:
            return ""
        return (SkipReason if self.word is Word.SKIPPED else DelayCause)(self.reason).label


class RouteLap(Model):
    """One run of a step's clock, as `rules.laps` says it; kept in the transaction that changes it, never asked anew.

    `institution_id` is the one that was responsible when the clock started.
    """

    __tablename__ = "route_lap"
    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_CASE),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.Index("ix_route_lap_ended", "ended_at"),
        sa.Index("ix_route_lap_due", "due_at"),
        {"sqlite_with_rowid": False},
    )

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    version_id: Mapped[uuid.UUID]
    kind: Mapped[InstitutionKind | None] = word(InstitutionKind)
    institution_id: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end: Mapped[StepState | None] = word(StepState)


class RouteCard(Model):
    """Where a case stands: the version it follows, and the open step whose limit ends first.

    `due_at` is rules.NEVER where nothing open has a limit, so that a page of the board is read along one index; it is
    empty when the case is closed, and so not on the board. `institution_id` must act at that step.
    """

    __tablename__ = "route_card"
    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_CASE),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.Index("ix_route_card_due", "due_at", "case_id"),
        sa.Index("ix_route_card_house", "house_id", "due_at", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    version_id: Mapped[uuid.UUID]
    step: Mapped[str | None] = mapped_column(sa.String(40))
    institution_id: Mapped[uuid.UUID | None]
    due_at: Mapped[datetime | None]


class RouteEdition(Model):
    """By what everything above was worked out; empty: the calendar or the protocol changed, all is worked out anew."""

    __tablename__ = "route_edition"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    edition: Mapped[str] = mapped_column(sa.String(80))
