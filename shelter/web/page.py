"""Pages: a template, and the status that its form asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from shelter.audit import work
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .forms import Form
from .gate import me


def page(template: str, **context: Any) -> ResponseReturnValue:
    """Render a page: 422 when its form has errors, 409 when somebody changed the record meanwhile."""
    form = context.get("form")
    status = form.status if isinstance(form, Form) else 200
    return render_template(template, **context), status


def saved(action: str, do: Callable[[], Any], *, to: str, on: Any = None, said: Any = "") -> ResponseReturnValue:
    """For a button that is a form of its own: do it, commit it with its audit row, say so, go on."""
    try:
        with work(action, by=me().actor, on=on):
            do()
    except RuleBroken as broken:
        flash(str(broken.message), "error")
        return redirect(to, 303)
    flash(str(said or _("Saved")), "success")
    return redirect(to, 303)
