"""When each round was done last: kept in the database, so that a new start neither repeats nor loses one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.db import Model


class LastRound(Model):
    """A round's last run. `failures` counts those in a row that did not end well; `problem` is the last one's kind."""

    __tablename__ = "last_round"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    due_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(sa.String(80), default="")
