"""What is kept of a token: its keyed digest, what it is for, whom it concerns, until when."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.db import Key, Model


class OneTimeToken(Model):
    """`subject_id` is the record that it opens. Spent and revoked ones are `used_at`, and go after a while."""

    __tablename__ = "one_time_token"
    __table_args__ = (sa.Index("ix_one_time_token_subject", "subject_id", "purpose"),)

    id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[uuid.UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
