"""Those who wait outside: asked every day how they are; whoever forgets is told, then the coordination."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, moment_of, now, today
from shelter.codes.referrals import HowSheIs, WaitEnd
from shelter.db import db
from shelter.notices.models import Notice
from shelter.referrals import actions
from shelter.referrals.models import Referral, SafetyCheck, Waiting
from shelter.referrals.rules import COORDINATION, TEAM, next_check, whom_to_tell
from tests.client import Page
from tests.referrals.test_referrals import answers
from tests.safety.test_canaries import when

HOUR = timedelta(hours=1)


@pytest.fixture
def people(staff):
    """A caseworker and a coordinator with open accounts."""
    found = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    with work("test.password", by=operator):
        for each in found:
            each.password_hash = "something"
    return found


@pytest.fixture
def worker(people, sign_in):
    return sign_in(people[0])


@pytest.fixture
def outside_now(programme, worker):
    """The address of a referral of somebody who waits outside."""
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location
    assert worker.fill(url, state="declined", decline_reason="no_bed").status_code == 303
    assert worker.fill(f"{url}/afuera", lodging="Hostal con su tía").location == url
    return url


def waiting():
    db.session.expire_all()
    return db.session.scalars(sa.select(Waiting)).one()


def set_back(by):
    """As if she had begun to wait so long ago."""
    with work("test.time", by=operator):
        row = waiting()
        row.began_at, row.due_at = row.began_at - by, row.due_at - by


def told():
    db.session.expire_all()
    return {(each.staff_id, each.word) for each in db.session.scalars(sa.select(Notice))}


def test_a_check_is_due_a_day_after_the_last_word():
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert next_check(at) == datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("late", "told_before", "expected"), [
    (-1, 0, 0), (0, 0, TEAM), (3.9, 0, TEAM), (3.9, TEAM, 0), (4, TEAM, COORDINATION), (4, 0, COORDINATION),
    (27.9, COORDINATION, 0), (28, COORDINATION, COORDINATION + 1), (28, COORDINATION + 1, 0),
    (52, COORDINATION + 1, COORDINATION + 2), (724, COORDINATION + 29, COORDINATION + 30), (90, 0, COORDINATION + 3),
])
def test_the_team_is_told_when_it_is_late_and_the_coordination_four_hours_later(late, told_before, expected):
    due = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert whom_to_tell(due, told_before, due + late * HOUR) == expected


def test_she_stands_on_one_list_and_her_lodging_on_her_page(worker, outside_now):
    assert "Esperan afuera hasta que haya un lugar" in Page(worker.get("/derivaciones").text).text
    assert "Hostal con su tía" in Page(worker.get(outside_now).text).text
    assert "Hostal" not in worker.get("/derivaciones").text
    again = worker.fill(f"{outside_now}/afuera", lodging="Otra vez")
    assert again.status_code == 422
    assert "Ya está en la lista" in Page(again.text).text


def test_a_check_moves_the_next_one_and_one_that_did_not_reach_her_does_not(worker, outside_now):
    set_back(20 * HOUR)
    due = waiting().due_at
    assert worker.fill(f"{outside_now}/afuera/hoy", how="not_reached", **when("checked_at")).status_code == 303
    assert waiting().due_at == due
    assert worker.fill(f"{outside_now}/afuera/hoy", how="safe", lodging="Casa de su prima",
                       **when("checked_at", HOUR)).status_code == 303
    assert waiting().due_at - now() > 22 * HOUR
    assert waiting().lodging == "Casa de su prima"
    earlier = worker.fill(f"{outside_now}/afuera/hoy", how="safe", **when("checked_at", 3 * HOUR))
    assert earlier.status_code == 303, "written down late"
    assert waiting().due_at - now() > 22 * HOUR, "an earlier word does not take back a later one"
    text = Page(worker.get(outside_now).text).text
    assert text.count("Está a salvo") == 1 + 2, "the caller's question, and two checks"


@pytest.mark.parametrize(("typed", "field"), [
    ({"how": ""}, "how"),
    ({"how": "safe", "ago": -2}, "checked_at"),
    ({"how": "safe", "ago": 50}, "checked_at"),
    ({"how": "in_danger"}, "done"),
])
def test_a_check_of_tomorrow_of_before_or_of_nothing_is_refused_at_its_field(worker, outside_now, typed, field):
    ago = typed.pop("ago", 0)
    answer = worker.fill(f"{outside_now}/afuera/hoy", **typed, **when("checked_at", ago * HOUR))
    assert answer.status_code == 422
    assert f"#{field}" in {attrs.get("href") for attrs in Page(answer.text).all("a")}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SafetyCheck)) == 0


def test_in_danger_the_coordination_is_told_at_once(worker, people, outside_now):
    worker.fill(f"{outside_now}/afuera/hoy", how="in_danger", done="911", **when("checked_at"))
    assert told() == {(people[1].id, "waiting.danger")}


def test_who_forgets_is_told_once_and_then_the_coordination_once(worker, people, outside_now):
    actions.look_after_those_who_wait()
    assert told() == set()
    set_back(24 * HOUR)
    for _time in range(2):
        actions.look_after_those_who_wait()
    both = {(each.id, "waiting.late") for each in people}
    assert told() == both
    assert "Verificación atrasada" in Page(worker.get("/mi-dia").text).text
    set_back(4 * HOUR)
    for _time in range(2):
        actions.look_after_those_who_wait()
    assert told() == both | {(people[1].id, "waiting.still_late")}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 3
    worker.fill(f"{outside_now}/afuera/hoy", how="safe", **when("checked_at"))
    assert waiting().told == 0, "tomorrow it begins anew"
    assert "Verificación" not in Page(worker.get("/mi-dia").text).text


def test_a_word_just_before_midnight_in_ecuador_asks_again_before_the_next_midnight(people, outside_now):
    """It is the next day in UTC already; a day without a word is noticed on that day of the house, not a day later."""
    spoke = moment_of(today() + timedelta(days=3), time(23, 50))
    assert spoke.date() == today() + timedelta(days=4), "04:50 UTC"
    with time_machine.travel(spoke, tick=False):
        with work("test.check", by=operator):
            actions.check(waiting(), by=people[0].id, checked_at=spoke, how=HowSheIs.SAFE, done=None, lodging=None)
        assert waiting().due_at == moment_of(today() + timedelta(days=1), time(23, 50))
    for minutes, is_told in ((-1, False), (0, True)):
        with time_machine.travel(spoke + timedelta(days=1, minutes=minutes), tick=False):
            actions.look_after_those_who_wait()
        assert ("waiting.late" in {word for _who, word in told()}) is is_told


def test_a_check_is_on_my_day_hours_before_it_is_late(worker, outside_now):
    assert "Preguntar hoy cómo están" not in worker.get("/mi-dia").text
    set_back(19 * HOUR)
    assert "Preguntar hoy cómo están" in worker.get("/mi-dia").text


def hidden(html):
    return {name: Page(html).hidden(name) for name in ("csrf_token", "submit_key")}


def test_it_ends_once_and_says_why(worker, outside_now):
    assert worker.fill(f"{outside_now}/afuera/fin", ended="other").status_code == 422
    assert worker.fill(f"{outside_now}/afuera/fin", ended="lost").status_code == 422
    left_open = {page: hidden(worker.get(f"{outside_now}/afuera/{page}").text) for page in ("hoy", "fin")}
    assert worker.fill(f"{outside_now}/afuera/fin", ended="safe_elsewhere").status_code == 303
    assert "Esperan afuera" not in Page(worker.get("/derivaciones").text).text
    late = worker.post(f"{outside_now}/afuera/hoy", data={**left_open["hoy"], "how": "safe", **when("checked_at")})
    assert late.status_code == 422
    assert "ya no espera afuera" in Page(late.text).text
    assert worker.post(f"{outside_now}/afuera/fin", data={**left_open["fin"], "ended": "lost"}).status_code == 422
    for page in ("hoy", "fin"):
        told_so = Page(worker.get(f"{outside_now}/afuera/{page}").text)
        assert "Esto terminó el" in told_so.text
        assert "submit_key" not in {each.get("name") for each in told_so.all("input")}, "nothing is asked any more"
    assert waiting().ended is WaitEnd.SAFE_ELSEWHERE
    set_back(30 * HOUR)
    actions.look_after_those_who_wait()
    assert told() == set()
    assert worker.fill(f"{outside_now}/afuera", lodging="De nuevo").status_code == 303, "she may wait another time"


def test_whoever_arrived_in_the_house_waits_no_more(programme, worker):
    """Accepted, but the bed is free only tomorrow: she waits until she is here."""
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location
    assert worker.fill(url, state="accepted", unmet="bed").location == f"{url}/afuera"
    worker.fill(f"{url}/afuera", lodging="Hotel")
    actions.look_after_those_who_wait()
    assert waiting().ended_at is None
    db.session.rollback()
    case = db.session.scalar(sa.select(Referral.case_id))
    bed = next(each["value"] for each in Page(worker.get(f"/casos/{case}/estancia").text).all("input")
               if each.get("name") == "bed_id")
    at = local(now())
    assert worker.fill(f"/casos/{case}/estancia", bed_id=bed, **{
        "arrived_at-date": at.date().isoformat(), "arrived_at-time": f"{at:%H:%M}"}).status_code == 303
    actions.look_after_those_who_wait()
    assert waiting().ended is WaitEnd.PLACED


def test_another_house_sees_nobody_who_waits(programme, staff, sign_in, worker, outside_now):
    stranger = sign_in(staff(Role.CASEWORKER, programme.other_house))
    for path in ("", "/afuera", "/afuera/hoy", "/afuera/fin"):
        assert stranger.get(outside_now + path).status_code == 404
    assert "Aurora" not in stranger.get("/derivaciones").text


@pytest.mark.parametrize(("answer", "waits"), [
    ({"state": "declined", "decline_reason": "no_bed"}, True), ({"state": "declined", "reason": "Hoy no."}, True),
    ({"state": "declined", "decline_reason": "not_her_wish"}, False),
    ({"state": "declined", "decline_reason": "not_trafficking"}, False),
    ({"state": "declined", "decline_reason": "not_trafficking", "unmet": ["medical"]}, True),
    ({"state": "redirected", "reason": "A la otra casa de la red."}, True),
    ({"state": "redirected", "reason": "A un hotel.", "unmet": ["bed"]}, True),
    ({"state": "accepted"}, False), ({"state": "accepted", "unmet": ["interpreter"]}, False),
    ({"state": "accepted", "unmet": ["bed"]}, True),
])
def test_who_is_sent_away_waits_from_the_answer_on_whatever_page_is_left(programme, worker, answer, waits):
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location
    assert worker.fill(url, **answer).status_code == 303
    db.session.expire_all()
    assert bool(db.session.scalar(sa.select(sa.func.count()).select_from(Waiting))) is waits
    assert ("Preguntar hoy cómo están" in worker.get("/mi-dia").text) is waits
    assert ("Esperan afuera" in Page(worker.get("/derivaciones").text).text) is waits


@pytest.mark.parametrize(("is_safe", "waits"), [("yes", False), ("unknown", False), ("no", True)])
def test_who_is_not_safe_and_sent_on_is_asked_for_until_somebody_knows_that_she_was_received(
    programme, worker, is_safe, waits,
):
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora", is_safe=is_safe)).location
    there = str(programme.institutions[1].id)
    assert worker.fill(url, state="redirected", to_institution_id=there).status_code == 303
    db.session.expire_all()
    assert bool(db.session.scalar(sa.select(sa.func.count()).select_from(Waiting))) is waits


def test_until_it_is_written_where_she_sleeps_she_is_asked_for_soon(programme, people, worker):
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location
    assert worker.fill(url, state="declined", decline_reason="no_bed").location == f"{url}/afuera"
    assert timedelta(hours=3) < waiting().due_at - now() < timedelta(hours=5)
    set_back(5 * HOUR)
    actions.look_after_those_who_wait()
    assert ("waiting.late" in {word for _who, word in told()})
    assert worker.fill(f"{url}/afuera", lodging="Hostal con su tía").location == url
    assert (waiting().lodging, waiting().told) == ("Hostal con su tía", 0)
    assert waiting().due_at - now() > 23 * HOUR


@pytest.mark.parametrize("answer", [
    {"state": "declined", "decline_reason": "no_bed"}, {"state": "accepted", "unmet": ["bed"]},
])
def test_a_house_that_was_chosen_before_the_answer_was_changed_takes_her_off_no_list(programme, worker, answer):
    """Without the page's script the house stays chosen when «redirected» is changed to another answer."""
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora")).location
    chosen = {"to_house_id": str(programme.other_house.id), "to_institution_id": str(programme.institutions[1].id)}
    assert worker.fill(url, **answer, **chosen).location == f"{url}/afuera"
    assert waiting().ended_at is None
    referral = db.session.scalars(sa.select(Referral)).one()
    assert (referral.to_house_id, referral.to_institution_id) == (None, None)


