"""Submitting a form: once, whole, and told in one sentence."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect
from flask.typing import ResponseReturnValue

from shelter.audit import work
from shelter.rules import RuleBroken, Stale
from shelter.texts import say as _

from . import calm, drafts, submissions
from .forms import Form
from .gate import me
from .submissions import Before, before
from .submissions import Submission as Submission

log = logging.getLogger("shelter")


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
        url = _save(form, key, action, do, to, on)
    except _Repeated as repeated:
        return _again(repeated.twin)
    except (RuleBroken, Stale) as refused:
        return _refused(form, key, refused)
    except calm.FAILURES as error:
        _put_off(form, error)
        return None
    except sa.exc.IntegrityError as error:
        log.warning("%s was refused by the database: %s", action, type(error.orig).__name__)
        return _lost_race(form, key)
    if said is not None:
        flash(str(said or _("Saved")), "success")
    return redirect(url, 303)


def _save(
    form: Form, key: uuid.UUID, action: str, do: Callable[[], Any], to: str | Callable[[Any], str], on: Any,
) -> str:
    """Do it, in one transaction; the address afterwards."""
    with work(action, by=me().actor, on=on):
        if twin := before(key):
            raise _Repeated(twin)
        result = do()
        url = to(result) if callable(to) else to
        submissions.keep(key, me().id, url)
        if form.draft.data:
            drafts.spend(key, me().id)
    calm.saved_again()
    return url


class _Repeated(Exception):
    def __init__(self, twin: Before) -> None:
        self.twin = twin


def _key(form: Form) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.submit_key.data or "")
    except ValueError:
        form.refuse(RuleBroken(_("This form is not complete. Check it and send it again.")))
        form.submit_key.data = str(uuid.uuid4())
        return None


def _again(twin: Before) -> ResponseReturnValue:
    """It was saved already; what was changed in it since is kept, not saved."""
    if twin.staff_id != me().id:
        flash(_("It was already saved."), "notice")
        return redirect("/", 303)
    if twin.digest not in {None, submissions.digest()} and drafts.keep_changed(me().id, me().actor):
        flash(_("It was saved before you changed it. What you changed was not saved: it is kept as a draft."), "notice")
    else:
        flash(_("It was already saved."), "notice")
    return redirect(twin.url, 303)


def _refused(form: Form, key: uuid.UUID, why: RuleBroken | Stale) -> ResponseReturnValue | None:
    """Its twin may have been saved while this one waited: then it is no refusal."""
    if twin := before(key):
        return _again(twin)
    form.compare(why) if isinstance(why, Stale) else form.refuse(why)
    return None


def _put_off(form: Form, error: Exception) -> None:
    if not calm.cannot_save(error):
        raise error
    calm.forget()
    form.put_off(calm.CANNOT)


def _lost_race(form: Form, key: uuid.UUID) -> ResponseReturnValue | None:
    if twin := before(key):
        return _again(twin)
    form.refuse(RuleBroken(_("Somebody else saved this at the same moment. Look at it again before you send it.")))
    form.status = 409
    return None
