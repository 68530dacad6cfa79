"""The page for answers without an account: a code, the question, thanks. Before the code is right it shows nothing."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue

from shelter import tokens
from shelter.access import PUBLIC
from shelter.audit import Actor, work
from shelter.rules import RuleBroken
from shelter.web import Form, Section, page

from . import actions, queries, rules
from .forms import CodeForm
from .models import Slip

answers = Section("answers", __name__)
STRANGER = Actor("nobody")


@answers.get("/respuesta", needs=PUBLIC)
def begin() -> ResponseReturnValue:
    """Where a code that was dictated is typed."""
    return page("answers/code.html", form=CodeForm())


@answers.get("/respuesta/<code>", needs=PUBLIC)
def with_code(code: str) -> ResponseReturnValue:
    """The same for whoever followed the link. Looking spends nothing: a telephone may look at a link by itself."""
    slip = _found(code)
    return _asked(slip, code) if slip else _refused(CodeForm())


@answers.post("/respuesta", needs=PUBLIC)
def answer() -> ResponseReturnValue:
    """The code alone, as it was typed: show what is asked. With an answer: it is taken, once."""
    form = CodeForm()
    if not form.is_good():
        return page("answers/code.html", form=form)
    slip = _found(form.code.data)
    if slip is None:
        return _refused(form)
    return _taken(slip, form.code.data) if "answered" in request.form else _asked(slip, form.code.data)


def _taken(slip: Slip, code: str) -> ResponseReturnValue:
    form = slip.kind.form(slip.about_id)
    if not form.is_good():
        return _asked(slip, code, form)
    if current_app.config["READ_ONLY"]:
        abort(503)
    try:
        with work("answer.take", by=STRANGER, on=slip):
            onward = actions.answer(code, form)
    except RuleBroken as broken:
        return _broken(code, form, broken)
    return page("answers/thanks.html", onward=onward)


def _broken(code: str, form: Form, broken: RuleBroken) -> ResponseReturnValue:
    """Something is wrong with the answer; or another answer by the same slip came first."""
    slip = queries.by_code(code)
    if slip is None:
        return _refused(CodeForm())
    form.refuse(broken)
    return _asked(slip, code, form)


def _found(code: str) -> Slip | None:
    """What a code opens; wrong ones are counted, and too many of them from one network have to wait."""
    tokens.check_pace()
    slip = queries.by_code(code)
    if slip is None:
        tokens.note_wrong()
    return slip


def _refused(form: CodeForm) -> ResponseReturnValue:
    form.refuse(rules.does_not_work())
    return page("answers/code.html", form=form)


def _asked(slip: Slip, code: str, form: Form | None = None) -> ResponseReturnValue:
    asked: dict[str, Any] = slip.kind.shown(slip.about_id)
    shown = form or slip.kind.form(slip.about_id)
    if form is None:  # what was sent was the code alone
        shown.status = 200
    return page("answers/show.html", form=shown, code=code, kind=slip.kind, **asked)
