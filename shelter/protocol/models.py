"""A version of the protocol with its phases and steps; what is said of them, and which institution said yes to what."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.calendar import now
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit, ValidatedBy, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Versioned, Words, word
from shelter.db.sealed import NAME

from .rules import Happening, Limit, Phase, Step


class ProtocolVersion(Versioned, Model):
    """A version. Published, it never changes; `stamp` counts the validations that came to it since it was made."""

    __tablename__ = "protocol_version"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[VersionState] = word(VersionState, default=VersionState.DRAFT)
    title: Mapped[dict[str, str]] = mapped_column(Words)
    note: Mapped[dict[str, str] | None] = mapped_column(Words)
    cut_off: Mapped[time] = mapped_column(default=time(17))
    based_on_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("protocol_version.id"))
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    starts_on: Mapped[date | None] = mapped_column(unique=True)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    stamp: Mapped[int] = mapped_column(default=0)

    phases: Mapped[list[ProtocolPhase]] = relationship(order_by="ProtocolPhase.number", viewonly=True)
    steps: Mapped[list[ProtocolStep]] = relationship(order_by="ProtocolStep.place", viewonly=True)

    @property
    def is_open(self) -> bool:
        """Whether it may still be written."""
        return self.state in {VersionState.DRAFT, VersionState.COMMENTS}

    @property
    def is_published(self) -> bool:
        """Whether it holds, or held, or will."""
        return self.state is VersionState.PUBLISHED


class ProtocolWriter(Model):
    """Who wrote something of a version: she does not publish it."""

    __tablename__ = "protocol_writer"

    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)


class ProtocolPhase(Versioned, Model):
    """A phase of a version."""

    __tablename__ = "protocol_phase"
    __table_args__ = (sa.UniqueConstraint("protocol_id", "key"),)

    id: Mapped[Key]
    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Words)

    def as_value(self) -> Phase:
        """In plain values."""
        return Phase(self.key, self.name, self.number)


class ProtocolStep(Versioned, Model):
    """A step of a version. `digest` is of all that it asks: a yes to other words is no yes to it."""

    __tablename__ = "protocol_step"
    __table_args__ = (sa.UniqueConstraint("protocol_id", "key"),)

    id: Mapped[Key]
    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"))
    phase_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_phase.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    place: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Words)
    procedure: Mapped[dict[str, str]] = mapped_column(Words)
    responsible: Mapped[InstitutionKind | None] = word(InstitutionKind)
    institution_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("institution.id"))
    start: Mapped[Start] = word(Start)
    starts_with: Mapped[Milestone | None] = word(Milestone)
    starts_detail: Mapped[str] = mapped_column(sa.String(40), default="")
    after: Mapped[str] = mapped_column(sa.String(40), default="")
    limit_amount: Mapped[int | None]
    limit_unit: Mapped[Unit | None] = word(Unit)
    standing: Mapped[Standing] = word(Standing)
    basis: Mapped[dict[str, str] | None] = mapped_column(Words)
    evidence: Mapped[str] = mapped_column(sa.String(80), default=Evidence.WORD.value)
    happening: Mapped[Milestone | None] = word(Milestone)
    happening_detail: Mapped[str] = mapped_column(sa.String(40), default="")
    applies_to: Mapped[str] = mapped_column(sa.String(200), default="")
    is_beside: Mapped[bool] = mapped_column(default=False)
    may_be_skipped: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)

    def as_value(
        self, phase: str, number: str, *, is_validated: bool = False, silent: frozenset[uuid.UUID] = frozenset(),
        is_awaited: bool = False,
    ) -> Step:
        """In plain values."""
        return Step(
            id=self.id, key=self.key, number=number, phase=phase, name=self.name, responsible=self.responsible,
            start=self.start, starts_with=_happening(self.starts_with, self.starts_detail), after=self.after,
            limit=Limit(self.limit_amount, self.limit_unit) if self.limit_amount and self.limit_unit else None,
            standing=self.standing, evidence=frozenset(map(Evidence, self.evidence.split())),
            happening=_happening(self.happening, self.happening_detail),
            applies_to=frozenset(map(Condition, self.applies_to.split())), is_beside=self.is_beside,
            may_be_skipped=self.may_be_skipped, is_validated=is_validated, silent=silent,
            is_awaited=is_awaited, institution_id=self.institution_id,
        )


def _happening(milestone: Milestone | None, detail: str) -> Happening | None:
    return Happening(milestone, detail) if milestone else None


class ProtocolComment(Model):
    """What somebody of the team says of a step of a version; of all of it, where no step is named."""

    __tablename__ = "protocol_comment"
    __table_args__ = (sa.Index("ix_protocol_comment_protocol", "protocol_id", "step_key", "at"),)

    id: Mapped[Key]
    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"))
    step_key: Mapped[str] = mapped_column(sa.String(40), default="")
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    text_sealed: Mapped[SealedBytes | None]
    text = Sealed("protocol_comment.text", ("staff", "by_id"), Compartment.CORE)


class StepValidation(Model):
    """What an institution answered about the words of a step: yes, or what it wants changed. The latest counts."""

    __tablename__ = "step_validation"

    id: Mapped[Key]
    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"), index=True)
    step_key: Mapped[str] = mapped_column(sa.String(40))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    agrees: Mapped[bool]
    answered_on: Mapped[date]
    way: Mapped[ValidatedBy] = word(ValidatedBy)
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    act: Mapped[str] = mapped_column(sa.String(80), default="")
    officer_sealed: Mapped[SealedBytes | None]
    officer = Sealed("step_validation.officer", ("institution", "institution_id"), Compartment.CORE, NAME)
    post_sealed: Mapped[SealedBytes | None]
    post = Sealed("step_validation.post", ("institution", "institution_id"), Compartment.CORE, NAME)
    remark_sealed: Mapped[SealedBytes | None]
    remark = Sealed("step_validation.remark", ("institution", "institution_id"), Compartment.CORE)


class ValidationRequest(Model):
    """An institution is asked about the steps of a version that are its own: what a slip for its answer is about."""

    __tablename__ = "validation_request"
    __table_args__ = (sa.UniqueConstraint("protocol_id", "institution_id"),)

    id: Mapped[Key]
    protocol_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("protocol_version.id"))
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"))
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    @property
    def reference(self) -> str:
        """What stands on the letter and is said on the telephone."""
        return reference_of(self.id)


def reference_of(request_id: uuid.UUID) -> str:
    """The reference of a request, by its id."""
    return f"PR-{str(request_id)[:6].upper()}"
