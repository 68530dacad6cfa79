"""The ledger of releases: every report that was made to leave the house, as it was."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.access import Permission
from shelter.calendar import Period, now
from shelter.db import Key, Model


class Release(Model):
    """A printed report: its period, its audience, its bytes and their digest. Published by a second person."""

    __tablename__ = "release"
    read_by = Permission.REPORT_READ
    house_id = None
    is_here = False
    team_ids = frozenset[uuid.UUID]()

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    audience: Mapped[str] = mapped_column(sa.String(20))
    language: Mapped[str] = mapped_column(sa.String(5))
    figures: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    pdf: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
    made_by_id: Mapped[uuid.UUID | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[uuid.UUID | None]

    @property
    def period(self) -> Period:
        """The days that it reports."""
        return Period(self.starts_on, self.ends_on)