def sent_on_to(house, worker, programme, **more):
    """Who is sent on to another house -> the address here, and there."""
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora", **more)).location
    assert worker.fill(url, state="redirected", to_house_id=str(house.id), is_told="y", unmet="bed").status_code == 303
    db.session.expire_all()
    return url, f"/derivaciones/{db.session.scalar(sa.select(Referral.id).where(Referral.house_id == house.id))}"


@pytest.mark.parametrize(("unmet", "is_safe", "waits"), [
    ([], "no", True), (["bed"], "yes", True), ([], "yes", False), (["interpreter"], "yes", False),
])
def test_who_is_sent_on_to_another_house_waits_until_that_house_has_received_her(
    programme, worker, staff, sign_in, unmet, is_safe, waits,
):
    url = worker.fill("/derivaciones/nueva", **answers(programme, name="Aurora", is_safe=is_safe)).location
    there = str(programme.other_house.id)
    assert worker.fill(url, state="redirected", to_house_id=there, is_told="y", unmet=unmet).status_code == 303
    db.session.expire_all()
    rows = db.session.scalars(sa.select(Waiting)).all()
    assert [each.house_id for each in rows] == [programme.house.id] * waits


@pytest.mark.parametrize(("there", "here", "houses"), [
    ({"state": "accepted"}, WaitEnd.PLACED, 1),
    ({"state": "accepted", "unmet": "bed"}, None, 2),
    ({"state": "declined", "decline_reason": "no_bed"}, None, 2),
])
def test_a_house_that_sent_her_on_asks_until_another_one_has_a_bed(
    programme, worker, staff, sign_in, there, here, houses,
):
    _url, sent = sent_on_to(programme.other_house, worker, programme)
    other = sign_in(staff(Role.CASEWORKER, programme.other_house))
    assert waiting().ended_at is None, "until that house answers"
    assert other.fill(sent, **there).status_code == 303
    db.session.expire_all()
    rows = db.session.scalars(sa.select(Waiting)).all()
    assert len(rows) == houses
    assert [each.ended for each in rows if each.house_id == programme.house.id] == [here]


