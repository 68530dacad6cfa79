"""A slip: what is asked by it, until when, and its code, which is kept (sealed) only as long as it works."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes
from shelter.db.sealed import NAME

from . import rules
from .kinds import KINDS, Kind


class Slip(Model):
    """`about_id` is the record that is asked about. It is answered once, or expires, or is taken back."""

    __tablename__ = "slip"
    __table_args__ = (sa.Index("ix_slip_about", "about_id", "word"),)

    id: Mapped[Key]
    word: Mapped[str] = mapped_column(sa.String(40))
    about_id: Mapped[uuid.UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    code_sealed: Mapped[SealedBytes | None]
    code = Sealed("slip.code", ("slip", "id"), Compartment.CORE, NAME)

    @property
    def kind(self) -> Kind:
        """What it asks."""
        return KINDS[self.word]

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered, as far as the slip itself knows."""
        return rules.is_open(self.expires_at, self.spent_at, self.revoked_at, now())
