"""Submitting a form: once, whole, and told in one sentence."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Mapped, mapped_column

from shelter.audit import work
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import Model, db, rows_of
from shelter.jobs import every
from shelter.rules import RuleBroken, Stale
from shelter.texts import say as _

from .forms import Form
from .gate import me

log = logging.getLogger("shelter")


class Submission(Model):
    """A form that was saved: its key, and where its answer led. The same key again changes nothing."""

    __tablename__ = "submission"

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID]
    url: Mapped[str] = mapped_column(sa.String(200))
    saved_at: Mapped[datetime] = mapped_column(default=now, index=True)


def submit(
    form: Form,
    action: str,
    do: Callable[[], Any],
    *,
    to: str | Callable[[Any], str],
    on: Any = None,
    said: Any = "",
) -> ResponseReturnValue | None:
    """Do what a good form asks, in one transaction with its audit row, and redirect; None when the page must be shown.

    `to` is the address afterwards, or makes it from what `do` returned; `said` is the sentence there (None: none).
    """
    if not form.is_good() or (key := _key(form)) is None:
        return None
    try:
        with work(action, by=me().actor, on=on):
            if before := _before(key):
                raise _Repeated(before)
            result = do()
            url = to(result) if callable(to) else to
            db.session.connection().execute(_KEEP, {"key": key, "staff_id": me().id, "url": url, "saved_at": now()})
    except _Repeated as repeated:
        return _again(repeated.before)
    except (RuleBroken, Stale) as refused:
        return _refused(form, key, refused)
    except sa.exc.IntegrityError as error:
        log.warning("%s was refused by the database: %s", action, type(error.orig).__name__)
        return _lost_race(form, key)
    if said is not None:
        flash(str(said or _("Saved")), "success")
    return redirect(url, 303)


def _before(key: uuid.UUID) -> Before | None:
    return next(iter(rows_of(_SAVED, key=key)), None)


@every(hours=1)
def forget_submissions() -> None:
    """Keys of forms that nobody can send again: their pages stopped being good after a day."""
    before = now() - timedelta(days=2)
    quietly(lambda connection: connection.execute(_FORGET, {"before": before}))


_FORGET = sa.delete(Submission.__table__).where(Submission.saved_at < sa.bindparam("before"))  # type: ignore[arg-type]
_KEEP = sa.insert(Submission.__table__)  # type: ignore[arg-type]
_SAVED = sa.select(Submission.url, Submission.staff_id).where(Submission.key == sa.bindparam("key"))
Before = sa.Row[tuple[str, uuid.UUID]]
"""Where the answer of a form that was saved led, and whose it was."""


class _Repeated(Exception):
    def __init__(self, before: Before) -> None:
        self.before = before


def _key(form: Form) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.submit_key.data or "")
    except ValueError:
        form.refuse(RuleBroken(_("This form is not complete. Check it and send it again.")))
        form.submit_key.data = str(uuid.uuid4())
        return None


def _again(before: Before) -> ResponseReturnValue:
    flash(_("It was already saved."), "notice")
    return redirect(before.url if before.staff_id == me().id else "/", 303)


def _refused(form: Form, key: uuid.UUID, why: RuleBroken | Stale) -> ResponseReturnValue | None:
    """Its twin may have been saved while this one waited: then it is no refusal."""
    if before := _before(key):
        return _again(before)
    form.compare(why) if isinstance(why, Stale) else form.refuse(why)
    return None


def _lost_race(form: Form, key: uuid.UUID) -> ResponseReturnValue | None:
    if before := _before(key):
        return _again(before)
    form.refuse(RuleBroken(_("Somebody else saved this at the same moment. Look at it again before you send it.")))
    form.status = 409
    return None
