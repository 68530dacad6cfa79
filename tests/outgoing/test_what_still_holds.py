"""What left and does not hold any more: its slip works no more, her people are told once, nobody is asked to call."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter import answers
from shelter.audit import operator, work
from shelter.calendar import PartialDate, now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import Consent
from shelter.codes.cases import CaseState, ConsentAnswer, ConsentPurpose
from shelter.codes.outgoing import OutgoingState
from shelter.db import db
from shelter.notices.models import Notice
from shelter.outgoing import actions
from tests.client import Page

S = OutgoingState
DAY = timedelta(days=1)
CALL, DECIDE = "No han respondido: llame", "Ella retiró su permiso, o ya no vale: retire la derivación"


@pytest.fixture
def slip(stored):
    return lambda: answers.latest(actions.ANSWER, stored().id)


@pytest.fixture
def change(stored):
    """change(name=value): of the referral, as if it had happened."""

    def do(**values):
        found = stored()
        with work("test.change", by=operator):
            for name, value in values.items():
                setattr(found, name, value)

    return do


def take_back():
    with work("test.withdraw", by=operator):
        for each in db.session.scalars(sa.select(Consent)).all():
            cases.withdraw_consent(each)
    db.session.rollback()


def aged(rosa, years):
    with work("test.birth", by=operator):
        case = db.session.get_one(Case, rosa.id)
        cases.describe(case, version=case.person.version, birth=PartialDate(today().year - years, 1, 1))
    db.session.rollback()


def told(word="outgoing.taken_back"):
    return db.session.scalar(sa.select(sa.func.count()).where(Notice.word == word))


def test_for_what_she_took_back_nobody_is_asked_to_call(client, sent, change):
    sent()
    change(sent_at=now() - 20 * DAY)
    assert CALL in Page(client.get("/mi-dia").text).text
    take_back()
    actions.remind_of_silence()
    assert told("outgoing.silent") == 0
    day = client.get("/mi-dia").text
    assert CALL not in Page(day).text
    assert "/llamada" not in day
    assert DECIDE in Page(day).text
    listed = client.get("/derivaciones-enviadas").text
    assert "/llamada" not in listed
    assert "Demasiado tiempo sin respuesta" not in Page(listed).text


def test_it_stands_on_my_day_at_once_until_somebody_withdraws_it(client, sent):
    url = sent()
    take_back()
    assert DECIDE in Page(client.get("/mi-dia").text).text
    assert "Retirada el" not in Page(client.get(url).text).text
    assert client.fill(f"{url}/retirar", why="she_decided").status_code == 303
    assert DECIDE not in Page(client.get("/mi-dia").text).text


@pytest.mark.parametrize("before", ["open", "expired", "spent", "none"])
def test_however_it_stands_with_the_slip_her_people_are_told_once(app, rosa, worker, sent, slip, before):
    sent()
    if before == "spent":
        app.test_client().post("/respuesta", data={"code": slip().code, "answered": "y", "state": "received"})
    with work("test.slip", by=operator):
        if before == "expired":
            slip().expires_at = now() - DAY
        if before == "none":
            db.session.delete(slip())
    take_back()
    once = told()
    assert once > 0
    with work("test.no", by=operator):
        cases.ask_consent(db.session.get_one(Case, rosa.id), by=worker.id, purpose=ConsentPurpose.REFERRAL,
                          answer=ConsentAnswer.REFUSED)
    actions.remind_of_silence()
    assert told() == once


def test_what_was_received_by_telephone_after_she_took_it_back_is_not_waited_for(client, sent, press, change):
    url = sent()
    take_back()
    assert press(url, "llamada", state="received").status_code == 303
    change(heard_at=now() - 20 * DAY)
    once = told()
    actions.remind_of_silence()
    assert (told("outgoing.silent"), told()) == (0, once)
    assert CALL not in Page(client.get("/mi-dia").text).text


def test_at_an_age_at_which_she_could_not_agree_alone_the_code_works_no_more(app, client, rosa, sent, slip, state):
    url = sent()
    code, officer = slip().code, app.test_client()
    aged(rosa, 15)
    assert "la hoja de respuesta dejó de servir" in Page(client.get(url).text).text.lower()
    assert client.get(f"{url}/carta.pdf").status_code == 403
    assert officer.get(f"/respuesta/{code}").status_code == 422
    answer = officer.post("/respuesta", data={"code": code, "answered": "y", "state": "received"})
    assert answer.status_code == 422
    assert state() is S.SENT
    assert told() > 0
    assert not slip().is_open, "no new one was made"


def test_a_code_is_asked_each_time_whether_her_consent_holds(app, client, rosa, sent, slip, state):
    """Also when nobody took the slip back: she may be a child by what is declared of her, or it ended."""
    url = sent()
    code, officer = slip().code, app.test_client()
    with work("test.ends", by=operator):
        db.session.scalar(sa.select(Consent)).ends_on = today() - DAY
    assert officer.get(f"/respuesta/{code}").status_code == 422
    answer = officer.post("/respuesta", data={"code": code, "answered": "y", "state": "received"})
    assert answer.status_code == 422
    assert "La hoja sirve una vez" not in Page(client.get(url).text).text
    assert state() is S.SENT


def test_when_her_age_was_a_mistake_it_is_waited_for_again(client, rosa, sent, press, change, slip):
    url = sent()
    change(sent_at=now() - 20 * DAY)
    aged(rosa, 15)
    assert DECIDE in Page(client.get("/mi-dia").text).text
    aged(rosa, 30)
    assert CALL in Page(client.get("/mi-dia").text).text
    assert press(url, "hoja").status_code == 303
    assert slip().is_open


@pytest.fixture
def closed(rosa):
    def close():
        with work("test.close", by=operator):
            case = db.session.get_one(Case, rosa.id)
            case.state, case.closed_at = CaseState.CLOSED, now()
        db.session.rollback()

    return close


def test_of_a_closed_case_no_letter_and_no_slip_leaves_and_its_record_stays(client, sent, press, slip, closed):
    url = sent()
    before = slip().id
    closed()
    assert client.get(f"{url}/carta.pdf").status_code == 403
    page = client.get(url)
    assert page.status_code == 200
    assert "carta.pdf" not in page.text
    assert "Hoja nueva" not in Page(page.text).text
    assert press(url, "hoja").status_code == 303
    assert slip().id == before
    assert "El caso está cerrado" in Page(client.get(url).text).text


def test_what_is_answered_about_a_closed_case_is_kept_and_makes_no_new_slip(app, sent, slip, closed, state):
    sent()
    code, before = slip().code, slip().id
    closed()
    page = app.test_client().post("/respuesta", data={"code": code, "answered": "y", "state": "received"})
    assert page.status_code == 200
    assert "<code>" not in page.text
    assert state() is S.RECEIVED
    assert slip().id == before
