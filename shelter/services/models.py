"""One service on one day: what all may see, a headline for those who care for her, a body for one discipline."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import now
from shelter.codes.people import AgeBand
from shelter.codes.services import Discipline, Modality, NotHeld, ServiceType
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word


class Service(Model):
    """The body is sealed in the compartment of its discipline."""

    __tablename__ = "service"
    __table_args__ = (
        sa.ForeignKeyConstraint(["foundation_id", "case_id"], ["case.foundation_id", "case.id"]),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 1440", "lasts_a_day_at_most"),
        sa.Index("ix_service_case", "case_id", "occurred_at"),
        sa.Index("ix_service_by", "by_id", "occurred_at", "case_id"),
        sa.Index("ix_service_figures", "occurred_at", "discipline", "type", "case_id"),
        sa.Index(
            "ix_service_corrects",
            "corrects_id",
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    foundation_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    discipline: Mapped[Discipline] = word(Discipline)
    type: Mapped[ServiceType] = word(ServiceType)
    was_held: Mapped[bool] = mapped_column(default=True)
    not_held: Mapped[NotHeld | None] = word(NotHeld)
    modality: Mapped[Modality] = word(Modality)
    minutes: Mapped[int | None]
    occurred_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[uuid.UUID]
    age_band: Mapped[AgeBand | None] = word(AgeBand)
    corrects_id: Mapped[uuid.UUID | None]
    headline_sealed: Mapped[SealedBytes | None]
    headline = Sealed("service.headline", ("case", "case_id"), Compartment.CORE)
    body_sealed: Mapped[SealedBytes | None]
    body = Sealed("service.body", ("case", "case_id"), lambda row: Compartment(row.discipline.value))
