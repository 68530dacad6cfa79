"""The network: foundations, their houses and beds, the institutions of the route. Nothing tells who lives where."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.calendar import today
from shelter.db import db
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, menu, page, submit
from shelter.web.gate import reading
from shelter.web.page import saved
from shelter.web.panels import INSTITUTION_PANELS, day_card, rendered

from . import actions, queries, territory
from .forms import (
    AgreementForm,
    BedsForm,
    CalendarForm,
    CloseForm,
    DayForm,
    EndForm,
    FoundationForm,
    GiveUpForm,
    HolderForm,
    HouseChangeForm,
    HouseForm,
    InstitutionChangeForm,
    NewInstitutionForm,
    PostForm,
    WordForm,
)
from .lists import LISTS, GrowingList
from .models import CalendarDay, FocalPoint, Foundation, House, Institution, Post

partners = Section("partners", __name__)
menu(90, "partners.foundations", _later("Network"), "globe", P.PARTNER_READ)
menu(92, "partners.focal_points", _later("Focal points"), "phone", P.FOCAL_WRITE)
menu(102, "partners.lists", _later("Lists"), "list", P.STAFF_MANAGE)
menu(104, "partners.holidays", _later("Working days"), "calendar", P.STAFF_MANAGE)
OLD = timedelta(days=90)
"""A focal point that nobody verified for longer is to be called."""


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


@partners.route("/fundaciones/<uuid:foundation>/convenio", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("An agreement"))
def agree(foundation: uuid.UUID) -> ResponseReturnValue:
    """From when to when its agreement holds."""
    found = db.session.get(Foundation, foundation) or abort(404)
    form = AgreementForm(found)
    done = submit(form, "foundation.agree", lambda: actions.agree(
        found, version=form.version_number, **form.values), on=found,
        to=url_for("partners.foundation", foundation=foundation))
    return done or page("partners/agree.html", form=form, foundation=found)


@partners.route("/fundaciones/<uuid:foundation>/terminar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("The end of a foundation"))
def end_foundation(foundation: uuid.UUID) -> ResponseReturnValue:
    """It leaves the programme with its houses; not while a case is open."""
    found, form = db.session.get(Foundation, foundation) or abort(404), CloseForm()
    back = url_for("partners.foundation", foundation=foundation)
    done = submit(form, "foundation.end", lambda: actions.end_foundation(found, **form.values), on=found, to=back,
                  said=_("Its end is written down."))
    return done or page("partners/close.html", form=form, back=back, name=found.name, is_house=False)


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


@partners.route("/casas/<uuid:house>/cambiar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("A house"))
def change_house(house: uuid.UUID) -> ResponseReturnValue:
    """Its name, and for how many people it has room."""
    found = db.session.get(House, house) or abort(404)
    form = HouseChangeForm(found)
    done = submit(form, "house.change", lambda: actions.change_house(
        found, version=form.version_number, **form.values), on=found, to=url_for("partners.house", house=house))
    return done or page("partners/change_house.html", form=form, house=found)


@partners.route("/casas/<uuid:house>/terminar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("The end of a house"))
def end_house(house: uuid.UUID) -> ResponseReturnValue:
    """Nobody comes to it any more; not while a case is open."""
    found, form, back = db.session.get(House, house) or abort(404), CloseForm(), url_for("partners.house", house=house)
    done = submit(form, "house.end", lambda: actions.end_house(found, **form.values), on=found, to=back,
                  said=_("Its end is written down."))
    return done or page("partners/close.html", form=form, back=back, name=found.name, is_house=True)


@partners.get("/instituciones", needs=P.PARTNER_READ)
def institutions() -> ResponseReturnValue:
    """The institutions of the route, with the time in which each exists."""
    found, day = queries.all_institutions(), today()
    ended = [row for row in found if row["has_ended"] or (row["valid_to"] and row["valid_to"] < day)]
    current = [row for row in found if row not in ended]
    return page("partners/institutions.html", current=current, ended=ended, territory=territory)


@partners.route("/instituciones/nueva", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("An institution"))
def add_institution() -> ResponseReturnValue:
    """A new institution, perhaps in the place of another."""
    form = NewInstitutionForm()
    form.succeeds_id.choices = _choices()
    done = submit(form, "institution.add", lambda: actions.add_institution(**form.values),
                  to=lambda made: url_for("partners.institution", institution=made.id),
                  said=_("The institution is on the list."))
    return done or page("partners/add_institution.html", form=form)


def _choices(but: uuid.UUID | None = None) -> list[tuple[uuid.UUID, str]]:
    return [(row["id"], _said(row["name"])) for row in queries.all_institutions() if row["id"] != but]


def _said(names: dict[str, str]) -> str:
    return names.get(language()) or names["es"]


@partners.get("/instituciones/<uuid:institution>", needs=P.PARTNER_READ)
def institution(institution: uuid.UUID) -> ResponseReturnValue:
    """One institution: how to reach it, who answers and who did before, what came before and after it."""
    found = db.session.get(Institution, institution) or abort(404)
    reading(P.PARTNER_READ, found)
    day, held = today(), queries.holders(found.id)
    now = [each for each in held if each["from_on"] <= day and (each["to_on"] is None or each["to_on"] >= day)]
    return page(
        "partners/institution.html", institution=found, territory=territory, now=now, old=day - OLD,
        others=[each for each in held if each not in now], stands=queries.exists_on(found, day),
        before=queries.preceding(found), after=queries.following(found),
        panels=rendered(INSTITUTION_PANELS, institution=found),
    )


@partners.route("/instituciones/<uuid:institution>/cambiar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("An institution"))
def change_institution(institution: uuid.UUID) -> ResponseReturnValue:
    """What was found out about it."""
    found = db.session.get(Institution, institution) or abort(404)
    form = InstitutionChangeForm(found, name_es=found.name["es"], name_en=found.name.get("en"))
    form.followed_by_id.choices = _choices(but=institution)
    back = url_for("partners.institution", institution=institution)
    done = submit(form, "institution.change", lambda: actions.change_institution(
        found, version=form.version_number, **form.values), on=found, to=back)
    return done or page("partners/change_institution.html", form=form, institution=found)


@partners.route("/instituciones/<uuid:institution>/terminar", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("The end of an institution"))
def end_institution(institution: uuid.UUID) -> ResponseReturnValue:
    """An institution ceases to exist; what it did stays."""
    found, form = db.session.get(Institution, institution) or abort(404), EndForm()
    form.followed_by_id.choices = _choices(but=institution)
    done = submit(form, "institution.end", lambda: actions.end_institution(found, **form.values), on=found,
                  to=url_for("partners.institution", institution=institution), said=_("Its end is written down."))
    return done or page("partners/end_institution.html", form=form, institution=found)


# --- who answers there ------------------------------------------------------------------------------------------------

@partners.get("/puntos-focales", needs=P.FOCAL_WRITE)
def focal_points() -> ResponseReturnValue:
    """Who answers today, those first whom nobody verified for long; and posts that nobody holds."""
    reading(P.FOCAL_WRITE)
    day = today()
    return page("partners/focal_points.html", rows=queries.focal_points(day), empty_posts=queries.empty_posts(day),
                old=day - OLD, territory=territory)


@partners.route("/instituciones/<uuid:institution>/cargos/nuevo", methods=["GET", "POST"], needs=P.FOCAL_WRITE,
                draft=_later("A post"))
def add_post(institution: uuid.UUID) -> ResponseReturnValue:
    """A post whose holder answers to the houses."""
    found, form = db.session.get(Institution, institution) or abort(404), PostForm()
    done = submit(form, "post.add", lambda: actions.add_post(found, **form.values), on=found,
                  to=lambda made: url_for("partners.name_holder", post=made.id),
                  said=_("Now write down who holds the post."))
    return done or page("partners/add_post.html", form=form, institution=found)


@partners.route("/cargos/<uuid:post>/nombrar", methods=["GET", "POST"], needs=P.FOCAL_WRITE,
                draft=_later("A focal point"))
def name_holder(post: uuid.UUID) -> ResponseReturnValue:
    """Somebody takes the post over; whoever held it stays written down."""
    found, form = db.session.get(Post, post) or abort(404), HolderForm()
    done = submit(form, "focal_point.name", lambda: actions.name_holder(found, **form.values), on=found,
                  to=url_for("partners.institution", institution=found.institution_id),
                  said=_("It is written down who answers now. Whoever did before stays in the history."))
    return done or page("partners/name_holder.html", form=form, post=found)


@partners.post("/puntos-focales/<uuid:holder>/verificar", needs=P.FOCAL_WRITE)
def verify_holder(holder: uuid.UUID) -> ResponseReturnValue:
    """Somebody called today: it is still this person."""
    found = db.session.get(FocalPoint, holder) or abort(404)
    back = "partners.focal_points" if request.form.get("back") == "list" else None
    to = url_for(back) if back else url_for("partners.institution", institution=_post_of(found).institution_id)
    return saved("focal_point.verify", lambda: actions.verify_holder(found), to=to, on=found, said=_("Verified today."))


@partners.route("/puntos-focales/<uuid:holder>/terminar", methods=["GET", "POST"], needs=P.FOCAL_WRITE,
                draft=_later("A focal point"))
def give_up(holder: uuid.UUID) -> ResponseReturnValue:
    """Somebody leaves the post, and nobody follows yet."""
    found, form = db.session.get(FocalPoint, holder) or abort(404), GiveUpForm()
    post = _post_of(found)
    reading(P.FOCAL_WRITE, found)
    done = submit(form, "focal_point.end", lambda: actions.give_up(found, **form.values), on=found,
                  to=url_for("partners.institution", institution=post.institution_id))
    return done or page("partners/give_up.html", form=form, holder=found, post=post)


def _post_of(holder: FocalPoint) -> Post:
    return db.session.get_one(Post, holder.post_id)


@day_card(70, P.FOCAL_WRITE, "partners/_day.html")
def to_verify_card() -> dict[str, Any] | None:
    """How many focal points nobody verified for long, and posts that nobody holds."""
    day = today()
    old = sum(each["verified_on"] is None or each["verified_on"] < day - OLD for each in queries.focal_points(day))
    empty = len(queries.empty_posts(day))
    return {"old": old, "empty": empty} if old or empty else None


# --- lists and the working calendar -----------------------------------------------------------------------------------

@partners.get("/admin/listas", needs=P.STAFF_MANAGE)
def lists() -> ResponseReturnValue:
    """The lists that an administrator extends."""
    return page("partners/lists.html", lists=[(key, each, len(each.offered())) for key, each in LISTS.items()])


@partners.route("/admin/listas/<name>", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("A word of a list"))
def one_list(name: str) -> ResponseReturnValue:
    """One of them: its words, and a new one."""
    found, form = _list(name), WordForm()
    done = submit(form, "list.add", lambda: actions.add_word(found.vocabulary, found.prefix, **form.values),
                  to=url_for("partners.one_list", name=name), said=_("The forms offer it from now on."))
    return done or page("partners/one_list.html", form=form, name=name, list=found, rows=found.rows())


@partners.post("/admin/listas/<name>/retirar", needs=P.STAFF_MANAGE)
def retire_word(name: str) -> ResponseReturnValue:
    """Forms no longer offer a word, or offer it again; what is recorded with it stays."""
    found, word = _list(name), request.form.get("word", "")
    return saved("list.retire", lambda: actions.retire_word(found.vocabulary, found.prefix, word),
                 to=url_for("partners.one_list", name=name))


def _list(name: str) -> GrowingList:
    return LISTS.get(name) or abort(404)


@partners.route("/admin/feriados", methods=["GET", "POST"], needs=P.STAFF_MANAGE,
                draft=_later("A day of the calendar"))
def holidays() -> ResponseReturnValue:
    """The free days of a year in a canton, and what is decreed beside the law."""
    shown, form = CalendarForm(formdata=request.args), DayForm()
    shown.canton.choices = form.where.choices = territory.canton_choices()
    year = shown.ano.data if shown.validate() and shown.ano.data else today().year
    canton = None if shown.canton.errors else shown.canton.data
    done = submit(form, "calendar.mark", lambda: actions.mark_day(**form.marked),
                  to=url_for("partners.holidays"), said=_("The day is written down."))
    return done or page("partners/holidays.html", form=form, shown=shown, year=year, canton=canton,
                        days=_by_year(year, canton), decreed=queries.calendar_days(), territory=territory)


def _by_year(year: int, canton: str | None) -> list[tuple[date, Any]]:
    return queries.workdays(canton).free_days(year)


@partners.post("/admin/feriados/<uuid:day>/quitar", needs=P.STAFF_MANAGE)
def unmark_day(day: uuid.UUID) -> ResponseReturnValue:
    """What was written down is taken back: the day counts as the law has it."""
    found = db.session.get(CalendarDay, day) or abort(404)
    return saved("calendar.unmark", lambda: actions.unmark_day(found), to=url_for("partners.holidays"), on=found,
                 said=_("It is taken back."))
