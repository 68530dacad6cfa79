"""Recovery codes and passkeys of members of staff."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes
from shelter.db.sealed import NAME


class RecoveryCode(Model):
    """A code that works once. Only its keyed digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]


class Passkey(Model):
    """A key that a telephone, a computer or a security key holds for one site (WebAuthn); here is its public half.

    `counter` is what the device last counted: one that counts backwards was copied.
    """

    __tablename__ = "passkey"

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("passkey.name", ("staff", "staff_id"), Compartment.CORE, NAME)
    site: Mapped[str] = mapped_column(sa.String(253))
    credential: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes]
    counter: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