def test_who_has_a_place_in_the_second_or_third_house_waits_in_none(programme, worker, staff, sign_in):
    _url, second = sent_on_to(programme.other_house, worker, programme)
    other = sign_in(staff(Role.CASEWORKER, programme.other_house))
    far = str(programme.far_house.id)
    assert other.fill(second, state="redirected", to_house_id=far, is_told="y", unmet="bed").status_code == 303
    db.session.expire_all()
    third = db.session.scalar(sa.select(Referral.id).where(Referral.house_id == programme.far_house.id))
    client = sign_in(staff(Role.CASEWORKER, programme.far_house))
    assert client.fill(f"/derivaciones/{third}", state="accepted", unmet="bed").status_code == 303
    assert client.fill(f"/derivaciones/{third}/afuera/fin", ended="placed").status_code == 303
    db.session.expire_all()
    assert [each.ended for each in db.session.scalars(sa.select(Waiting))] == [WaitEnd.PLACED] * 3


def test_each_further_day_without_a_word_tells_the_coordination_again(worker, people, outside_now):
    set_back(28 * HOUR)

    def told_today():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Notice))
        for _time in range(2):
            actions.look_after_those_who_wait()
        db.session.expire_all()
        return db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) - before

    assert told_today() == 1
    for _day in range(3):
        set_back(24 * HOUR)
        assert told_today() == 1, "once a day"
        tried = worker.fill(f"{outside_now}/afuera/hoy", how="not_reached", **when("checked_at"))
        assert tried.status_code == 303
    set_back(24 * HOUR)
    assert told_today() == 1, "that she was not reached does not end it"
    assert told() == {(people[1].id, "waiting.still_late")}
    assert worker.fill(f"{outside_now}/afuera/hoy", how="safe", **when("checked_at")).status_code == 303
    set_back(20 * HOUR)
    assert told_today() == 0
