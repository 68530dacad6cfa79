"""Telling, reading, forgetting after 90 days."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db
from shelter.rounds import every

from .kinds import KINDS
from .models import Notice

KEPT = timedelta(days=90)


def tell(whom: Iterable[uuid.UUID], word: str, *, about: Any = None, but: uuid.UUID | None = None) -> None:
    """A notice to each of them, in the transaction at hand; who did it herself (`but`) needs none."""
    if word not in KINDS:
        raise KeyError(f"no notice is called {word}")
    about_id, code = getattr(about, "id", None), getattr(about, "code", None)
    db.session.add_all(
        Notice(staff_id=each, word=word, about_id=about_id, code=code) for each in dict.fromkeys(whom) if each != but
    )


def read(notice: Notice) -> Notice:
    """It was opened."""
    notice.read_at = notice.read_at or now()
    return notice


def read_all(staff_id: uuid.UUID) -> None:
    """All that wait are read."""
    hers = sa.update(Notice).where(Notice.staff_id == staff_id, Notice.read_at.is_(None))
    db.session.execute(hers.values(read_at=now()))


@every(hours=1)
def forget_notices() -> None:
    """Read or not, after 90 days."""
    quietly(lambda connection: connection.execute(_FORGET, {"before": now() - KEPT}))


_FORGET = sa.delete(Notice.__table__).where(Notice.at < sa.bindparam("before"))  # type: ignore[arg-type]
