"""A job: who asked for what, how far it is, what came of it. What it was told and what it found are sealed."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.audit import Actor
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, word
from shelter.db.sealed import BYTES

from .kinds import KINDS, Kind, Result
from .rules import TRIED_AGAIN

KEPT = timedelta(days=7)
OWN = ("job", "id")


class Job(Model):
    """`about_id` is the record that it works on. Its keys are its own, and end with it a week after it was asked for.

    `done` of `total` are whatever it counts (lines, cases); a total of 0 is not known.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_by", "by_id", "asked_at"), sa.Index("ix_job_state", "state"),
        sa.Index("ix_job_about", "about_id"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(sa.String(40))
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    about_id: Mapped[uuid.UUID | None]
    language: Mapped[str] = mapped_column(sa.String(5))
    state: Mapped[JobState] = word(JobState, default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    is_unwanted: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + KEPT, index=True)
    order_sealed: Mapped[SealedBytes | None]
    order = Sealed("job.order", OWN, Compartment.CORE)
    problem_sealed: Mapped[SealedBytes | None]
    problem = Sealed("job.problem", OWN, Compartment.CORE)
    facts_sealed: Mapped[SealedBytes | None]
    facts = Sealed("job.facts", OWN, Compartment.CORE)
    file_sealed: Mapped[SealedBytes | None] = mapped_column(deferred=True)
    file = Sealed("job.file", OWN, Compartment.CORE, 4096, BYTES)

    @property
    def what(self) -> Kind:
        """Its kind."""
        return KINDS[self.kind]

    @property
    def by(self) -> Actor:
        """In whose name it is done."""
        return Actor("staff", self.by_id)

    @property
    def told(self) -> dict[str, Any]:
        """What was asked for."""
        return dict(json.loads(self.order or "{}"))

    @property
    def found(self) -> dict[str, Any]:
        """What came of it."""
        return dict(json.loads(self.facts or "{}"))

    def set_result(self, found: Result) -> None:
        """Keep what came of it."""
        self.facts, self.file = json.dumps(found.facts), found.file

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state not in {JobState.WAITING, JobState.RUNNING}

    @property
    def may_go_better(self) -> bool:
        """Whether trying again can help."""
        return self.state in TRIED_AGAIN

    @property
    def share(self) -> int | None:
        """How much of it is done, in percent; None while that is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None
