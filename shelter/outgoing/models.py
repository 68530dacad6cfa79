"""An outgoing referral, and the answers to it."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.calendar import now
from shelter.cases.records import OF_CASE, Consent
from shelter.codes.outgoing import Basis, NotAttended, NotTold, OutgoingState, Shared, Through, WithdrawnWhy
from shelter.codes.people import AgeBand
from shelter.codes.referrals import InstitutionKind, Urgency
from shelter.codes.services import ServiceType
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import ALTERED, NAME
from shelter.partners.models import Institution, Post


class Outgoing(Model):
    """What an institution is asked for, and what it was told. `sent` is word for word what left, as JSON: see `left`.

    Before it leaves `sent` is what was read to her, and `consent_id` her answer to it: to this, and to nothing else.

    The kind of institution is kept as it was then, for the figures. `withdrawn_at` of one that waits for its answer:
    since then it does not hold any more, and somebody has to decide whether it is withdrawn.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_CASE),
        sa.Index("ix_outgoing_case", "case_id", "made_at"),
        sa.Index("ix_outgoing_institution", "institution_id", "state"),
        sa.Index("ix_outgoing_sent", "sent_at"),
        sa.Index(
            "ix_outgoing_waiting", "state", "sent_at",
            sqlite_where=sa.text("state IN ('prepared', 'sent', 'received')"),
            postgresql_where=sa.text("state IN ('prepared', 'sent', 'received')"),
        ),
        sa.Index(
            "ix_outgoing_review", "case_id",
            sqlite_where=sa.text("basis != 'consent' AND reviewed_at IS NULL"),
            postgresql_where=sa.text("basis != 'consent' AND reviewed_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    institution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("institution.id"))
    institution_kind: Mapped[InstitutionKind] = word(InstitutionKind)
    post_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("post.id"))
    service: Mapped[ServiceType] = word(ServiceType)
    urgency: Mapped[Urgency] = word(Urgency)
    basis: Mapped[Basis] = word(Basis)
    consent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("consent.id"))
    fields: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    state: Mapped[OutgoingState] = word(OutgoingState, default=OutgoingState.PREPARED)
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    made_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[uuid.UUID | None]
    heard_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    not_told: Mapped[NotTold | None] = word(NotTold)
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[uuid.UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[WithdrawnWhy | None] = word(WithdrawnWhy)
    needs_sealed: Mapped[SealedBytes | None]
    needs = Sealed("outgoing.needs", ("case", "case_id"), Compartment.CORE)
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("outgoing.note", ("case", "case_id"), Compartment.CORE)
    grounds_sealed: Mapped[SealedBytes | None]
    grounds = Sealed("outgoing.grounds", ("case", "case_id"), Compartment.CORE)
    reply_to_sealed: Mapped[SealedBytes | None]
    reply_to = Sealed("outgoing.reply_to", ("case", "case_id"), Compartment.CORE, NAME)
    sent_sealed: Mapped[SealedBytes | None]
    sent = Sealed("outgoing.sent", ("case", "case_id"), Compartment.CORE)

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True)
    post: Mapped[Post | None] = relationship(viewonly=True)
    consent: Mapped[Consent | None] = relationship(viewonly=True)

    @property
    def shared(self) -> list[Shared]:
        """What leaves, in the order in which it is printed."""
        return [Shared(each) for each in self.fields]

    @property
    def left(self) -> list[tuple[str, str]]:
        """What left, word for word: (word of Shared, text); where it was altered since, a sentence that says so."""
        text = self.sent
        if not text or text.startswith(ALTERED):
            return [(str(Shared.NEEDS), text)] if text else []
        return [(word, value) for word, value in json.loads(text)]

    @left.setter
    def left(self, lines: list[tuple[str, str]]) -> None:
        self.sent = json.dumps(lines, ensure_ascii=False)


class Reply(Model):
    """What the institution answered, by slip or as somebody of the house heard it. The last one stands."""

    __tablename__ = "outgoing_reply"
    __table_args__ = (sa.ForeignKeyConstraint(*OF_CASE), sa.Index("ix_outgoing_reply", "outgoing_id", "entered_at"))

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    outgoing_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("outgoing.id"))
    state: Mapped[OutgoingState] = word(OutgoingState)
    reason: Mapped[NotAttended | None] = word(NotAttended)
    through: Mapped[Through] = word(Through)
    attended_on: Mapped[date | None]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID | None]
    who_sealed: Mapped[SealedBytes | None]
    who = Sealed("outgoing_reply.who", ("case", "case_id"), Compartment.CORE, NAME)
    note_sealed: Mapped[SealedBytes | None]
    note = Sealed("outgoing_reply.note", ("case", "case_id"), Compartment.CORE)
