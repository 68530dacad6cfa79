"""Incoming referrals, what could not be met, and those who wait outside until they have a place."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.access import Permission
from shelter.calendar import now
from shelter.codes.cases import Answer, Channel
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import DeclineReason, HowSheIs, Means, ReferralState, UnmetNeed, Urgency, WaitEnd
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import NAME
from shelter.partners.models import Institution


class Referral(Model):
    """A call or letter of an institution that asks a house to receive somebody."""

    __tablename__ = "referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.UniqueConstraint("house_id", "id"),
        sa.Index("ix_referral_house", "house_id", "state", "received_at"),
        sa.Index("ix_referral_received", "house_id", "received_at"),
        sa.Index("ix_referral_figures", "received_at", "to_house_id", "state", "institution_id", "house_id",
                 "foundation_id", "urgency", "decline_reason"),
        sa.Index(
            "ix_referral_sent_on_from", "sent_on_from_id",
            sqlite_where=sa.text("sent_on_from_id IS NOT NULL"),
            postgresql_where=sa.text("sent_on_from_id IS NOT NULL"),
        ),
    )
    read_by = Permission.REFERRAL_READ
    is_here = False
    team_ids: Collection[uuid.UUID] = frozenset()

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    house_id: Mapped[uuid.UUID]
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"))
    post_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("post.id"))
    case_id: Mapped[uuid.UUID | None]
    sent_on_from_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("referral.id"))
    means: Mapped[Means | None] = word(Means)
    received_at: Mapped[datetime]
    alerted_at: Mapped[datetime | None]
    is_alert_about: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    urgency: Mapped[Urgency] = word(Urgency)
    is_safe: Mapped[Answer] = word(Answer)
    needs_doctor: Mapped[Answer] = word(Answer)
    language: Mapped[SpokenLanguage | None] = word(SpokenLanguage)
    needs_interpreter: Mapped[Answer] = word(Answer, default=Answer.UNKNOWN)
    contact_channel: Mapped[Channel | None] = word(Channel)
    children: Mapped[int] = mapped_column(default=0)
    state: Mapped[ReferralState] = word(ReferralState, default=ReferralState.WAITING)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None]
    decline_reason: Mapped[DeclineReason | None] = word(DeclineReason)
    to_institution_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))
    to_house_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("house.id"))
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("referral.name", ("referral", "id"), Compartment.CORE, NAME)
    caller_sealed: Mapped[SealedBytes | None]
    caller = Sealed("referral.caller", ("referral", "id"), Compartment.CORE, NAME)
    contact_sealed: Mapped[SealedBytes | None]
    contact = Sealed("referral.contact", ("referral", "id"), Compartment.CORE, NAME)
    needs_sealed: Mapped[SealedBytes | None]
    needs = Sealed("referral.needs", ("referral", "id"), Compartment.CORE)
    safety_sealed: Mapped[SealedBytes | None]
    safety = Sealed("referral.safety", ("referral", "id"), Compartment.CORE)
    ages_sealed: Mapped[SealedBytes | None]
    ages = Sealed("referral.ages", ("referral", "id"), Compartment.CORE, NAME)
    number_sealed: Mapped[SealedBytes | None]
    number = Sealed("referral.number", ("referral", "id"), Compartment.CORE, NAME)
    conditions_sealed: Mapped[SealedBytes | None]
    conditions = Sealed("referral.conditions", ("referral", "id"), Compartment.CORE)
    answer_sealed: Mapped[SealedBytes | None]
    answer = Sealed("referral.answer", ("referral", "id"), Compartment.CORE)

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True, foreign_keys=[institution_id])


_OF_HOUSE = (["foundation_id", "house_id"], ["house.foundation_id", "house.id"])
_OF_REFERRAL = (["house_id", "referral_id"], ["referral.house_id", "referral.id"])


class Unmet(Model):
    """Something that she needed and could not be given; each need of a referral once."""

    __tablename__ = "unmet_need"
    __table_args__ = (
        sa.ForeignKeyConstraint(*_OF_HOUSE),
        sa.ForeignKeyConstraint(*_OF_REFERRAL),
        sa.UniqueConstraint("referral_id", "need"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    need: Mapped[UnmetNeed] = word(UnmetNeed)
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]


class Waiting(Model):
    """Somebody without a place in a house, whom the house asks every day how she is, until she has one.

    `told` counts who was told that a check is late: nobody, the team, the coordination, the coordination again on each
    day after. A check that reached her sets it back.
    """

    __tablename__ = "waiting_outside"
    __table_args__ = (
        sa.ForeignKeyConstraint(*_OF_HOUSE),
        sa.ForeignKeyConstraint(*_OF_REFERRAL),
        sa.Index(
            "uq_waiting_outside_open", "referral_id", unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "ix_waiting_outside_due", "due_at",
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID] = mapped_column(index=True)
    began_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    due_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended: Mapped[WaitEnd | None] = word(WaitEnd)
    ended_by_id: Mapped[uuid.UUID | None]
    lodging_sealed: Mapped[SealedBytes | None]
    lodging = Sealed("waiting.lodging", ("referral", "referral_id"), Compartment.CORE)
    ending_sealed: Mapped[SealedBytes | None]
    ending = Sealed("waiting.ending", ("referral", "referral_id"), Compartment.CORE)


class SafetyCheck(Model):
    """One day's word with somebody who waits outside: how she is, and what was done."""

    __tablename__ = "safety_check"
    __table_args__ = (sa.Index("ix_safety_check_waiting", "waiting_id", "checked_at"),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    waiting_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("waiting_outside.id"))
    referral_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("referral.id"))
    checked_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    how: Mapped[HowSheIs] = word(HowSheIs)
    done_sealed: Mapped[SealedBytes | None]
    done = Sealed("safety_check.done", ("referral", "referral_id"), Compartment.CORE)
