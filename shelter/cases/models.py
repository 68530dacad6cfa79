"""Person, case, team and timeline. A person is not a case, and a case is not a stay."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.access import Permission
from shelter.calendar import Precision, now
from shelter.codes.cases import Answer, CaseState, Exploitation, Milestone, Stage
from shelter.codes.people import AgeBand, DocumentKind, Sex, SpokenLanguage
from shelter.codes.services import Discipline
from shelter.db import Answers, Compartment, Key, Model, Sealed, SealedBytes, Versioned, word
from shelter.db.sealed import NAME, PARTIAL_DATE


class Person(Versioned, Model):
    """A person, in one foundation. What names or tells is sealed; codes needed for figures are not."""

    __tablename__ = "person"
    __table_args__ = (sa.UniqueConstraint("foundation_id", "id"),)

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    same_person_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    name_used_sealed: Mapped[SealedBytes | None]
    name_used = Sealed("person.name_used", ("person", "id"), Compartment.CORE, NAME)
    names_sealed: Mapped[SealedBytes | None]
    names = Sealed("person.names", ("person", "id"), Compartment.CORE, NAME)
    surnames_sealed: Mapped[SealedBytes | None]
    surnames = Sealed("person.surnames", ("person", "id"), Compartment.CORE, NAME)
    birth_sealed: Mapped[SealedBytes | None]
    birth = Sealed("person.birth", ("person", "id"), Compartment.CORE, NAME, PARTIAL_DATE)
    document_kind: Mapped[DocumentKind | None] = word(DocumentKind)
    document_sealed: Mapped[SealedBytes | None]
    document = Sealed("person.document", ("person", "id"), Compartment.CORE, NAME)
    document_lookup: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    document_is_doubtful: Mapped[bool] = mapped_column(default=False)
    phone_sealed: Mapped[SealedBytes | None]
    phone = Sealed("person.phone", ("person", "id"), Compartment.CORE, NAME)
    phone_lookup: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    sex: Mapped[Sex | None] = word(Sex)
    nationality: Mapped[str | None] = mapped_column(sa.String(2))
    language: Mapped[SpokenLanguage | None] = word(SpokenLanguage)
    unanswered: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)


class Case(Model):
    """One passage of a person through the programme, known on screens and paper by its random code."""

    __tablename__ = "case"
    __table_args__ = (
        sa.UniqueConstraint("foundation_id", "id"),
        sa.ForeignKeyConstraint(["foundation_id", "person_id"], ["person.foundation_id", "person.id"]),
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.Index("ix_case_house_list", "house_id", "state", "opened_at", "id"),
        sa.Index("ix_case_foundation_list", "foundation_id", "state", "opened_at", "id"),
        sa.Index("ix_case_house_all", "house_id", "opened_at", "id"),
        sa.Index("ix_case_foundation_all", "foundation_id", "opened_at", "id"),
        sa.Index("ix_case_all", "opened_at", "id"),
        sa.Index("ix_case_state_all", "state", "opened_at", "id"),
        sa.Index(
            "ix_case_present", "house_id", sqlite_where=sa.text("is_present"), postgresql_where=sa.text("is_present")
        ),
    )
    read_by = Permission.CASE_READ

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    house_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    state: Mapped[CaseState] = word(CaseState, default=CaseState.OPEN)
    is_present: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    exploitation: Mapped[dict[Exploitation, Answer]] = mapped_column(Answers, default=dict)
    exploited_in: Mapped[str | None] = mapped_column(sa.String(2))
    story_sealed: Mapped[SealedBytes | None]
    story = Sealed("case.story", ("case", "id"), Compartment.CORE)

    person: Mapped[Person] = relationship()
    team: Mapped[list[TeamMember]] = relationship(back_populates="case")
    card: Mapped[CaseCard] = relationship(back_populates="case")

    @property
    def is_here(self) -> bool:
        """In the house or arriving there: whoever is on shift in the house cares for her."""
        return self.state is CaseState.OPEN

    @property
    def team_ids(self) -> Collection[uuid.UUID]:
        """Staff who are on the team today."""
        return {member.staff_id for member in self.team if member.left_at is None}


class TeamMember(Model):
    """Who cares for the case, in which discipline, since when. `opened_at` is the case's: lists are in that order."""

    __tablename__ = "team_member"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index(
            "ix_team_member_staff",
            "staff_id",
            "opened_at",
            "case_id",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index("ix_team_member_case", "case_id", "staff_id"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    discipline: Mapped[Discipline] = word(Discipline)
    joined_at: Mapped[datetime] = mapped_column(default=now)
    left_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="team")


class TimelineEntry(Model):
    """What happened in a case. Rows are added and never changed; a correction names the row it corrects."""

    __tablename__ = "timeline_entry"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_timeline_entry_case", "case_id", "occurred_at"),
        sa.Index("ix_timeline_entry_milestone", "milestone", "occurred_at"),
        sa.Index(
            "ix_timeline_entry_corrects",
            "corrects_id",
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    milestone: Mapped[Milestone] = word(Milestone)
    occurred_at: Mapped[datetime]
    precision: Mapped[str] = mapped_column(sa.String(8), default=Precision.MOMENT)
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID | None]
    about_id: Mapped[uuid.UUID | None]
    detail: Mapped[str | None] = mapped_column(sa.String(40))
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    corrects_id: Mapped[uuid.UUID | None]


class CaseCard(Model):
    """What lists show of a case, kept up to date in the transaction that changes it."""

    __tablename__ = "case_card"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index(
            "ix_case_card_due",
            "next_due_on",
            "case_id",
            sqlite_where=sa.text("next_due_on IS NOT NULL"),
            postgresql_where=sa.text("next_due_on IS NOT NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    foundation_id: Mapped[uuid.UUID]
    stage: Mapped[Stage] = word(Stage, default=Stage.ARRIVAL)
    bed: Mapped[str | None] = mapped_column(sa.String(64))
    last_service_at: Mapped[datetime | None]
    next_due_on: Mapped[date | None]
    next_step: Mapped[str | None] = mapped_column(sa.String(40))
    lead_id: Mapped[uuid.UUID | None]
    is_safe: Mapped[Answer | None] = word(Answer)
    needs_doctor: Mapped[Answer | None] = word(Answer)
    needs_interpreter: Mapped[Answer | None] = word(Answer)

    case: Mapped[Case] = relationship(back_populates="card")
