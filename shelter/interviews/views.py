"""Interviews of a case: how often she told it, what may be shared instead, another one with its reason."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows
from shelter.access.disciplines import may_read
from shelter.accounts import queries as accounts
from shelter.calendar import now, today
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.codes.services import Discipline
from shelter.partners import queries as partners
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, page, submit
from shelter.web.gate import reading
from shelter.web.page import saved
from shelter.web.panels import case_panel, case_tab, day_card

from . import actions, queries
from .forms import CorrectForm, HeldForm, InterviewForm, PlanForm

interviews = Section("interviews", __name__)
case_tab(45, "interviews.index", _later("Interviews"), P.INTERVIEW_WRITE)
SOON = timedelta(days=3)


@interviews.get("/casos/<uuid:case>/entrevistas", needs=P.CASE_READ)
def index(case: Case) -> ResponseReturnValue:
    """Every interview; why she was asked again, only for those who care for her."""
    found = queries.of_case(case)
    writes = allows(me(), P.INTERVIEW_WRITE, case)
    return page("interviews/index.html", case=case, found=found, tally=queries.tally(case), writes=writes,
                names=accounts.names(each.by_id for each in found), institutions=_names())


@interviews.route("/casos/<uuid:case>/entrevistas/planificar", methods=["GET", "POST"], needs=P.INTERVIEW_WRITE,
                  draft=_later("An interview"))
def plan(case: Case) -> ResponseReturnValue:
    """Before she is asked to tell it: how often she has, what exists, why again."""
    form = _offering(PlanForm(language=case.person.language))
    done = submit(form, "interview.plan", lambda: actions.plan(hold(case), by=me().id, **form.values), to=_of(case),
                  on=case, said=_("The interview is planned."))
    return done or _asked(case, form, "interviews/plan.html")


@interviews.route("/casos/<uuid:case>/entrevistas/nueva", methods=["GET", "POST"], needs=P.INTERVIEW_WRITE,
                  draft=_later("An interview"))
def record(case: Case) -> ResponseReturnValue:
    """She told it."""
    form = _offering(InterviewForm(occurs_at=now(), language=case.person.language))
    done = submit(form, "interview.record", lambda: actions.record(hold(case), by=me().id, **form.values), to=_of(case),
                  on=case, said=_("The interview is recorded."))
    return done or _asked(case, form, "interviews/record.html")


def _offering(form: Any) -> Any:
    today_s = [(each.id, _said(each.name)) for each in partners.institutions(today())]
    form.institution_id.choices, form.joint_id.choices = today_s, today_s
    return form


def _asked(case: Case, form: Any, template: str) -> ResponseReturnValue:
    """The form, under what is known and exists already; that it was looked at is in the trail."""
    reading(P.INTERVIEW_WRITE, case)
    readable = [each for each in Discipline if may_read(me(), each, case)]
    return page(template, case=case, form=form, tally=queries.tally(case), institutions=_names(),
                instead=queries.instead(case, readable))


@interviews.route("/casos/<uuid:case>/entrevistas/<uuid:interview>", methods=["GET", "POST"], needs=P.INTERVIEW_WRITE,
                  draft=_later("An interview"))
def held(case: Case, interview: uuid.UUID) -> ResponseReturnValue:
    """How a planned one went."""
    found = queries.one(case, interview) or abort(404)
    form = HeldForm(occurs_at=found.occurs_at, language=found.language, has_interpreter=found.has_interpreter)
    done = submit(form, "interview.held", lambda: actions.held(case, found, by=me().id, **form.values), to=_of(case),
                  on=case, said=_("The interview is recorded."))
    return done or page("interviews/held.html", case=case, form=form, interview=found, institutions=_names())


@interviews.post("/casos/<uuid:case>/entrevistas/<uuid:interview>/cancelar", needs=P.INTERVIEW_WRITE)
def cancel(case: Case, interview: uuid.UUID) -> ResponseReturnValue:
    """A planned one is not needed any more."""
    found = queries.one(case, interview) or abort(404)
    return saved("interview.cancel", lambda: actions.cancel(found), to=_of(case), on=case,
                 said=_("She does not have to tell it this time."))


@interviews.route("/casos/<uuid:case>/entrevistas/<uuid:interview>/corregir", methods=["GET", "POST"],
                  needs=P.INTERVIEW_WRITE, draft=_later("The correction of an interview"))
def correct(case: Case, interview: uuid.UUID) -> ResponseReturnValue:
    """When one really was, or that it was written down by mistake."""
    found = queries.one(case, interview) or abort(404)
    form = CorrectForm(occurs_at=found.occurs_at)
    done = submit(form, "interview.correct", lambda: actions.correct(hold(case), found, by=me().id, **form.values),
                  to=_of(case), on=case, said=_("The correction is saved. What was written before is kept."))
    return done or page("interviews/correct.html", case=case, form=form, interview=found, institutions=_names())


def _of(case: Case) -> str:
    return url_for("interviews.index", case=case.id)


def _names() -> dict[uuid.UUID, str]:
    return {each: _said(names) for each, names in partners.institution_names().items()}


def _said(names: dict[str, str]) -> str:
    return names.get(language()) or names["es"]


@case_panel(40, P.CASE_READ, "interviews/_panel.html")
def panel(case: Case) -> dict[str, Any] | None:
    """How often she has told it."""
    return {"tally": queries.tally(case), "writes": allows(me(), P.INTERVIEW_WRITE, case)}


@day_card(45, P.INTERVIEW_WRITE, "interviews/_day.html")
def soon() -> dict[str, Any] | None:
    """Interviews of these days, and those of which nobody wrote down what became of them."""
    found = queries.planned(me(), now() + SOON, most=6)
    return {"rows": found[:5], "more": len(found) > 5, "now": now(), "institutions": _names()} if found else None
