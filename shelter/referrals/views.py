"""Incoming referrals: the list, a new one, one and its answer; and those who wait outside until they have a place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import houses_of
from shelter.accounts import queries as accounts
from shelter.calendar import now, today
from shelter.cases.models import Case
from shelter.codes.cases import Answer
from shelter.db import db
from shelter.partners import queries as partners
from shelter.partners.models import House, Institution, Post
from shelter.rules import RuleBroken
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, gate, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.panels import day_card, institution_panel

from . import actions, queries
from .forms import AnswerForm, CheckForm, ReferralForm, WaitEndForm, WaitingForm
from .models import Referral, Waiting

referrals = Section("referrals", __name__)
gate.loads("referral", queries.by_id)
menu(30, "referrals.index", _later("Referrals"), "referral", P.REFERRAL_READ)
SOON = timedelta(hours=6)
"""Before a safety check is due, it stands on my day."""


@referrals.get("/derivaciones", needs=P.REFERRAL_READ)
def index() -> ResponseReturnValue:
    """Those that wait, those who wait outside, and the latest answered ones."""
    reading(P.REFERRAL_READ)
    return page(
        "referrals/index.html",
        waiting=queries.page_of(me(), waiting=True),
        outside=queries.outside(me()),
        answered=queries.page_of(me(), waiting=False),
        institutions=_names(),
        now=now(),
    )


@referrals.route("/derivaciones/nueva", methods=["GET", "POST"], needs=P.REFERRAL_WRITE,
             draft=_later("A referral"))
def new() -> ResponseReturnValue:
    """Somebody calls."""
    houses = partners.houses(houses_of(me(), P.REFERRAL_WRITE))
    form = ReferralForm(received_at=now(), children=0, house_id=houses[0][0] if len(houses) == 1 else None)
    form.house_id.choices = houses
    form.institution_id.choices = list(_institutions().items())
    form.post_id.choices = _posts()
    done = submit(
        form,
        "referral.receive",
        lambda: _receive(form),
        to=lambda made: url_for("referrals.show", referral=made.id),
        said=_("The referral is recorded."),
    )
    return done or page("referrals/new.html", form=form)


def _receive(form: ReferralForm) -> Referral:
    values = form.values
    post = db.session.get(Post, values["post_id"]) if values["post_id"] else None
    if post and post.institution_id != values["institution_id"]:
        raise RuleBroken(_("That focal point belongs to another institution"), "post_id")
    values["needs_interpreter"] = values["needs_interpreter"] or Answer.UNKNOWN
    return actions.receive(db.session.get_one(House, values.pop("house_id")), by=me().id, **values)


@referrals.route("/derivaciones/<uuid:referral>", methods=["GET"], needs=P.REFERRAL_READ)
def show(referral: Referral) -> ResponseReturnValue:
    """One referral, and the form to answer it."""
    return _page(referral, _answer_form(referral))


@referrals.post("/derivaciones/<uuid:referral>", needs=P.REFERRAL_WRITE)
def answer(referral: Referral) -> ResponseReturnValue:
    """Accepting opens a case and leads straight to the arrival; what could not be met, to where she is meanwhile."""
    form = _answer_form(referral)
    done = submit(
        form,
        "referral.answer",
        lambda: actions.answer(referral, by=me().id, **form.values),
        to=lambda case: _after(referral, case, form),
        on=referral,
        said=_("The answer is recorded."),
    )
    return done or _page(referral, form)


def _answer_form(referral: Referral) -> AnswerForm:
    form = AnswerForm()
    form.to_house_id.choices = [each for each in partners.houses(on=today()) if each[0] != referral.house_id]
    form.to_institution_id.choices = list(_institutions().items())
    return form


def _after(referral: Referral, case: Case | None, form: AnswerForm) -> str:
    if case and not form.unmet.data:
        return url_for("intake.tasks", case=case.id)
    needs_lodging = queries.waits(referral.id) or (queries.unmet(referral.id) and not referral.to_house_id)
    return url_for("referrals.begin" if needs_lodging else "referrals.show", referral=referral.id)


def _page(referral: Referral, form: AnswerForm) -> ResponseReturnValue:
    waitings, checks = queries.waitings(referral.id), queries.checks(referral.id)
    by = [*(each.by_id for each in waitings), *(each.by_id for each in checks)]
    return page(
        "referrals/show.html", referral=referral, form=form, waitings=waitings, checks=checks, now=now(),
        names=accounts.names([referral.by_id, referral.answered_by_id, *by]),
        institutions=_names(), post=queries.post_said(referral, today()), unmet=queries.unmet(referral.id),
        houses=dict(partners.houses()), sent_on=queries.sent_on(referral.id),
    )


# --- outside ----------------------------------------------------------------------------------------------------------

@referrals.route("/derivaciones/<uuid:referral>/afuera", methods=["GET", "POST"], needs=P.REFERRAL_WRITE,
                 draft=_later("Where she waits"))
def begin(referral: Referral) -> ResponseReturnValue:
    """There is no place yet: where she is meanwhile."""
    form = WaitingForm()
    done = submit(form, "waiting.begin", lambda: actions.begin_waiting(referral, by=me().id, **form.values),
                  to=_of(referral), on=referral, said=_("From now on somebody asks every day how she is."))
    return done or page("referrals/begin.html", form=form, referral=referral, waiting=queries.waits(referral.id))


@referrals.route("/derivaciones/<uuid:referral>/afuera/hoy", methods=["GET", "POST"], needs=P.REFERRAL_WRITE,
                 draft=_later("A safety check"))
def check(referral: Referral) -> ResponseReturnValue:
    """How she is today."""
    waiting, form = _waiting(referral), CheckForm(checked_at=now())
    done = submit(form, "waiting.check", lambda: actions.check(waiting, by=me().id, **form.values),
                  to=_of(referral), on=referral, said=_("The check is recorded."))
    return done or page("referrals/check.html", form=form, referral=referral, waiting=waiting)


@referrals.route("/derivaciones/<uuid:referral>/afuera/fin", methods=["GET", "POST"], needs=P.REFERRAL_WRITE,
                 draft=_later("Where she waits"))
def end(referral: Referral) -> ResponseReturnValue:
    """She waits no more."""
    waiting, form = _waiting(referral), WaitEndForm()
    done = submit(form, "waiting.end", lambda: actions.end_waiting(waiting, by=me().id, **form.values),
                  to=_of(referral), on=referral, said=_("She waits outside no more."))
    return done or page("referrals/end.html", form=form, referral=referral, waiting=waiting)


def _waiting(referral: Referral) -> Waiting:
    """Hers that goes on; of one that ended, the last, so that whoever comes too late is told so in words."""
    return next(iter(queries.waitings(referral.id)), None) or abort(404)


def _of(referral: Referral) -> str:
    return url_for("referrals.show", referral=referral.id)


def _institutions() -> dict[Any, str]:
    """Those that can refer somebody today."""
    return {each.id: _said(each.name) for each in partners.institutions(today())}


def _names() -> dict[Any, str]:
    """All of them: a referral keeps the name of whoever wrote it."""
    return {each: _said(names) for each, names in partners.institution_names().items()}


def _posts() -> list[tuple[uuid.UUID, str]]:
    """The posts of institutions."""
    return [(post, f"{_said(institution)} · {name}") for post, institution, name in queries.posts(today())]


def _said(names: dict[str, str]) -> str:
    return names.get(language()) or names["es"]


@institution_panel(10, P.FOCAL_WRITE, "referrals/_institution.html")
def open_with(institution: Institution) -> dict[str, Any] | None:
    """How much waits with an institution when its focal point changes: numbers, no names."""
    waiting, lately = queries.open_with(institution.id)
    return {"waiting": waiting, "lately": lately} if waiting or lately else None


@day_card(10, P.REFERRAL_READ, "referrals/_day.html")
def waiting_card() -> dict[str, Any] | None:
    """Referrals that wait for an answer."""
    found = queries.page_of(me(), waiting=True, most=4)
    return {"waiting": found[:3], "more": len(found) > 3} if found else None


@day_card(5, P.REFERRAL_WRITE, "referrals/_outside.html")
def outside_card() -> dict[str, Any] | None:
    """Whom to ask today how she is: those who wait outside and whose check is due."""
    found = queries.outside(me(), until=now() + SOON, most=6)
    return {"rows": found[:5], "more": len(found) > 5, "now": now()} if found else None
