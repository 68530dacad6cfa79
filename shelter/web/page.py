"""Pages: a template, and the status that its form asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import sqlalchemy as sa
from flask import abort, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shelter.audit import work
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import drafts
from .errors import TakenOut
from .forms import Form
from .gate import me


def page(template: str, **context: Any) -> ResponseReturnValue:
    """Render a page: 422 when its form has errors, 409 when somebody changed the record meanwhile."""
    form = context.get("form")
    if not isinstance(form, Form):
        return render_template(template, **context), 200
    if request.endpoint in drafts.labels:
        form.drafting = _drafting(form)
    return render_template(template, **context), form.status


def _drafting(form: Form) -> dict[str, Any]:
    """What the form says of drafts: where it stands, since when what it shows was kept, and one to go on with."""
    is_new = not form.is_posted and g.get("draft") is None
    return {"path": drafts.here(), "restored_at": None if form.is_posted else g.get("draft_saved_at"),
            "offer": drafts.offered(me().id) if is_new else None}


def saved(action: str, do: Callable[[], Any], *, to: str, on: Any = None, said: Any = "") -> ResponseReturnValue:
    """For a button that is a form of its own: do it, commit it with its audit row, say so, go on."""
    try:
        with work(action, by=me().actor, on=on):
            do()
    except RuleBroken as broken:
        flash(str(broken.message), "error")
        return redirect(to, 303)
    except sa.orm.exc.ObjectDeletedError:
        flash(str(TakenOut.said), "notice")
        return redirect(to, 303)
    flash(str(said or _("Saved")), "success")
    return redirect(to, 303)


def missing(back: str) -> NoReturn:
    """What an address means is not there. Of what was sent there: it was taken out meanwhile; nothing typed is lost.

    A button that is a form of its own goes `back`.
    """
    if request.method != "POST":
        abort(404)
    if "submit_key" in request.form:
        raise TakenOut
    flash(str(TakenOut.said), "notice")
    abort(redirect(back, 303))


def prefers_the_answer() -> bool:
    """Whether who sent this wants the page that answers it, and no address to go to."""
    return request.headers.get("Prefer") == "return=representation"


def shown_at(to: str, show: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """After a post that asks and changes nothing: go to the address of the answer.

    Who prefers the answer itself (`Prefer: return=representation`, RFC 7240; our script does) gets it at once, with its
    address beside it: one journey to the server instead of two.
    """
    if not prefers_the_answer():
        return redirect(to, 303)
    answer = make_response(show())
    answer.headers["Content-Location"] = to
    return answer
