"""Referrals: what a caller says, answered once, by the house it is for."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.calendar import local, now
from shelter.cases.models import Case
from shelter.codes.referrals import ReferralState
from shelter.db import db
from shelter.referrals.models import Referral
from tests.client import Page


@pytest.fixture
def worker(staff, sign_in):
    return sign_in(staff(Role.CASEWORKER))


def answers(programme, ago=timedelta(hours=1), **more):
    at = local(now() - ago)
    return {
        "house_id": str(programme.house.id),
        "institution_id": str(programme.institutions[0].id),
        "is_safe": "no",
        "safety": "Él la busca; la policía la acompaña.",
        "needs_doctor": "unknown",
        "urgency": "today",
        "children": "2",
        "received_at-date": at.date().isoformat(),
        "received_at-time": f"{at:%H:%M}",
        **more,
    }


@pytest.fixture
def referral(programme, worker):
    return worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location


def state():
    db.session.expire_all()
    return db.session.scalar(sa.select(Referral.state))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"received_at-date": "2999-01-01"}, "received_at"),
        ({"received_at-date": "31/2/2026"}, "received_at"),
        ({"received_at-time": "las tres"}, "received_at"),
        ({"is_safe": ""}, "is_safe"),
        ({"is_safe": "no", "safety": ""}, "safety"),
        ({"children": "-1"}, "children"),
        ({"children": "muchos"}, "children"),
        ({"institution_id": "nada"}, "institution_id"),
        ({"needs": "x" * 1_000_000}, "needs"),
        ({"name": "An\u2066a"}, "name"),
    ],
)
def test_a_wrong_answer_stays_at_its_field(app, programme, worker, wrong, field):
    answer = worker.fill("/derivaciones/nueva", **{**answers(programme), **wrong})
    assert answer.status_code == 422
    assert any(attrs.get("href") == f"#{field}" for attrs in Page(answer.text).all("a"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 0


def test_accepting_opens_one_case_however_often(app, programme, worker, referral):
    page = Page(worker.get(referral).text)
    data = {"csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key"), "state": "accepted"}
    locations = {worker.post(referral, data=data).location for _time in range(3)}
    assert len(locations) == 1
    other = worker.post(referral, data={**data, "submit_key": "6f0a4a52-0000-4000-8000-000000000000"})
    assert other.status_code == 422
    assert "Su respuesta no se guardó" in Page(other.text).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_what_the_caller_said_of_her_safety_goes_with_her(app, programme, worker, referral, staff, sign_in):
    """On her page, and as the first answers of the arrival, which can still be changed."""
    tasks = worker.fill(referral, state="accepted").location
    assert "No está a salvo ahora" in Page(worker.get(tasks).text).text
    safety = f"{tasks}/seguridad"
    page = Page(worker.get(safety).text)
    chosen = {each["name"]: each["value"] for each in page.all("input") if "checked" in each}
    assert (chosen["is_safe"], chosen["needs_doctor"]) == ("no", "unknown")
    assert worker.fill(safety, is_safe="yes", needs_doctor="yes").status_code == 303
    text = Page(worker.get(tasks).text).text
    assert "No está a salvo ahora" not in text
    assert "Necesita atención médica ahora" in text
    url = tasks.replace("ingresos", "casos")
    assert "Necesita atención médica ahora" in Page(worker.get(url).text).text
    far = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(url)
    assert far.status_code == 200
    assert "atención médica" not in Page(far.text).text, "for those who care for her alone"
    assert state() is ReferralState.ACCEPTED


@pytest.mark.parametrize("word", ["redirected", "declined"])
def test_who_is_not_received_gets_a_reason_written_down(app, programme, worker, referral, word):
    assert worker.fill(referral, state=word).status_code == 422
    assert state() is ReferralState.WAITING
    assert worker.fill(referral, state=word, reason="Sin camas; se llamó a otra casa.").status_code == 303
    assert state() == word


def test_nobody_is_sent_back_to_who_referred_her(app, programme, worker, referral):
    caller = db.session.get_one(Referral, uuid.UUID(referral.rsplit("/", 1)[-1])).institution_id
    answer = worker.fill(referral, state="redirected", to_institution_id=str(caller))
    assert answer.status_code == 422
    assert any(each.get("href") == "#to_institution_id" for each in Page(answer.text).all("a"))


def test_an_urgent_one_comes_first(app, programme, worker):
    worker.fill("/derivaciones/nueva", **answers(programme, timedelta(hours=9), name="Planeada", urgency="planned"))
    worker.fill("/derivaciones/nueva", **answers(programme, timedelta(hours=8), name="Pronto", urgency="72h"))
    worker.fill("/derivaciones/nueva", **answers(programme, name="Urgente", urgency="today"))
    text = worker.get("/derivaciones").text
    assert text.index("Urgente") < text.index("Pronto") < text.index("Planeada")


def test_another_house_does_not_see_it(app, programme, staff, sign_in, referral):
    stranger = sign_in(staff(Role.CASEWORKER, programme.other_house))
    assert stranger.get(referral).status_code == 404
    assert "Aurora" not in stranger.get("/derivaciones").text
