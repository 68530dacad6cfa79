"""Logging a service from anywhere or from a case; the services of a case; one of them."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows
from shelter.access.disciplines import READ, READERS, WRITE, may_read, written_by
from shelter.accounts import queries as accounts
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.cases.queries import Cursor
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, menu, page, require, submit
from shelter.web.forms import typed
from shelter.web.gate import reading
from shelter.web.panels import case_panel, case_tab, day_card

from . import actions, queries
from .forms import People, ServiceForm
from .models import Service

services = Section("services", __name__)
menu(60, "services.log", _later("Log"), "log", P.SERVICE_LOG, on_phone=3)
case_tab(20, "services.index", _later("Services"), P.SERVICE_READ)


@services.route("/registrar", methods=["GET", "POST"], needs=P.SERVICE_LOG,
                draft=_later("A service"))
def log() -> ResponseReturnValue:
    """From anywhere: whom it was for is the first question."""
    reading(P.SERVICE_LOG)
    chosen = _chosen()
    form = ServiceForm(written_by(me()), _people(chosen))
    done = submit(form, "service.log", lambda: _save(chosen, form), to=_list_of, on=chosen, said=_("Service saved"))
    return done or page("services/log.html", form=form)


@services.route("/casos/<uuid:case>/servicios/nuevo", methods=["GET", "POST"], needs=P.SERVICE_LOG,
                draft=_later("A service"))
def new(case: Case) -> ResponseReturnValue:
    """For somebody whose case is open on the screen."""
    form = ServiceForm(written_by(me(), case))
    done = submit(form, "service.log", lambda: _save(case, form), to=_list_of, on=case, said=_("Service saved"))
    return done or page("services/new.html", case=case, form=form)


def _save(case: Case | None, form: ServiceForm) -> Service:
    given = form.service
    if case is None or given["type"].of not in written_by(me(), case):
        raise RuleBroken(_("You do not log this kind of service for this person"), "type")
    return actions.log(case, by=me().id, **given)


def _list_of(service: Service) -> str:
    return url_for("services.index", case=service.case_id)


def _chosen() -> Case | None:
    """The case that was chosen, when the reader logs services for it."""
    try:
        case = cases.by_id(uuid.UUID((typed() or {}).get("person", "")))
    except ValueError:
        return None
    return case if case and allows(me(), P.SERVICE_LOG, case) else None


def _people(chosen: Case | None) -> People:
    """Those served last by the reader, and whoever was chosen."""
    rows = queries.recent(me())
    found = [(row["id"], f"{row['name']} · {row['code']}" if row["name"] else row["code"]) for row in rows]
    if chosen and all(chosen.id != case_id for case_id, _label in found):
        found.append((chosen.id, chosen.code))
    return found


@services.get("/casos/<uuid:case>/servicios", needs=P.SERVICE_READ)
def index(case: Case) -> ResponseReturnValue:
    """All of them, newest first."""
    listing = queries.page_of(case, Cursor.read(request.args.get("desde")), headlines=_sees_headlines(case))
    names = accounts.names(row["by_id"] for row in listing.rows)
    return page("services/index.html", case=case, listing=listing, names=names)


@services.get("/casos/<uuid:case>/servicios/<uuid:service>", needs=P.SERVICE_READ)
def show(case: Case, service: uuid.UUID) -> ResponseReturnValue:
    """One of them; its note only for the discipline, and then it is written down who opened it."""
    found = queries.one(case, service) or abort(404)
    readable = may_read(me(), found.discipline, case)
    if readable:
        reading(READ[found.discipline], found)
    return page(
        "services/show.html", case=case, service=found, readable=readable, headed=_sees_headlines(case),
        readers=READERS[found.discipline], who=accounts.names([found.by_id]).get(found.by_id),
        may_correct=found.discipline in written_by(me(), case), corrected_by=queries.corrected_by(found),
    )


@services.route(
    "/casos/<uuid:case>/servicios/<uuid:service>/corregir", methods=["GET", "POST"], needs=P.SERVICE_LOG,
    draft=_later("The correction of a service"),
)
def correct(case: Case, service: uuid.UUID) -> ResponseReturnValue:
    """How it really was, by somebody of the discipline; what was written before is kept."""
    found = queries.one(case, service) or abort(404)
    require(WRITE[found.discipline], case)
    reading(READ[found.discipline], found)
    form = ServiceForm.of(found)
    done = submit(form, "service.correct", lambda: _correct(case, found, form), to=_list_of, on=found,
                  said=_("The correction is saved. What was written before is kept."))
    return done or page("services/correct.html", case=case, form=form, service=found)


def _correct(case: Case, found: Service, form: ServiceForm) -> Service:
    require(WRITE[found.discipline], hold(case))
    return actions.correct(case, found, by=me().id, **form.service)


@case_panel(50, P.SERVICE_READ, "services/_panel.html")
def panel(case: Case) -> dict[str, Any]:
    """The latest five, on the case page."""
    return {"rows": queries.latest(case, 5, headlines=_sees_headlines(case))}


def _sees_headlines(case: Case) -> bool:
    return allows(me(), P.HEADLINE_READ, case)


@day_card(30, P.SERVICE_LOG, "services/_people.html")
def people_card() -> dict[str, Any] | None:
    """The people this reader cares for, those served latest first."""
    rows = queries.recent(me(), 5)
    return {"rows": rows} if rows else None
