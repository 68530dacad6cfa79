"""A notice to one member of staff: a kind, the record it is about, a case's code. Nothing that names anybody."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.db import Key, Model

from .kinds import FORGOTTEN, KINDS, Kind


class Notice(Model):
    """Read when its owner opened it or said that she has."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix_notice_staff", "staff_id", "at"),
        sa.Index(
            "ix_notice_unread", "staff_id",
            sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    word: Mapped[str] = mapped_column(sa.String(40))
    about_id: Mapped[uuid.UUID | None]
    code: Mapped[str | None] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    read_at: Mapped[datetime | None]

    @property
    def kind(self) -> Kind:
        """What it says and where it leads."""
        return KINDS.get(self.word, FORGOTTEN)

    @property
    def place(self) -> tuple[str, dict[str, uuid.UUID]]:
        """The endpoint, and the record in its address."""
        kind = self.kind
        return kind.endpoint, {kind.argument: self.about_id} if kind.argument and self.about_id else {}
