"""The list of cases and its search; team, consents and timeline of one case."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import Role, allows
from shelter.accounts import queries as accounts
from shelter.audit import note, work
from shelter.audit.work import Aside
from shelter.calendar import today
from shelter.codes.cases import CaseState
from shelter.db import db
from shelter.partners import queries as partners
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, gate, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.leaving import asks_consent
from shelter.web.page import prefers_the_answer, saved, shown_at
from shelter.web.panels import case_panel, case_tab

from . import actions, queries, rules, search
from .forms import ConsentForm, FilterForm, SearchForm, TeamForm
from .models import Case
from .queries import Cursor, Filters
from .records import Consent
from .words import lines

cases = Section("cases", __name__)
gate.loads("case", queries.by_id)
asks_consent(queries.may_leave)
menu(20, "cases.index", _later("Cases"), "cases", P.CASE_LIST, on_phone=2)
case_tab(10, "home.case", _later("Summary"), P.CASE_READ)
case_tab(70, "cases.consents", _later("Consents"), P.CONSENT_READ)
case_tab(80, "cases.history", _later("History"), P.CASE_READ)

CARE_ROLES = (Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL)


@cases.get("/casos", needs=P.CASE_LIST)
def index() -> ResponseReturnValue:
    """The list, or what a search found."""
    reading(P.CASE_LIST)
    if "b" in request.args:
        return _found_page(search.remembered(me().id, request.args["b"]))
    form, filters = _filters()
    listing = queries.page_of(me(), filters, Cursor.read(request.args.get("desde")))
    return _rows_page("cases/index.html", listing.rows, listing=listing, filtering=form, filters=filters,
                      kept=form.in_address)


def _found_page(words: str | None) -> ResponseReturnValue:
    rows = _found(words) if words and allows(me(), P.PERSON_SEARCH) else None
    return _rows_page("cases/found.html", rows and rows[:search.MOST], words=words,
                      more=len(rows or ()) > search.MOST)


def _rows_page(template: str, rows: list[dict[str, Any]] | None, **values: Any) -> ResponseReturnValue:
    """A page with a table of cases, and the box to search in."""
    leads = accounts.names(row["lead_id"] for row in rows or ())
    return page(template, **values, rows=rows, lines=lines(rows or (), leads))


def _kept_words() -> str:
    """A search that came when the session was locked: kept, to be made when it is opened again by whoever asked."""
    form = SearchForm()
    asks_again = prefers_the_answer()  # our script does, without that wish
    if asks_again or not allows(me(), P.PERSON_SEARCH) or not form.is_good():
        return url_for("cases.index")
    token, keep = _counted(form.q.data)
    note(P.PERSON_SEARCH, by=me().actor, also=keep)
    return url_for("cases.index", b=token.hex)


@cases.post("/casos", needs=P.PERSON_SEARCH, late=_kept_words)
def find() -> ResponseReturnValue:
    """Search. The words travel in the body and are kept sealed; the address carries a token."""
    form = SearchForm()
    if not form.is_good():
        return _rows_page("cases/found.html", None, words=None, form=form)
    token, keep = _counted(form.q.data)
    reading(P.PERSON_SEARCH, also=keep)
    return shown_at(url_for("cases.index", b=token.hex), lambda: _found_page(form.q.data))


def _counted(words: str) -> tuple[uuid.UUID, Aside]:
    """The token of these words and what keeps them; who searches very often is told of."""
    if search.is_one_too_many(me().id):
        with work(search.OFTEN, by=me().actor):
            actions.tell_of_many_searches(me())
    return search.remember(me().id, words)


def _found(words: str) -> list[dict[str, Any]]:
    found = queries.by_code(me(), rules.read_code(words))
    if found:
        case = queries.by_id(found)
        return queries.of_persons(me(), [case.person_id]) if case else []
    return search.search(me(), words)


def _filters() -> tuple[FilterForm, Filters]:
    form = FilterForm(formdata=request.args)
    form.casa.choices = partners.houses()
    form.validate()
    state = form.estado.data or CaseState.OPEN.value
    form.estado.data = state
    chosen = None if state == "todos" else CaseState(state)
    return form, Filters(chosen, form.casa.data, me().id if form.mios.data == "mios" else None)


@cases.get("/casos/<uuid:case>/historial", needs=P.CASE_READ)
def history(case: Case) -> ResponseReturnValue:
    """What happened, newest first."""
    entries = queries.timeline(case)
    return page(
        "cases/history.html", case=case, entries=entries, names=accounts.names(entry.by_id for entry in entries)
    )


@cases.route("/casos/<uuid:case>/consentimientos", methods=["GET"], needs=P.CONSENT_READ)
def consents(case: Case) -> ResponseReturnValue:
    """What she was asked, and what is in force today."""
    found = queries.consents(case)
    return page(
        "cases/consents.html",
        case=case,
        consents=found,
        in_force=queries.in_force(found, today()),
        names=accounts.names(each.by_id for each in found),
        today=today(),
    )


@cases.route("/casos/<uuid:case>/consentimientos/nuevo", methods=["GET", "POST"], needs=P.CONSENT_WRITE,
             draft=_later("A consent"))
def ask(case: Case) -> ResponseReturnValue:
    """Record an answer."""
    form = ConsentForm(language=case.person.language)
    done = submit(
        form,
        "consent.ask",
        lambda: actions.ask_consent(case, by=me().id, **form.values),
        to=url_for("cases.consents", case=case.id),
        on=case,
        said=_("Her answer is recorded."),
    )
    return done or page("cases/ask.html", case=case, form=form)


@cases.post("/casos/<uuid:case>/consentimientos/<uuid:consent>/retirar", needs=P.CONSENT_WRITE)
def withdraw(case: Case, consent: uuid.UUID) -> ResponseReturnValue:
    """She takes a consent back."""
    found = db.session.get(Consent, consent)
    if found is None or found.case_id != case.id:
        abort(404)
    return saved(
        "consent.withdraw",
        lambda: actions.withdraw_consent(found),
        to=url_for("cases.consents", case=case.id),
        on=case,
        said=_("The consent is withdrawn from now on."),
    )


@cases.route("/casos/<uuid:case>/equipo", methods=["GET", "POST"], needs=P.TEAM_WRITE,
             draft=_later("The team"))
def team(case: Case) -> ResponseReturnValue:
    """Who cares for her; somebody may join."""
    form = TeamForm()
    staff = accounts.in_house(case.house_id, CARE_ROLES)
    form.staff_id.choices = [(staff_id, f"{name} · {', '.join(roles)}") for staff_id, name, roles in staff]
    done = submit(
        form,
        "team.join",
        lambda: actions.add_to_team(actions.hold(case), by=me().id, **form.values),
        to=url_for("cases.team", case=case.id),
        on=case,
    )
    members = queries.team(case)
    names = accounts.names(member.staff_id for member in members)
    return done or page("cases/team.html", case=case, form=form, members=members, names=names)


@case_panel(40, P.PERSON_READ, "cases/_team.html")
def team_panel(case: Case) -> dict[str, Any]:
    """Her team, on the case page."""
    members = queries.team(case)
    return {"members": members, "names": accounts.names(member.staff_id for member in members)}


@case_panel(45, P.CONSENT_READ, "cases/_consents.html")
def consent_panel(case: Case) -> dict[str, Any]:
    """What she agreed to, on the case page."""
    return {"in_force": queries.in_force(queries.consents(case), today())}


@case_panel(90, P.CASE_READ, "cases/_history.html")
def history_panel(case: Case) -> dict[str, Any]:
    """The latest events, on the case page."""
    entries = queries.timeline(case, 5)
    return {"entries": entries, "names": accounts.names(entry.by_id for entry in entries)}
