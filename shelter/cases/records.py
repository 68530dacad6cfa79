"""What is recorded about a case and read by several features: stays, consents, how to contact her safely,
the two screenings before anything concerns her return, what was declared of her, searches."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.calendar import now
from shelter.codes.cases import Answer, AnsweredBy, Channel, ConsentAnswer, ConsentPurpose, Heard
from shelter.codes.outgoing import Screening
from shelter.codes.people import AgeBand, SpokenLanguage
from shelter.codes.protocol import Condition
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Versioned, word
from shelter.db.sealed import NAME
from shelter.partners.models import Bed

from .models import Case

OF_CASE = (["foundation_id", "case_id"], ["case.foundation_id", "case.id"])


class Stay(Model):
    """From arrival in the house until leaving it. One bed holds one person, one person one bed."""

    __tablename__ = "stay"
    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_CASE),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.ForeignKeyConstraint(["house_id", "bed_id"], ["bed.house_id", "bed.id"]),
        sa.CheckConstraint("left_at IS NULL OR left_at >= arrived_at", "leaves_after_arriving"),
        sa.Index(
            "uq_stay_bed_taken",
            "bed_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index(
            "uq_stay_case_present",
            "case_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index("ix_stay_case", "case_id", "arrived_at"),
        sa.Index("ix_stay_house_arrived", "house_id", "arrived_at"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    bed_id: Mapped[uuid.UUID]
    arrived_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    age_band: Mapped[AgeBand | None] = word(AgeBand)

    bed: Mapped[Bed] = relationship(viewonly=True, primaryjoin="Stay.bed_id == foreign(Bed.id)", uselist=False)
    case: Mapped[Case] = relationship(viewonly=True, primaryjoin="Stay.case_id == foreign(Case.id)", uselist=False)


class Consent(Model):
    """What she was asked, what she answered, until when, and whether she took it back. Shelter is never a purpose.

    `institution_id` and `fields` say exactly to whom, and which words of `codes.outgoing.Shared`, where that was asked.
    For a child `given_by` says who answered, `representative` their name and by what right, `heard` what she says.
    """

    __tablename__ = "consent"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE), sa.Index("ix_consent_case", "case_id"))

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    purpose: Mapped[ConsentPurpose] = word(ConsentPurpose)
    answer: Mapped[ConsentAnswer] = word(ConsentAnswer)
    language: Mapped[SpokenLanguage | None] = word(SpokenLanguage)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ends_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    by_id: Mapped[uuid.UUID]
    institution_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))
    fields: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    is_written: Mapped[bool] = mapped_column(default=False)
    given_by: Mapped[AnsweredBy] = word(AnsweredBy, default=AnsweredBy.HERSELF)
    heard: Mapped[Heard | None] = word(Heard)
    representative_sealed: Mapped[SealedBytes | None]
    representative = Sealed("consent.representative", ("case", "case_id"), Compartment.CORE, NAME)
    recipient_sealed: Mapped[SealedBytes | None]
    recipient = Sealed("consent.recipient", ("case", "case_id"), Compartment.CORE, NAME)


class SafeContact(Model):
    """How it is safe to reach her. The number is shown only after the conditions were read."""

    __tablename__ = "safe_contact"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE), sa.Index("ix_safe_contact_case", "case_id", "made_at"))

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    channel: Mapped[Channel] = word(Channel)
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    number_sealed: Mapped[SealedBytes | None]
    number = Sealed("safe_contact.number", ("case", "case_id"), Compartment.CORE, NAME)
    hours_sealed: Mapped[SealedBytes | None]
    hours = Sealed("safe_contact.hours", ("case", "case_id"), Compartment.CORE, NAME)
    code_word_sealed: Mapped[SealedBytes | None]
    code_word = Sealed("safe_contact.code_word", ("case", "case_id"), Compartment.CORE, NAME)
    pretext_sealed: Mapped[SealedBytes | None]
    pretext = Sealed("safe_contact.pretext", ("case", "case_id"), Compartment.CORE)
    never_sealed: Mapped[SealedBytes | None]
    never = Sealed("safe_contact.never", ("case", "case_id"), Compartment.CORE)


class Screened(Model):
    """What was found when she was asked, or when the risk was assessed. Rows are added; the last of a kind counts."""

    __tablename__ = "return_screening"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE), sa.Index("ix_return_screening_case", "case_id", "made_at"))

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    kind: Mapped[Screening] = word(Screening)
    answer: Mapped[Answer] = word(Answer)
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("return_screening.note", ("case", "case_id"), Compartment.CORE)


class RouteConditions(Versioned, Model):
    """What was declared of her that decides which steps concern her; what the file says need not be declared."""

    __tablename__ = "route_conditions"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    by_id: Mapped[uuid.UUID]
    declared_sealed: Mapped[SealedBytes | None]
    declared = Sealed("route_conditions.declared", ("case", "case_id"), Compartment.CORE)

    @property
    def conditions(self) -> list[Condition]:
        """The same as words of the list."""
        return [Condition(each) for each in json.loads(self.declared or "[]")]


class SavedSearch(Model):
    """Words somebody searched, sealed under their own key, so that no address carries them. Short-lived."""

    __tablename__ = "saved_search"

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime]
    words_sealed: Mapped[SealedBytes | None]
    words = Sealed("saved_search.words", ("staff", "staff_id"), Compartment.CORE)
