"""What institutions answer: by slip, by telephone in two taps; silence is noticed, and what was withdrawn is over."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter import answers
from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Milestone
from shelter.codes.outgoing import OutgoingState, WithdrawnWhy
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.notices.models import Notice
from shelter.outgoing import actions
from shelter.outgoing.models import Outgoing, Reply
from shelter.rules import RuleBroken
from tests.client import Page

S = OutgoingState
DAY = timedelta(days=1)


@pytest.fixture
def officer(app):
    return app.test_client()


@pytest.fixture
def code(stored):
    """code() -> the code of the slip of the referral, as it is now."""
    return lambda: answers.latest(actions.ANSWER, stored().id).code


def say(officer, code, **answer):
    return officer.post("/respuesta", data={"code": code, "answered": "y", **answer})


def entries():
    return db.session.execute(
        sa.select(TimelineEntry.detail, TimelineEntry.by_id, TimelineEntry.corrects_id)
        .where(TimelineEntry.milestone == Milestone.REFERRAL_ANSWERED).order_by(TimelineEntry.entered_at)
    ).all()


def test_the_officer_sees_a_reference_and_nothing_else(officer, sent, stored, rosa, code):
    sent()
    page = Page(officer.get(f"/respuesta/{code()}").text)
    assert stored().reference in page.text
    for word in ("Rosa", rosa.code, "Una cita", "Chequeo", "Casa", "Fundación", "Elena", "02 000"):
        assert word not in page.text


def test_an_answer_by_slip_is_told_and_stands_on_the_timeline(officer, worker, sent, state, code):
    sent()
    assert say(officer, code(), state="attended", attended_on=today().isoformat()).status_code == 200
    assert state() is S.ATTENDED
    assert entries() == [("attended", None, None)]
    assert worker.id in set(db.session.scalars(sa.select(Notice.staff_id).where(Notice.word == "outgoing.answered")))


@pytest.mark.parametrize(("answer", "field"), [
    ({"state": ""}, "state"), ({"state": "withdrawn"}, "state"), ({"state": "not_attended"}, "reason"),
    ({"state": "not_attended", "reason": "other"}, "note"), ({"state": "attended"}, "attended_on"),
    ({"state": "attended", "attended_on": "2999-01-01"}, "attended_on"),
    ({"state": "attended", "attended_on": "1999-01-01"}, "attended_on"),
    ({"state": "received", "note": "x" * 501}, "note"),
])
def test_an_answer_that_cannot_be_is_refused_at_its_field_and_spends_nothing(officer, sent, state, code, answer, field):
    sent()
    page = say(officer, code(), **answer)
    assert page.status_code == 422
    assert any(each.get("href") == f"#{field}" for each in Page(page.text).all("a"))
    assert state() is S.SENT
    assert say(officer, code(), state="received").status_code == 200


def test_who_received_it_can_tell_later_how_it_went_on(officer, sent, state, code):
    sent()
    first = code()
    onward = re.search(r"<code>([0-9a-z-]{34})</code>", say(officer, first, state="received").text)[1]
    assert state() is S.RECEIVED
    assert say(officer, first, state="attended").status_code == 422
    assert say(officer, onward, state="not_attended", reason="no_place").status_code == 200
    assert state() is S.NOT_ATTENDED
    assert [each.detail for each in entries()] == ["received", "not_attended"]


def test_the_usual_answer_is_one_button(client, worker, sent, press, state):
    url = sent()
    assert press(url, "llamada", state="received").status_code == 303
    assert press(url, "llamada", state="received").status_code == 303  # touched twice
    assert press(url, "llamada", state="attended").status_code == 303
    assert state() is S.ATTENDED
    assert [(each.detail, each.by_id) for each in entries()] == [("received", worker.id), ("attended", worker.id)]
    assert press(url, "llamada", state="prepared").status_code == 400


def test_a_page_that_was_left_open_does_not_undo_what_was_answered(client, sent, press, state):
    url = sent()
    assert press(url, "llamada", state="attended").status_code == 303
    late = press(url, "llamada", state="received")
    assert "alguien anotó mientras tanto" in Page(client.get(late.location).text if late.location else late.text).text
    assert state() is S.ATTENDED
    assert client.fill(f"{url}/respuesta", state="received", through="call", is_correction="y").status_code == 303
    assert state() is S.RECEIVED, "a correction is meant"


NOT_THERE = {"state": "not_attended", "reason": "no_place", "through": "call"}


def test_an_older_list_does_not_undo_the_answer_that_stands(client, sent, press, state):
    url = sent()
    assert client.fill(f"{url}/respuesta", **NOT_THERE).status_code == 303
    assert press(url, "llamada", state="attended").status_code == 303
    assert "alguien anotó mientras tanto" in Page(client.get(url).text).text
    assert state() is S.NOT_ATTENDED
    assert [each.detail for each in entries()] == ["not_attended"]


def test_an_older_form_says_so_and_keeps_what_was_typed(officer, client, sent, state, code):
    url = sent()
    kept = Page(client.get(f"{url}/respuesta").text)
    assert say(officer, code(), state="not_attended", reason="declined").status_code == 200
    typed = {name: kept.hidden(name) for name in ("csrf_token", "submit_key")} | {
        "state": "attended", "attended_on": today().isoformat(), "through": "call", "note": "Vino el lunes."}
    answer = client.post(f"{url}/respuesta", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert any(each.get("href") == "#is_correction" for each in page.all("a"))
    assert "Vino el lunes." in answer.text
    assert state() is S.NOT_ATTENDED
    assert client.fill(f"{url}/respuesta", **{**typed, "is_correction": "y"}).status_code == 303
    assert state() is S.ATTENDED


def test_more_is_said_of_an_answer_without_correcting_it(client, sent, press, state):
    url = sent()
    assert press(url, "llamada", state="attended").status_code == 303
    more = {"state": "attended", "attended_on": today().isoformat(), "through": "call", "note": "Control en un mes."}
    assert client.fill(f"{url}/respuesta", **more).status_code == 303
    assert state() is S.ATTENDED
    assert "Control en un mes." in Page(client.get(url).text).text


def answered_notices():
    return db.session.scalar(sa.select(sa.func.count()).where(Notice.word == "outgoing.answered"))


def test_that_it_was_received_is_told_once_whoever_says_so(officer, worker, staff, sign_in, rosa, sent, press, stored):
    url = sent()
    assert press(url, "llamada", state="received").status_code == 303
    heard, told = stored().heard_at, answered_notices()
    other = staff(Role.CASEWORKER)
    with work("test.team", by=operator):
        cases.join_team(db.session.get_one(Case, rosa.id), other.id, Discipline.SOCIAL)
    db.session.rollback()
    assert press(url, "llamada", by=sign_in(other), state="received").status_code == 303
    assert (stored().heard_at, answered_notices()) == (heard, told)
    assert [each.detail for each in entries()] == ["received"]


def test_a_slip_says_once_that_it_was_received_and_its_follower_lasts_no_longer(officer, sent, stored, code):
    sent()
    first, ends = code(), answers.latest(actions.ANSWER, stored().id).expires_at
    assert say(officer, first, state="received").status_code == 200
    second, heard, told = code(), stored().heard_at, answered_notices()
    follower = answers.latest(actions.ANSWER, stored().id)
    assert second != first
    assert abs(ends - follower.expires_at) < timedelta(seconds=1)
    page = officer.get(f"/respuesta/{second}")
    assert [each["value"] for each in Page(page.text).all("input") if each.get("name") == "state"] == [
        "attended", "not_attended"]
    assert say(officer, second, state="received").status_code == 422
    assert (code(), stored().heard_at, answered_notices()) == (second, heard, told)
    assert [each.detail for each in entries()] == ["received"]


def test_a_telephone_answer_is_two_taps_from_her_case_and_one_from_the_lists(client, rosa, sent, state):
    """Her case → Referrals → the button; who calls by the list touches the button at once."""
    url = sent()
    for at in (f"/casos/{rosa.id}/derivaciones", "/derivaciones-enviadas"):
        said = {form.get("action") for form in Page(client.get(at).text).all("form")}
        assert f"{url}/llamada" in said
    assert f'href="/casos/{rosa.id}/derivaciones"' in client.get(f"/casos/{rosa.id}").text
    page = Page(client.get(f"/casos/{rosa.id}/derivaciones").text)
    assert client.post(f"{url}/llamada", data={
        "csrf_token": page.hidden("csrf_token"), "state": "attended"}).status_code == 303
    assert state() is S.ATTENDED
    assert "/llamada" not in client.get(f"/casos/{rosa.id}/derivaciones").text


def test_who_only_reads_is_offered_no_answer(sent, staff, sign_in):
    sent()
    reader = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert "/llamada" not in reader.get("/derivaciones-enviadas").text


def test_a_telephone_answer_ends_the_slip_unless_more_is_to_come(officer, sent, press, code):
    url = sent()
    kept = code()
    press(url, "llamada", state="received")
    assert officer.get(f"/respuesta/{kept}").status_code == 200
    press(url, "llamada", state="attended")
    assert officer.get(f"/respuesta/{kept}").status_code == 422


def test_the_counter_referral_is_written_down_and_corrected(client, sent, state):
    url = sent()
    form = {"state": "attended", "attended_on": today().isoformat(), "through": "call", "who": "Dra. Ejemplo",
            "note": "Control en un mes."}
    assert client.fill(f"{url}/respuesta", **form).status_code == 303
    assert "Control en un mes." in Page(client.get(url).text).text
    wrong = {"state": "not_attended", "reason": "did_not_come", "through": "call", "is_correction": "y"}
    assert client.fill(f"{url}/respuesta", **wrong).status_code == 303
    first, second = entries()
    assert state() is S.NOT_ATTENDED
    assert second.corrects_id is not None
    assert first.corrects_id is None


def test_what_is_withdrawn_works_no_more(client, officer, sent, press, state, code):
    url = sent()
    kept = code()
    assert client.fill(f"{url}/retirar", why="no_answer").status_code == 303
    assert state() is S.WITHDRAWN
    assert say(officer, kept, state="received").status_code == 422
    assert press(url, "llamada", state="attended").status_code == 303
    assert state() is S.WITHDRAWN
    assert client.get(f"{url}/carta.pdf").status_code == 403
    assert client.fill(f"{url}/retirar", why="mistake").status_code == 422


def test_a_lost_slip_is_replaced(officer, sent, press, code):
    url = sent()
    lost = code()
    assert press(url, "hoja").status_code == 303
    assert officer.get(f"/respuesta/{lost}").status_code == 422
    assert officer.get(f"/respuesta/{code()}").status_code == 200


def silent_notices():
    return db.session.scalar(sa.select(sa.func.count()).where(Notice.word == "outgoing.silent"))


def test_silence_is_told_once_and_again_after_the_next_word(sent, stored):
    sent()
    start, little = now(), timedelta(minutes=5)
    for after, told in ((3 * DAY - little, False), (3 * DAY + little, True), (5 * DAY, True)):
        with time_machine.travel(start + after):
            actions.remind_of_silence()
        db.session.expire_all()
        assert (stored().reminded_at is not None) is told
    once = silent_notices()
    assert once >= 1
    with work("test.reply", by=operator):
        found = stored()
        found.state, found.heard_at, found.reminded_at = S.RECEIVED, start + 5 * DAY, None
    with time_machine.travel(start + 9 * DAY):
        actions.remind_of_silence()
        actions.remind_of_silence()
    assert silent_notices() == 2 * once


def test_my_day_says_whom_to_call(client, sent):
    sent()
    assert "llame" not in Page(client.get("/mi-dia").text).text
    with work("test.sent", by=operator):
        db.session.scalar(sa.select(Outgoing)).sent_at = now() - 4 * DAY
    assert "No han respondido: llame" in Page(client.get("/mi-dia").text).text
    assert "Demasiado tiempo sin respuesta" in Page(client.get("/derivaciones-enviadas").text).text


def test_the_institution_says_how_much_waits_with_it(staff, sign_in, offices, sent):
    sent()
    page = sign_in(staff(Role.SHELTER_COORDINATOR)).get(f"/instituciones/{offices.health.id}")
    assert "Derivaciones que esperan su respuesta 1" in Page(page.text).text
    assert "Rosa" not in page.text


def test_answers_are_rows_that_stay(sent, press):
    url = sent()
    press(url, "llamada", state="received")
    press(url, "llamada", state="attended")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reply)) == 2


def test_of_two_who_send_or_answer_at_once_one_does(app, rosa, worker, prepared, press, stored):
    """Two colleagues at two computers: it leaves once, and is answered by each word once."""
    assert press(prepared(), "consentimiento", answer="given").status_code == 303
    key, case_id, by, outcomes, gate = stored().id, rosa.id, worker.id, [], threading.Barrier(3)
    db.session.rollback()

    def act(do):
        with app.app_context(), app.test_request_context():
            gate.wait()
            try:
                with work("test.race", by=operator):
                    do(db.session.get_one(Case, case_id), db.session.get_one(Outgoing, key))
                outcomes.append("done")
            except RuleBroken:
                outcomes.append("refused")
            finally:
                db.session.remove()

    for do in (lambda case, sent: actions.send(case, sent, by=by),
               lambda case, sent: actions.withdraw(case, sent, by=by, why=WithdrawnWhy.MISTAKE)):
        threads = [threading.Thread(target=act, args=(do,)) for _each in range(3)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(outcomes) == ["done", "refused", "refused"]
        outcomes.clear()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(TimelineEntry.milestone == Milestone.REFERRED_OUT)) == 1
