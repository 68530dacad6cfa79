"""The answer to a referral: sent on, declined with a reason, what could not be met; and the caller's whole word."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now, today
from shelter.codes.places import Channel, Rank
from shelter.codes.referrals import DeclineReason, InstitutionKind, ReferralState, UnmetNeed
from shelter.db import db
from shelter.notices.models import Notice
from shelter.partners import actions as partners
from shelter.partners.models import House, Post
from shelter.referrals.models import Referral, Unmet
from shelter.referrals.rules import unmet_by
from tests.client import Page
from tests.referrals.test_referrals import answers, referral, worker  # noqa: F401 (fixtures)


def found(**conditions):
    db.session.expire_all()
    return db.session.scalars(sa.select(Referral).filter_by(**conditions)).one()


def fields_wrong(answer):
    links = (attrs.get("href", "") for attrs in Page(answer.text).all("a"))
    return {link[1:] for link in links if link.startswith("#")} - {"main"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "0999999999"}, "contact_channel"),
        ({"conditions": "nunca de noche"}, "contact_channel"),
        ({"contact_channel": "call"}, "number"),
        ({"contact_channel": "none", "number": "0999999999"}, "number"),
        ({"needs_interpreter": "quizás"}, "needs_interpreter"),
        ({"children": "0", "ages": "3 y 8"}, "children"),
        ({"contact_channel": "call", "number": "abc"}, "number"),
        ({"means": "paloma"}, "means"),
        ({"post_id": "00000000-0000-0000-0000-000000000000"}, "post_id"),
    ],
)
def test_what_a_caller_says_is_refused_at_its_field(programme, worker, typed, field):  # noqa: F811
    answer = worker.fill("/derivaciones/nueva", **answers(programme, **typed))
    assert answer.status_code == 422
    assert field in fields_wrong(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 0


def test_everything_that_was_said_stands_on_the_page(programme, worker):  # noqa: F811
    url = worker.fill("/derivaciones/nueva", **answers(
        programme, safety="El hombre vigila la terminal", ages="3 y 8", contact_channel="third_person",
        number="0987654321", conditions="Solo por la mañana", means="letter", needs_interpreter="yes",
    )).location
    text = Page(worker.get(url).text).text
    for said in ("El hombre vigila la terminal", "2 (3 y 8)", "0987654321", "Solo por la mañana", "Por escrito"):
        assert said in text


def test_what_was_asked_at_the_call_stands_on_the_first_page_of_her_arrival(programme, worker):  # noqa: F811
    url = worker.fill("/derivaciones/nueva", **answers(programme, needs_interpreter="yes", language="zho")).location
    worker.fill(url, state="accepted")
    case = db.session.scalar(sa.select(Referral.case_id))
    page = worker.get(f"/ingresos/{case}/seguridad").text
    for name, value in (("is_safe", "no"), ("needs_interpreter", "yes")):
        assert re.search(rf'name="{name}"[^>]*value="{value}"[^>]*checked', page), name


def test_the_focal_point_is_a_post_and_the_page_says_who_holds_it_today(programme, worker):  # noqa: F811
    first, second = programme.institutions[:2]
    with work("test.post", by=operator):
        post = Post(institution_id=first.id, name="Punto focal de trata")
        db.session.add(post)
        db.session.flush()
        for name, begins in (("Antes Pérez", 40), ("Hoy Salazar", 3)):
            partners.name_holder(post, rank=Rank.HOLDER, name=name, phone="022000000", email=None,
                                 channel=Channel.CALL, from_on=today() - timedelta(days=begins), note=None)
    wrong = worker.fill("/derivaciones/nueva", **answers(
        programme, institution_id=str(second.id), post_id=str(post.id)))
    assert wrong.status_code == 422
    assert "post_id" in fields_wrong(wrong)
    assert "Salazar" not in worker.get("/derivaciones/nueva").text, "a form names nobody"
    url = worker.fill("/derivaciones/nueva", **answers(programme, post_id=str(post.id))).location
    text = Page(worker.get(url).text).text
    assert "Punto focal de trata · Hoy Salazar" in text
    assert "Antes Pérez" not in text


def test_a_no_needs_its_reason_and_what_follows_from_it_is_unmet(worker, referral):  # noqa: F811
    assert "reason" in fields_wrong(worker.fill(referral, state="declined", decline_reason="other"))
    done = worker.fill(referral, state="declined", decline_reason="no_bed", unmet=["interpreter", "bed"])
    assert done.location == f"{referral}/afuera", "where does she sleep tonight?"
    assert found().decline_reason is DeclineReason.NO_BED
    needs = db.session.scalars(sa.select(Unmet.need)).all()
    assert sorted(needs) == ["bed", "interpreter"]
    assert "Una cama, Intérprete" in Page(worker.get(referral).text).text


def test_nothing_unmet_leads_nowhere_else(worker, referral):  # noqa: F811
    assert worker.fill(referral, state="declined", decline_reason="not_her_wish").location == referral


def test_nobody_is_sent_on_to_a_consulate(worker, referral):  # noqa: F811
    with work("test.consulate", by=operator):
        consulate = partners.add_institution(
            name_es="Consulado de Ninguna Parte", name_en="", kind=InstitutionKind.CONSULATE, province=None,
            valid_from=None, succeeds_id=None)
    answer = worker.fill(referral, state="redirected", to_institution_id=str(consulate.id))
    assert answer.status_code == 422
    assert "to_institution_id" in fields_wrong(answer)
    assert found().state is ReferralState.WAITING


@pytest.mark.parametrize(("why", "chosen", "expected"), [
    (None, [], []),
    (DeclineReason.NO_BED, [], [UnmetNeed.BED]),
    (DeclineReason.NO_BED, [UnmetNeed.OTHER, UnmetNeed.BED], [UnmetNeed.BED, UnmetNeed.OTHER]),
    (DeclineReason.NOT_TRAFFICKING, [UnmetNeed.MEDICAL], [UnmetNeed.MEDICAL]),
])
def test_what_could_not_be_met_is_each_need_once(why, chosen, expected):
    assert unmet_by(why, chosen) == expected


# --- another house ----------------------------------------------------------------------------------------------------

@pytest.fixture
def coast(programme, staff, sign_in):
    """A caseworker of another foundation's house who has an open account."""
    member = staff(Role.CASEWORKER, programme.far_house)
    with work("test.password", by=operator):
        member.password_hash = "something"
    return sign_in(member)


