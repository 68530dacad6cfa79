"""Staff, their dated assignments, their sessions, the browsers that are known."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.access import Role
from shelter.calendar import now, today
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import NAME


class Staff(Model):
    """A member of staff. Name and e-mail are sealed; the e-mail is found by its keyed digest."""

    __tablename__ = "staff"

    id: Mapped[Key]
    email_lookup: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    email_sealed: Mapped[SealedBytes | None]
    email = Sealed("staff.email", ("staff", "id"), Compartment.CORE, NAME)
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("staff.name", ("staff", "id"), Compartment.CORE, NAME)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    totp_secret_sealed: Mapped[SealedBytes | None]
    totp_secret = Sealed("staff.totp_secret", ("staff", "id"), Compartment.CORE, NAME)
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    language: Mapped[str | None] = mapped_column(sa.String(5))
    theme: Mapped[str] = mapped_column(sa.String(10), default="system")
    is_active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    opened_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]

    assignments: Mapped[list[Assignment]] = relationship(back_populates="staff", order_by="Assignment.from_on")

    @property
    def was_opened(self) -> bool:
        """Whether somebody has used it: then a new link takes two people."""
        return self.opened_at is not None or self.password_hash is not None


class Assignment(Model):
    """A role held in a foundation or a house, from a day to a day. Several at once are possible."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_it_starts"),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
    )

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    role: Mapped[Role] = word(Role)
    foundation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("foundation.id"))
    house_id: Mapped[uuid.UUID | None]
    from_on: Mapped[date] = mapped_column(default=today)
    to_on: Mapped[date | None]

    staff: Mapped[Staff] = relationship(back_populates="assignments")


class StaffSession(Model):
    """A session. The browser holds a random reference; here is only its SHA-256.

    `fresh_at` is when a factor was last given; `challenge` is what a passkey must answer, once and soon.
    """

    __tablename__ = "staff_session"

    id: Mapped[Key]
    reference: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    code_given_at: Mapped[datetime | None]
    fresh_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    challenge: Mapped[bytes | None] = mapped_column(sa.LargeBinary(64))
    challenged_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(sa.String(120), default="")


class KnownDevice(Model):
    """A browser in which somebody signed in wholly. It holds a random reference; here is only its keyed digest."""

    __tablename__ = "known_device"
    __table_args__ = (sa.UniqueConstraint("staff_id", "digest"),)

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)


class Attempt(Model):
    """Sign-ins that failed lately, by keyed digest of account and of network: to slow down, never to lock out."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[Key]
    account: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    network: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    at: Mapped[datetime] = mapped_column(default=now, index=True)
