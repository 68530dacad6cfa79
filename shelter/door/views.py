"""The door: who asked, what is answered, and the card that says what to say at night."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import Role, allows, houses_of
from shelter.accounts import queries as accounts
from shelter.calendar import now, today
from shelter.cases import queries as cases
from shelter.cases.models import Case
from shelter.codes.door import Paper, RequestState
from shelter.db import db
from shelter.partners import queries as partners
from shelter.partners.models import House
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Leaves, Section, gate, me, menu, page, submit
from shelter.web.gate import hide, reading
from shelter.web.page import saved
from shelter.web.panels import case_panel, day_card
from shelter.web.paper import pdf

from . import actions, queries
from .forms import CardForm, DecisionForm, RequestForm
from .models import DoorRequest
from .rules import MOST_CALLS

door = Section("door", __name__)
gate.loads("petition", queries.by_id)
menu(35, "door.index", _later("At the door"), "home", P.DOOR_RECORD)


@door.get("/puerta", needs=P.DOOR_RECORD)
def index() -> ResponseReturnValue:
    """Who asked, without a word of what they said; and the cards."""
    reading(P.DOOR_RECORD)
    open_ones = queries.page_of(me(), state=RequestState.OPEN)
    decided = queries.page_of(me(), state=RequestState.DECIDED)
    return page("door/index.html", open_ones=open_ones, decided=decided, houses=_houses(), now=now(),
                untold=queries.untold(me(), most=50), opens=allows(me(), P.DOOR_READ))


@door.route("/puerta/nueva", methods=["GET", "POST"], needs=P.DOOR_RECORD, draft=_later("A request at the door"))
def new() -> ResponseReturnValue:
    """Somebody asks."""
    houses = _houses()
    form = RequestForm(came_at=now(), house_id=houses[0][0] if len(houses) == 1 else None)
    form.house_id.choices = houses
    _ask_about_whom(form, [house for house, _name in houses])
    done = submit(form, "door.record", lambda: _record(form), to=_after,
                  said=_("It is recorded. The coordinator knows."))
    return done or page("door/new.html", form=form, papers=Paper)


def _record(form: RequestForm) -> DoorRequest:
    values = form.values
    case = _case(values.pop("case_id", None))
    return actions.record(db.session.get_one(House, values.pop("house_id")), by=me().id, case=case, **values)


def _after(made: DoorRequest) -> str:
    return url_for("door.show", petition=made.id) if allows(me(), P.DOOR_READ, made) else url_for("door.index")


@door.get("/puerta/<uuid:petition>", needs=P.DOOR_READ)
def show(petition: DoorRequest) -> ResponseReturnValue:
    """One request; to whoever decides, the form."""
    return _page(petition, _decision_form(petition))


@door.post("/puerta/<uuid:petition>", needs=P.DOOR_DECIDE)
def decide(petition: DoorRequest) -> ResponseReturnValue:
    """What they are answered."""
    form = _decision_form(petition)
    done = submit(form, "door.decide", lambda: _decide(petition, form), to=url_for("door.show", petition=petition.id),
                  on=petition, said=_("The decision is recorded."))
    return done or _page(petition, form)


def _decide(petition: DoorRequest, form: DecisionForm) -> DoorRequest:
    values, before = form.values, petition.case_id
    chosen = values.pop("case_id", None)
    if before and not (form.case_id and any(each[0] == before for each in form.case_id.choices)):
        chosen = chosen or before  # whom the form cannot name it does not take off either
    return actions.decide(petition, by=me().id, case=_case(chosen), **values)


@door.post("/puerta/<uuid:petition>/ya-lo-sabe", needs=P.DOOR_DECIDE)
def tell_her(petition: DoorRequest) -> ResponseReturnValue:
    """She who did not know yet that they asked about her was told."""
    return saved("door.tell_her", lambda: actions.tell_her(petition), on=petition,
                 to=url_for("door.show", petition=petition.id), said=_("It is written down that she knows."))


def _decision_form(petition: DoorRequest) -> DecisionForm:
    form = DecisionForm(number=petition.number, scope=petition.scope, case_id=petition.case_id)
    _ask_about_whom(form, [petition.house_id], petition)
    return form


def _ask_about_whom(
    form: RequestForm | DecisionForm, houses: list[uuid.UUID], petition: DoorRequest | None = None,
) -> None:
    """Only of those whom she may name anyway, and it is noted; nobody else is shown that anybody is here."""
    if allows(me(), P.PERSON_READ) and allows(me(), P.DOOR_READ):
        reading(P.DOOR_READ, petition)
        decides = petition is not None and allows(me(), P.DOOR_DECIDE, petition)
        form.case_id.choices = queries.nameable(me(), houses, closed=decides)
    else:
        del form.case_id


def _case(case_id: uuid.UUID | None) -> Case | None:
    return cases.by_id(case_id) if case_id else None


def _page(petition: DoorRequest, form: DecisionForm) -> ResponseReturnValue:
    case = _case(petition.case_id)
    return page(
        "door/show.html", petition=petition, form=form, case=case if case and allows(me(), P.CASE_READ, case) else None,
        names=accounts.names([petition.by_id, petition.decided_by_id]), now=now(),
        house=db.session.get_one(House, petition.house_id),
    )


# --- the card ---------------------------------------------------------------------------------------------------------

@door.get("/puerta/tarjeta/<uuid:house>", needs=P.DOOR_RECORD)
def card(house: uuid.UUID) -> ResponseReturnValue:
    """What to say, word by word, and whom to call."""
    found = _house(house, P.DOOR_RECORD)
    return page("door/card.html", house=found, **_on_the_card(found))


@door.get("/puerta/tarjeta/<uuid:house>.pdf", needs=P.DOOR_RECORD, leaves=Leaves.OWN_USE)
def card_on_paper(house: uuid.UUID) -> ResponseReturnValue:
    """The same on one sheet: neither the house's name nor its address is on it."""
    found = _house(house, P.DOOR_RECORD)
    reading("door.print", found)
    html = render_template("door/card_paper.html", made_at=now(), **_on_the_card(found))
    answer = Response(pdf(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{_("card")}-{today()}.pdf"'
    return answer


@door.route("/puerta/tarjeta/<uuid:house>/cambiar", methods=["GET", "POST"], needs=P.DOOR_DECIDE,
            draft=_later("The card for the door"))
def change_card(house: uuid.UUID) -> ResponseReturnValue:
    """Whom to call."""
    found = _house(house, P.DOOR_DECIDE)
    written = queries.card_of(house)
    form = CardForm(written, version=written.version if written else 0)
    done = submit(form, "door.card", lambda: actions.write_card(found, version=form.version_number, **form.values),
                  on=found, to=url_for("door.card", house=house), said=_("The card is changed. Print it again."))
    return done or page("door/change_card.html", form=form, house=found)


def _house(house: uuid.UUID, permission: P) -> House:
    """One's own; another's is as if it were not there, and that it was asked for is noted."""
    found = db.session.get(House, house)
    if found is None or house not in houses_of(me(), permission):
        hide(permission, found)
    return found


def _on_the_card(house: House) -> dict[str, Any]:
    """Whom to call: as the coordination wrote it; until then its names, with a line for each number."""
    written = queries.card_of(house.id)
    calls = (written.calls or "").splitlines() if written else []
    names = [name for _id, name, _roles in accounts.in_house(house.id, [Role.SHELTER_COORDINATOR])]
    return {"calls": calls, "coordinators": names[:MOST_CALLS]}


def _houses() -> list[tuple[uuid.UUID, str]]:
    return partners.houses(houses_of(me(), P.DOOR_RECORD))


@case_panel(70, P.DOOR_READ, "door/_panel.html")
def panel(case: Case) -> dict[str, Any] | None:
    """Who asked about her, on her page."""
    found = queries.about(case, most=5)
    return {"found": found} if found else None


@day_card(8, P.DOOR_DECIDE, "door/_day.html")
def to_decide() -> dict[str, Any] | None:
    """What waits for the coordination, the next deadline first; and who is still to be told that they asked."""
    found, untold = queries.to_decide(me(), most=6), queries.untold(me(), most=6)
    if not found and not untold:
        return None
    return {"rows": found[:5], "untold": untold[:5], "more": len(found) > 5 or len(untold) > 5, "now": now()}
