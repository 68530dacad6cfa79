"""An operating procedure with its editions; what the team is asked to read; who said that she has."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.protocol import ReadingKind
from shelter.db import Key, Model, Versioned, Words, word


class Procedure(Model):
    """How something is done in the houses: of the whole programme, or of one foundation."""

    __tablename__ = "procedure"

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Edition(Versioned, Model):
    """The words of a procedure. Published, they never change: another edition follows."""

    __tablename__ = "procedure_edition"
    __table_args__ = (sa.UniqueConstraint("procedure_id", "number"),)

    id: Mapped[Key]
    procedure_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("procedure.id"))
    number: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Words)
    text: Mapped[dict[str, str]] = mapped_column(Words)
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]


class Asked(Model):
    """Something that the team, or the staff of one foundation, is asked to read; until something else replaces it.

    `about_id` is the version or the edition; `series_id` the procedure that the edition is of. `replaced_at` may lie
    ahead: until the next version starts, the one that holds is still to be read.
    """

    __tablename__ = "reading_asked"
    __table_args__ = (
        sa.Index("ix_reading_asked_open", "asked_at", sqlite_where=sa.text("replaced_at IS NULL"),
                 postgresql_where=sa.text("replaced_at IS NULL")),
    )

    id: Mapped[Key]
    kind: Mapped[ReadingKind] = word(ReadingKind)
    about_id: Mapped[uuid.UUID] = mapped_column(index=True)
    series_id: Mapped[uuid.UUID | None]
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))
    title: Mapped[dict[str, str]] = mapped_column(Words)
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    reminded_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    @property
    def is_over(self) -> bool:
        """Whether nobody is asked to read it any more."""
        return self.replaced_at is not None and self.replaced_at <= now()


class Acknowledgement(Model):
    """Somebody has read it and will keep it in mind."""

    __tablename__ = "acknowledgement"

    asked_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("reading_asked.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
