"""Incoming referrals."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.access import Permission
from shelter.calendar import now
from shelter.codes.cases import Answer
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import ReferralState, Urgency
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import NAME
from shelter.partners.models import Institution


class Referral(Model):
    """A call or letter of an institution that asks a house to receive somebody."""

    __tablename__ = "referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_referral_house", "house_id", "state", "received_at"),
        sa.Index("ix_referral_received", "house_id", "received_at"),
    )
    read_by = Permission.REFERRAL_READ
    is_here = False
    team_ids: Collection[uuid.UUID] = frozenset()

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    house_id: Mapped[uuid.UUID]
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"))
    case_id: Mapped[uuid.UUID | None]
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    urgency: Mapped[Urgency] = word(Urgency)
    is_safe: Mapped[Answer] = word(Answer)
    needs_doctor: Mapped[Answer] = word(Answer)
    language: Mapped[SpokenLanguage | None] = word(SpokenLanguage)
    children: Mapped[int] = mapped_column(default=0)
    state: Mapped[ReferralState] = word(ReferralState, default=ReferralState.WAITING)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None]
    name_sealed: Mapped[SealedBytes | None]
    name = Sealed("referral.name", ("referral", "id"), Compartment.CORE, NAME)
    caller_sealed: Mapped[SealedBytes | None]
    caller = Sealed("referral.caller", ("referral", "id"), Compartment.CORE, NAME)
    contact_sealed: Mapped[SealedBytes | None]
    contact = Sealed("referral.contact", ("referral", "id"), Compartment.CORE, NAME)
    needs_sealed: Mapped[SealedBytes | None]
    needs = Sealed("referral.needs", ("referral", "id"), Compartment.CORE)
    answer_sealed: Mapped[SealedBytes | None]
    answer = Sealed("referral.answer", ("referral", "id"), Compartment.CORE)

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True)