def test_another_house_receives_all_that_was_said_and_is_told(programme, worker, coast):  # noqa: F811
    url = worker.fill("/derivaciones/nueva", **answers(
        programme, name="Aurora", contact_channel="call", number="0987654321", needs="Silla de ruedas")).location
    there = str(programme.far_house.id)
    unasked = worker.fill(url, state="redirected", to_house_id=there)
    assert unasked.status_code == 422
    assert "is_told" in fields_wrong(unasked)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 1, "nothing half sent"
    assert worker.fill(url, state="redirected", to_house_id=there, is_told="y").status_code == 303
    sent = found(house_id=programme.far_house.id)
    origin = found(house_id=programme.house.id)
    assert (sent.name, sent.number, sent.needs) == ("Aurora", "0987654321", "Silla de ruedas")
    assert (sent.state, sent.received_at) == (ReferralState.WAITING, origin.received_at)
    assert (sent.foundation_id, origin.foundation_id) == tuple(
        each.foundation_id for each in (programme.far_house, programme.house))
    assert [each.word for each in db.session.scalars(sa.select(Notice))] == ["referral.sent_on"]
    assert "Aurora" in Page(coast.get(f"/derivaciones/{sent.id}").text).text
    assert coast.get(url).status_code == 404, "and not the page of the first house"
    assert coast.fill(f"/derivaciones/{sent.id}", state="accepted").status_code == 303
    assert "Aceptada" in Page(worker.get(url).text).text, "the first house sees what became of her"


@pytest.mark.parametrize("how", ["same", "ended", "both"])
def test_a_house_that_is_this_one_or_has_ended_is_refused(programme, worker, referral, how):  # noqa: F811
    with work("test.end", by=operator):
        db.session.get(House, programme.other_house.id).ended_on = today() - timedelta(days=1)
    house = programme.house if how == "same" else programme.other_house if how == "ended" else programme.far_house
    more = {"to_institution_id": str(programme.institutions[0].id)} if how == "both" else {}
    answer = worker.fill(referral, state="redirected", to_house_id=str(house.id), is_told="y", **more)
    assert answer.status_code == 422
    assert "to_house_id" in fields_wrong(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 1


def test_a_clock_that_is_wrong_does_not_make_tomorrow(programme, worker):  # noqa: F811
    soon = local(now() + timedelta(minutes=30))
    answer = worker.fill("/derivaciones/nueva", **answers(programme, **{
        "received_at-date": soon.date().isoformat(), "received_at-time": f"{soon:%H:%M}"}))
    assert answer.status_code == 422
