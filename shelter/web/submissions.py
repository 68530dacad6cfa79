"""Forms that were saved, by their keys: the same form again changes nothing."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Mapped, mapped_column

from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import Model, db, rows_of
from shelter.db.written import ask
from shelter.rounds import every


class Submission(Model):
    """A form that was saved: its key, and where its answer led. The same key again changes nothing."""

    __tablename__ = "submission"

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID]
    url: Mapped[str] = mapped_column(sa.String(200))
    saved_at: Mapped[datetime] = mapped_column(default=now, index=True)
    digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))


Before = sa.Row[tuple[str, uuid.UUID, bytes | None]]
"""Where the answer of a form that was saved led, whose it was, and the digest of what it said."""


def before(key: uuid.UUID) -> Before | None:
    """The form of that key, when it was saved already."""
    return next(iter(rows_of(_SAVED, key=key)), None)


def keep(key: uuid.UUID, staff_id: uuid.UUID, url: str) -> None:
    """Note, in the transaction that saves it, that it was."""
    values = {"key": key, "staff_id": staff_id, "url": url, "saved_at": now(), "digest": digest()}
    ask(db.session.connection(), _KEEP, values)


def digest() -> bytes:
    """SHA-256 of the answers of the form that is sent, keyed by the form's own key."""
    answers = sorted((name, text) for name, text in request.form.items(multi=True) if name not in _ABOUT_THE_FORM)
    return hashlib.sha256(repr((request.form.get("submit_key"), answers)).encode()).digest()


@every(hours=1)
def forget_submissions() -> None:
    """Keys of forms that nobody can send again: their pages stopped being good after a day."""
    day = now() - timedelta(days=2)
    quietly(lambda connection: connection.execute(_FORGET, {"day": day}))


_FORGET = sa.delete(Submission.__table__).where(Submission.saved_at < sa.bindparam("day"))  # type: ignore[arg-type]
_ABOUT_THE_FORM = {"csrf_token", "draft", "version", "seen"}
_KEEP = sa.insert(Submission.__table__).inline()  # type: ignore[arg-type]
_SAVED = sa.select(Submission.url, Submission.staff_id, Submission.digest).where(Submission.key == sa.bindparam("key"))
