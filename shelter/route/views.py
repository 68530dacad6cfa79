"""The route of a case, what the team says of its steps, and the board of all open cases."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import allows, houses_of
from shelter.access.disciplines import readable
from shelter.accounts import queries as accounts
from shelter.calendar import now
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.cases.queries import Cursor
from shelter.codes.route import Word
from shelter.documents import queries as documents
from shelter.partners import queries as partners
from shelter.protocol.rules import Step
from shelter.texts import Given
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.page import saved
from shelter.web.panels import case_panel, case_tab, day_card

from . import actions, kept, queries, words
from . import board as cases
from .forms import AlertForm, BoardForm, CauseForm, ConditionsForm, DoneForm, SkipForm

route = Section("route", __name__)
menu(25, "route.board", _later("Route"), "route", P.ROUTE_READ)
case_tab(15, "route.index", _later("Route"), P.ROUTE_READ)


@route.get("/ruta/casos", needs=P.ROUTE_READ)
def board() -> ResponseReturnValue:
    """Open cases with the step whose limit ends first, the most pressing at the top."""
    reading(P.ROUTE_READ)
    form = BoardForm(request.args, partners.houses(houses_of(me(), P.ROUTE_READ)))
    listing = cases.page_of(me(), form.kept, Cursor.read(request.args.get("desde")))
    return page("route/board.html", form=form, kept=form.kept, listing=listing, working=kept.how_far(),
                lines=words.say_rows(listing.rows, now()))


@route.get("/casos/<uuid:case>/ruta", needs=P.ROUTE_READ)
def index(case: Case) -> ResponseReturnValue:
    """Diagram and list: what is done, what runs, what is over, who must act."""
    reading(P.ROUTE_READ, case)
    found = queries.route_of(case)
    writes = allows(me(), P.ROUTE_WRITE, case)
    told = queries.words_of(case)
    causes = queries.latest(told, Word.CAUSE)
    return page(
        "route/index.html", case=case, route=found, phases=words.say_phases(found) if found else [], words=words,
        pressing=words.pressing(found) if found else None,
        now=now(), writes=writes, told=told, said=Given, causes=causes, skips=queries.latest(told, Word.SKIPPED),
        asks=queries.unexplained(found, causes) if found else {},
        alert=queries.alert(case), who=queries.responsible(found) if found else {},
        names=accounts.names(each.by_id for each in told),
    )


@route.route("/casos/<uuid:case>/ruta/<step>/cumplido", methods=["GET", "POST"], needs=P.ROUTE_WRITE,
             draft=_later("A step of the route"))
def done(case: Case, step: str) -> ResponseReturnValue:
    """Somebody's word that it is done."""
    asked = _step(case, step)
    form = DoneForm(now(), asked, words.say_documents(documents.of_case(case, readable(me(), case))))
    sent = submit(form, "route.done", lambda: actions.done(hold(case), asked, by=me().id, **form.values),
                  to=_back(case, step), on=case, said=_("The step is done."))
    return sent or page("route/say.html", case=case, form=form, step=asked, said=Given, what="done")


@route.route("/casos/<uuid:case>/ruta/<step>/omitir", methods=["GET", "POST"], needs=P.ROUTE_WRITE,
             draft=_later("A step of the route"))
def skip(case: Case, step: str) -> ResponseReturnValue:
    """It will not be done, and why."""
    asked, form = _step(case, step), SkipForm()
    sent = submit(form, "route.skip", lambda: actions.skip(hold(case), asked, by=me().id, **form.values),
                  to=_back(case, step), on=case, said=_("The step is skipped."))
    return sent or page("route/say.html", case=case, form=form, step=asked, said=Given, what="skip")


@route.route("/casos/<uuid:case>/ruta/<step>/causa", methods=["GET", "POST"], needs=P.ROUTE_WRITE,
             draft=_later("A step of the route"))
def explain(case: Case, step: str) -> ResponseReturnValue:
    """Why it is over its limit."""
    asked, form = _step(case, step), CauseForm()
    sent = submit(form, "route.explain", lambda: actions.explain(hold(case), asked, by=me().id, **form.values),
                  to=_back(case, step), on=case, said=_("The cause is recorded."))
    return sent or page("route/say.html", case=case, form=form, step=asked, said=Given, what="explain")


@route.post("/casos/<uuid:case>/ruta/dicho/<uuid:word>/retirar", needs=P.ROUTE_WRITE)
def take_back(case: Case, word: uuid.UUID) -> ResponseReturnValue:
    """What was said of a step was a mistake."""
    found = queries.word_of(case, word) or abort(404)
    return saved("route.take_back", lambda: actions.take_back(found), to=_back(case, found.step), on=case,
                 said=_("It is taken back."))


@route.route("/casos/<uuid:case>/ruta/condiciones", methods=["GET", "POST"], needs=P.ROUTE_WRITE,
             draft=_later("What is true of her"))
def declare(case: Case) -> ResponseReturnValue:
    """What decides which steps concern her."""
    declared, told, version = queries.conditions(case)
    form = ConditionsForm(declared, told, version)
    sent = submit(
        form, "route.declare",
        lambda: actions.declare(hold(case), form.conditions, version=form.version_number, by=me().id),
        to=url_for("route.index", case=case.id), on=case, said=_("It is recorded. The steps follow from it."),
    )
    return sent or page("route/declare.html", case=case, form=form, told=told)


@route.route("/casos/<uuid:case>/ruta/alerta", methods=["GET", "POST"], needs=P.ROUTE_WRITE,
             draft=_later("The alert"))
def alert(case: Case) -> ResponseReturnValue:
    """When the alert was raised: told where no referral told it, or corrected."""
    told = queries.alert(case)
    form = AlertForm(told)
    sent = submit(form, "route.alert", lambda: actions.alert(hold(case), by=me().id, **form.values), on=case,
                  to=url_for("route.index", case=case.id), said=_("It is recorded. The limits count from there."))
    return sent or page("route/alert.html", case=case, form=form, told=told)


def _step(case: Case, key: str) -> Step:
    found = queries.route_of(case) or abort(404)
    return found.book.by_key.get(key) or abort(404)


def _back(case: Case, step: str) -> str:
    return url_for("route.index", case=case.id, _anchor=f"paso-{step}")


@case_panel(10, P.ROUTE_READ, "route/_panel.html")
def panel(case: Case) -> dict[str, Any] | None:
    """The step that is due next, on the page of the case."""
    found = queries.card_of(case)
    return {"card": found, "words": words, "said": Given, "now": now()} if found else None


@day_card(25, P.ROUTE_WRITE, "route/_day.html")
def pressing() -> dict[str, Any] | None:
    """What is over or ends soon in one's cases, on my day."""
    found = cases.pressing(me(), most=5)
    values = {"rows": found[:5], "more": len(found) > 5, "words": words, "said": Given, "now": now()}
    return values if found else None
