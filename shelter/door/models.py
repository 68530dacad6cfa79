"""Somebody asked about a person: who, by which paper, what was answered. And what the card for the door says."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.access import Permission
from shelter.calendar import now
from shelter.codes.door import Approach, Asker, Given, Paper, RequestState, Told
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, Versioned, word
from shelter.db.sealed import NAME


class DoorRequest(Model):
    """A request at the door of a house. It is about a case only where somebody who sees that case said so."""

    __tablename__ = "door_request"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.Index("ix_door_request_house", "house_id", "state", "came_at"),
        sa.Index(
            "ix_door_request_case", "case_id",
            sqlite_where=sa.text("case_id IS NOT NULL"), postgresql_where=sa.text("case_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_door_request_deadline", "deadline_at",
            sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )
    read_by = Permission.DOOR_READ
    is_here = False
    team_ids: Collection[uuid.UUID] = frozenset()

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("foundation.id"))
    house_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID | None]
    asker: Mapped[Asker] = word(Asker)
    approach: Mapped[Approach] = word(Approach)
    paper: Mapped[Paper] = word(Paper)
    came_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    deadline_at: Mapped[datetime | None]
    told_late: Mapped[int] = mapped_column(default=0)
    state: Mapped[RequestState] = word(RequestState, default=RequestState.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None]
    given: Mapped[Given | None] = word(Given)
    told: Mapped[Told | None] = word(Told)
    told_at: Mapped[datetime | None]
    who_sealed: Mapped[SealedBytes | None]
    who = Sealed("door_request.who", ("door_request", "id"), Compartment.CORE, NAME)
    number_sealed: Mapped[SealedBytes | None]
    number = Sealed("door_request.number", ("door_request", "id"), Compartment.CORE, NAME)
    scope_sealed: Mapped[SealedBytes | None]
    scope = Sealed("door_request.scope", ("door_request", "id"), Compartment.CORE)
    at_once_sealed: Mapped[SealedBytes | None]
    at_once = Sealed("door_request.at_once", ("door_request", "id"), Compartment.CORE)
    answer_sealed: Mapped[SealedBytes | None]
    answer = Sealed("door_request.answer", ("door_request", "id"), Compartment.CORE)
    why_not_told_sealed: Mapped[SealedBytes | None]
    why_not_told = Sealed("door_request.why_not_told", ("door_request", "id"), Compartment.CORE)


class NightCard(Versioned, Model):
    """Whom to call at night from a house, as its coordination wrote it: a name and a number in each line."""

    __tablename__ = "night_card"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "house_id"], ["house.foundation_id", "house.id"]),
        sa.UniqueConstraint("house_id"),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    house_id: Mapped[uuid.UUID]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    calls_sealed: Mapped[SealedBytes | None]
    calls = Sealed("night_card.calls", ("house", "house_id"), Compartment.CORE)
