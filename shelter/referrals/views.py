"""Incoming referrals: the list, a new one, one and its answer."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access import houses_of
from shelter.accounts import queries as accounts
from shelter.calendar import now, today
from shelter.cases.models import Case
from shelter.db import db
from shelter.partners import queries as partners
from shelter.partners.models import House, Institution
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Section, gate, me, menu, page, submit
from shelter.web.gate import reading
from shelter.web.panels import day_card, institution_panel

from . import actions, queries
from .forms import AnswerForm, ReferralForm
from .models import Referral

referrals = Section("referrals", __name__)
gate.loads("referral", queries.by_id)
menu(30, "referrals.index", _later("Referrals"), "referral", P.REFERRAL_READ)


@referrals.get("/derivaciones", needs=P.REFERRAL_READ)
def index() -> ResponseReturnValue:
    """Those that wait, and the latest answered ones."""
    reading(P.REFERRAL_READ)
    return page(
        "referrals/index.html",
        waiting=queries.page_of(me(), waiting=True),
        answered=queries.page_of(me(), waiting=False),
        institutions=_names(),
    )


@referrals.route("/derivaciones/nueva", methods=["GET", "POST"], needs=P.REFERRAL_WRITE,
             draft=_later("A referral"))
def new() -> ResponseReturnValue:
    """Somebody calls."""
    houses = partners.houses(houses_of(me(), P.REFERRAL_WRITE))
    form = ReferralForm(received_at=now(), children=0, house_id=houses[0][0] if len(houses) == 1 else None)
    form.house_id.choices = houses
    form.institution_id.choices = list(_institutions().items())
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
    return actions.receive(db.session.get_one(House, values.pop("house_id")), by=me().id, **values)


@referrals.route("/derivaciones/<uuid:referral>", methods=["GET"], needs=P.REFERRAL_READ)
def show(referral: Referral) -> ResponseReturnValue:
    """One referral, and the form to answer it."""
    return _page(referral, AnswerForm())


@referrals.post("/derivaciones/<uuid:referral>", needs=P.REFERRAL_WRITE)
def answer(referral: Referral) -> ResponseReturnValue:
    """Accepting opens a case and leads straight to the arrival."""
    form = AnswerForm()
    done = submit(
        form,
        "referral.answer",
        lambda: actions.answer(referral, by=me().id, **form.values),
        to=lambda case: _after(referral, case),
        on=referral,
        said=_("The answer is recorded."),
    )
    return done or _page(referral, form)


def _after(referral: Referral, case: Case | None) -> str:
    return url_for("intake.tasks", case=case.id) if case else url_for("referrals.show", referral=referral.id)


def _page(referral: Referral, form: AnswerForm) -> ResponseReturnValue:
    names = accounts.names([referral.by_id, referral.answered_by_id])
    return page(
        "referrals/show.html",
        referral=referral,
        form=form,
        names=names,
        institution=_names().get(referral.institution_id),
        house=db.session.get_one(House, referral.house_id),
    )


def _institutions() -> dict[Any, str]:
    """Those that can refer somebody today."""
    return {each.id: _said(each.name) for each in partners.institutions(today())}


def _names() -> dict[Any, str]:
    """All of them: a referral keeps the name of whoever wrote it."""
    return {each: _said(names) for each, names in partners.institution_names().items()}


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
