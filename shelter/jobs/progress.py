"""How far a job is, written down now and then; and the place where it hears that it is to stop."""

from __future__ import annotations

import uuid
from threading import Event
from time import monotonic
from typing import Any

import sqlalchemy as sa

from shelter.audit.work import quietly
from shelter.db import db

from .models import Job

PACE = 1.0  # seconds between two looks
_TABLE: Any = Job.__table__


class Unwanted(Exception):
    """Whoever asked for it took that back."""


class Stopping(Exception):
    """The program ends: the job goes on when it runs again."""


class Progress:
    """Told by a job how far it is, outside of its transactions and as often as it likes; may break it off."""

    def __init__(self, job_id: uuid.UUID, stop: Event | None = None) -> None:
        self.job_id, self.stop = job_id, stop
        self.looked_at = float("-inf")
        self.done = self.total = 0

    def __call__(self, done: int, total: int | None = None) -> None:
        """So many are done, of so many. Raises Unwanted or Stopping."""
        self.done, self.total = done, self.total if total is None else total
        if self.stop is not None and self.stop.is_set():
            raise Stopping
        if monotonic() - self.looked_at >= PACE:
            self._write()

    def _write(self) -> None:
        self.looked_at = monotonic()
        with db.engine.connect() as connection:
            if connection.scalar(sa.select(_TABLE.c.is_unwanted).where(_TABLE.c.id == self.job_id)) is not False:
                raise Unwanted
        values = {"done": self.done, "total": self.total}
        quietly(lambda connection: connection.execute(
            sa.update(_TABLE).where(_TABLE.c.id == self.job_id).values(**values)
        ))
