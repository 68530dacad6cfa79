"""The network: foundations, their houses and beds, the institutions of the route. Nothing tells who lives where."""

from __future__ import annotations

import uuid

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.calendar import today
from shelter.db import db
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, menu, page, submit

from . import actions, queries, territory
from .forms import BedsForm, EndForm, FoundationForm, HouseForm, InstitutionForm
from .models import Foundation, House, Institution

partners = Section("partners", __name__)
menu(90, "partners.foundations", _later("Network"), "globe", P.PARTNER_READ)


@partners.get("/fundaciones", needs=P.PARTNER_READ)
def foundations() -> ResponseReturnValue:
    """The foundations and their houses."""
    return page("partners/foundations.html", foundations=queries.foundations(), beds=queries.bed_counts(),
                territory=territory)


@partners.route("/fundaciones/nueva", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("A foundation"))
def add_foundation() -> ResponseReturnValue:
    """A new partner."""
    form = FoundationForm()
    done = submit(form, "foundation.add", lambda: actions.add_foundation(**form.values),
                  to=lambda made: url_for("partners.foundation", foundation=made.id),
                  said=_("The foundation is in the network."))
    return done or page("partners/add_foundation.html", form=form)


@partners.get("/fundaciones/<uuid:foundation>", needs=P.PARTNER_READ)
def foundation(foundation: uuid.UUID) -> ResponseReturnValue:
    """One foundation."""
    found = db.session.get(Foundation, foundation) or abort(404)
    return page("partners/foundation.html", foundation=found, beds=queries.bed_counts(), territory=territory)


@partners.route("/fundaciones/<uuid:foundation>/casas/nueva", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("A house"))
def add_house(foundation: uuid.UUID) -> ResponseReturnValue:
    """A new house, with its rooms and beds."""
    found = db.session.get(Foundation, foundation) or abort(404)
    form = HouseForm()
    form.canton.choices = territory.canton_choices()
    done = submit(form, "house.add", lambda: actions.open_house(found, **form.values), on=found,
                  to=lambda made: url_for("partners.house", house=made.id), said=_("The house is in the network."))
    return done or page("partners/add_house.html", form=form, foundation=found)


@partners.get("/casas/<uuid:house>", needs=P.PARTNER_READ)
def house(house: uuid.UUID) -> ResponseReturnValue:
    """One house: its rooms and beds, never its address nor who is in it."""
    found = db.session.get(House, house) or abort(404)
    return page("partners/house.html", house=found, rooms=queries.rooms(house), territory=territory)


@partners.route("/casas/<uuid:house>/camas/nueva", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("Beds"))
def add_beds(house: uuid.UUID) -> ResponseReturnValue:
    """More beds for a house."""
    found = db.session.get(House, house) or abort(404)
    form = BedsForm(count=1)
    done = submit(form, "bed.add", lambda: actions.add_beds(found, **form.values), on=found,
                  to=url_for("partners.house", house=house), said=_("The beds can be used now."))
    rooms = [room for room, _beds in queries.rooms(house)]
    return done or page("partners/add_beds.html", form=form, house=found, rooms=rooms)


@partners.get("/instituciones", needs=P.PARTNER_READ)
def institutions() -> ResponseReturnValue:
    """The institutions of the route, with the time in which each exists."""
    found, day = queries.all_institutions(), today()
    ended = [row for row in found if row["valid_to"] and row["valid_to"] < day]
    current = [row for row in found if row not in ended]
    return page("partners/institutions.html", current=current, ended=ended, territory=territory)


@partners.route("/instituciones/nueva", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("An institution"))
def add_institution() -> ResponseReturnValue:
    """A new institution, perhaps in the place of another."""
    form = InstitutionForm()
    form.succeeds_id.choices = [
        (row["id"], row["name"].get(language()) or row["name"]["es"]) for row in queries.all_institutions()
    ]
    done = submit(form, "institution.add", lambda: actions.add_institution(**form.values),
                  to=url_for("partners.institutions"), said=_("The institution is on the list."))
    return done or page("partners/add_institution.html", form=form)


@partners.route("/instituciones/<uuid:institution>/terminar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("The end of an institution"))
def end_institution(institution: uuid.UUID) -> ResponseReturnValue:
    """An institution ceases to exist; what it did stays."""
    found = db.session.get(Institution, institution) or abort(404)
    form = EndForm()
    done = submit(form, "institution.end", lambda: actions.end_institution(found, **form.values), on=found,
                  to=url_for("partners.institutions"), said=_("Its end is written down."))
    return done or page("partners/end_institution.html", form=form, institution=found)
