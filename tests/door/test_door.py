"""Who asks at the door: recorded by whoever stands there, decided by the coordination, and nobody is confirmed."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases.models import Case
from shelter.codes.door import Approach, Asker, Given, Paper, RequestState, Told
from shelter.db import db
from shelter.door import actions
from shelter.door.models import DoorRequest
from shelter.door.rules import BEFORE, OVER, fits, may_be_recorded, was_shown, was_told, whom_to_tell
from shelter.notices.models import Notice
from shelter.partners.models import House
from shelter.rules import RuleBroken
from tests.client import Page
from tests.door.conftest import asked, said, wrong
from tests.safety.test_canaries import when

HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def until(ahead, name="deadline_at"):
    at = local(now() + ahead)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


# --- rules ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("came", "deadline", "field"), [
    (HOUR, None, "came_at"),
    (-HOUR, -HOUR, "deadline_at"),
    (-HOUR, -2 * HOUR, "deadline_at"),
    (-HOUR, timedelta(days=366), "deadline_at"),
])
def test_a_request_of_tomorrow_or_a_deadline_that_cannot_be_is_refused(outside, came, deadline, field):
    with outside(), pytest.raises(RuleBroken) as broken:
        may_be_recorded(NOON + came, deadline and NOON + deadline, NOON)
    assert broken.value.field == field


@pytest.mark.parametrize("paper", [each for each in Paper if each is not Paper.COURT_ORDER])
def test_only_a_judge_orders(outside, paper):
    with outside(), pytest.raises(RuleBroken) as broken:
        fits(Given.ORDERED, paper, number="1", scope="x", answer="x")
    assert broken.value.field == "given"
    if paper is not Paper.NONE:
        fits(Given.MINIMUM, paper, number=None, scope=None, answer="x")


def test_without_a_document_not_even_the_minimum(outside):
    with outside(), pytest.raises(RuleBroken) as broken:
        fits(Given.MINIMUM, Paper.NONE, number=None, scope=None, answer="x")
    assert broken.value.field == "given"
    for given in (Given.NOTHING, Given.REFUSED):
        fits(given, Paper.NONE, number=None, scope=None, answer="x")


def test_who_may_bring_an_order_and_how_by_hand(outside):
    with outside():
        passed = {(approach, asker) for approach, asker in product(Approach, Asker)
                  if shown(Given.ORDERED, approach, asker)}
        assert passed == {(approach, asker) for approach in (Approach.IN_PERSON, Approach.PAPER)
                          for asker in set(Asker) - {Asker.MEDIA}}
        assert all(shown(given, *which) for given in set(Given) - {Given.ORDERED}
                   for which in product(Approach, Asker))


def shown(given, approach, asker):
    try:
        was_shown(given, approach, asker)
    except RuleBroken:
        return False
    return True


@pytest.mark.parametrize(("missing", "field"), [("number", "number"), ("scope", "scope"), ("answer", "answer")])
def test_an_order_has_a_number_a_scope_and_an_answer(outside, missing, field):
    values = {"number": "17-1", "scope": "x", "answer": "x"} | {missing: None}
    with outside(), pytest.raises(RuleBroken) as broken:
        fits(Given.ORDERED, Paper.COURT_ORDER, **values)
    assert broken.value.field == field


@pytest.mark.parametrize(("told", "at", "why", "field"), [
    (Told.YES, None, None, "told_at"), (Told.YES, HOUR, None, "told_at"), (Told.YES, -30 * HOUR, None, "told_at"),
    (Told.LATER, None, None, "why_not_told"), (Told.NOT_REACHED, None, "", "why_not_told"),
])
def test_she_knows_since_when_or_it_says_why_not(outside, told, at, why, field):
    with outside(), pytest.raises(RuleBroken) as broken:
        was_told(told, at and NOON + at, why, came_at=NOON - 24 * HOUR, now=NOON)
    assert broken.value.field == field


def test_about_nobody_there_is_nobody_to_tell():
    was_told(Told.NOT_HERS, None, None, came_at=NOON, now=NOON)


@pytest.mark.parametrize(("left", "before", "expected"), [
    (25, 0, 0), (24, 0, BEFORE), (1, BEFORE, 0), (0, BEFORE, OVER), (0, 0, OVER), (-5, OVER, 0),
])
def test_the_coordination_is_told_a_day_before_and_when_it_is_over(left, before, expected):
    assert whom_to_tell(NOON, before, NOON - left * HOUR) == expected


# --- at the door ------------------------------------------------------------------------------------------------------

def test_the_night_shift_records_it_in_a_minute_and_the_coordination_is_told(
    coordinator, night, request_at, case,
):
    case(name="Rosa")
    url = request_at(who="Sargento", scope="Pregunta por Rosa")
    assert [(each.staff_id, each.word) for each in db.session.scalars(sa.select(Notice))] == [
        (coordinator.id, "door.came")]
    page = Page(night.get("/puerta").text)
    assert "Policía" in page.text
    assert "Sargento" not in page.text, "what was said is not on the list"
    assert "Rosa" not in page.text
    assert night.get(url).status_code in {403, 404}


def test_no_page_of_the_night_shift_tells_that_somebody_is_here(night, programme, case):
    hers = case(name="Rosa")
    with work("test.here", by=operator):
        db.session.get(Case, hers.id).is_present = True
    for url in ("/puerta", "/puerta/nueva", f"/puerta/tarjeta/{programme.house.id}"):
        text = night.get(url).text
        assert "Rosa" not in text
        assert "case_id" not in text


def test_a_case_that_the_form_does_not_offer_is_not_taken(programme, night, case):
    hers = case(name="Rosa")
    assert night.fill("/puerta/nueva", **said(programme, case_id=str(hers.id))).status_code == 303
    assert asked().case_id is None


@pytest.mark.parametrize(("typed", "field"), [
    ({"asker": ""}, "asker"), ({"paper": "carta"}, "paper"), (when("came_at", -2 * HOUR), "came_at"),
    (until(-5 * HOUR), "deadline_at"), ({"scope": "x" * 5_000}, "scope"), ({"house_id": "x"}, "house_id"),
])
def test_bad_input_stays_at_its_field_and_nothing_is_half_recorded(programme, night, typed, field):
    answer = night.fill("/puerta/nueva", **said(programme, **typed))
    assert answer.status_code == 422
    assert field in wrong(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DoorRequest)) == 0


def test_a_house_that_is_not_hers_is_not_offered(programme, night):
    answer = night.fill("/puerta/nueva", **said(programme, house_id=str(programme.far_house.id)))
    assert answer.status_code == 422


# --- the coordination -------------------------------------------------------------------------------------------------

def test_what_each_document_obliges_to_stands_above_the_decision(coordinator, sign_in, request_at):
    url = request_at(paper="oficio", number="DNP-1")
    text = Page(sign_in(coordinator).get(url).text).text
    assert "Un oficio pide; no ordena. No es una orden judicial" in text


def test_the_coordinator_decides_once_and_says_whether_she_knows(coordinator, sign_in, request_at, case):
    url, client = request_at(paper="oficio", number="DNP-1"), sign_in(coordinator)
    refused = client.fill(url, given="ordered", answer="x", told="not_hers")
    assert refused.status_code == 422
    assert "given" in wrong(refused)
    assert asked().state is RequestState.OPEN
    nobody = client.fill(url, given="minimum", answer="Se coordina por el punto focal", told="yes", **when("told_at"))
    assert nobody.status_code == 422
    assert "told" in wrong(nobody), "nobody was told who is not chosen"
    assert client.fill(url, given="minimum", answer="Se coordina por el punto focal", told="yes",
                       case_id=str(case().id), **when("told_at")).status_code == 303
    found = asked()
    assert (found.state, found.given, found.told, found.decided_by_id) == (
        RequestState.DECIDED, Given.MINIMUM, Told.YES, coordinator.id)
    again = client.fill(url, given="refused", answer="x", told="not_hers", submit_key=str(uuid.uuid4()))
    assert again.status_code == 422
    assert "Su decisión no se guardó" in Page(again.text).text
    assert asked().given is Given.MINIMUM


def test_a_moment_that_was_typed_for_a_no_is_not_kept(coordinator, sign_in, request_at):
    url = request_at()
    sign_in(coordinator).fill(url, given="nothing", told="later", why_not_told="En crisis", **when("told_at"))
    assert asked().told_at is None


def test_about_whom_is_said_by_who_sees_her_and_shown_on_her_page(
    programme, coordinator, sign_in, request_at, case, staff,
):
    hers = case(name="Rosa")
    with work("test.here", by=operator):
        db.session.get(Case, hers.id).is_present = True
    url, client = request_at(), sign_in(coordinator)
    assert "Rosa" in client.get(url).text
    assert client.fill(url, case_id=str(hers.id), given="nothing", told="later", why_not_told="x").status_code == 303
    assert asked().case_id == hers.id
    assert "Preguntaron por ella" in Page(client.get(f"/casos/{hers.id}").text).text
    reader = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert "Preguntaron por ella" not in Page(reader.get(f"/casos/{hers.id}").text).text


@pytest.mark.parametrize("said_before", [True, False])
def test_what_is_about_somebody_of_the_house_is_not_about_nobody(
    coordinator, sign_in, request_at, case, said_before,
):
    hers = case(name="Rosa")
    with work("test.here", by=operator):
        db.session.get(Case, hers.id).is_present = True
    url, client = request_at(), sign_in(coordinator)
    if said_before:
        with work("test.about", by=operator):
            asked().case_id = hers.id
    answer = client.fill(url, given="nothing", answer="Por escrito.", told="not_hers", case_id=str(hers.id))
    assert answer.status_code == 422
    assert wrong(answer) == {"told"}
    assert asked().state is RequestState.OPEN
    assert asked().case_id == (hers.id if said_before else None)


@pytest.mark.parametrize("answer", ["Sí, Rosa está aquí", "Sí: R o s a", "Vengan a la Casa {house}"])
@pytest.mark.parametrize("given", ["minimum", "refused", "nothing"])
def test_no_answer_names_her_or_the_house(programme, coordinator, sign_in, request_at, case, given, answer):
    hers = case(name="Rosa")
    with work("test.here", by=operator):
        db.session.get(Case, hers.id).is_present = True
        db.session.get(House, programme.house.id).name = "Casa Retama"
    url, client = request_at(paper="oficio", number="DNP-1"), sign_in(coordinator)
    typed = {"given": given, "told": "later", "why_not_told": "x", "case_id": str(hers.id)}
    refused = client.fill(url, **typed, answer=answer.format(house="Retama"))
    assert refused.status_code == 422
    assert wrong(refused) == {"answer"}
    assert answer.format(house="Retama") in Page(refused.text).text, "nothing is lost"
    assert asked().state is RequestState.OPEN
    assert client.fill(url, **typed, answer="Se responde por escrito").status_code == 303


def test_what_a_judge_ordered_may_name_her(coordinator, sign_in, request_at, case):
    hers = case(name="Rosa")
    with work("test.here", by=operator):
        db.session.get(Case, hers.id).is_present = True
    url = request_at(paper="court_order", number="17-1", scope="Que comparezca Rosa")
    typed = {"given": "ordered", "told": "later", "why_not_told": "x", "case_id": str(hers.id), "number": "17-1",
             "scope": "Que comparezca"}
    assert sign_in(coordinator).fill(url, **typed, answer="Rosa irá con su abogada").status_code == 303


def test_a_case_of_another_house_is_not_offered(programme, coordinator, sign_in, request_at, case):
    theirs = case(house=programme.other_house, name="Ajena")
    answer = sign_in(coordinator).fill(request_at(), case_id=str(theirs.id), given="nothing", told="not_hers")
    assert answer.status_code == 422
    assert "case_id" in wrong(answer)


def test_a_caseworker_reads_and_does_not_decide(request_at, staff, sign_in):
    url, client = request_at(), sign_in(staff(Role.CASEWORKER))
    assert "Decide la coordinación" in Page(client.get(url).text).text
    assert client.post(url, data={}).status_code == 403


def test_deadlines_stand_on_my_day_and_are_told_before_and_after(coordinator, sign_in, request_at):
    request_at(**until(48 * HOUR))

    def told():
        actions.watch_deadlines()
        return [each.word for each in db.session.scalars(sa.select(Notice).order_by(Notice.at))]

    client = sign_in(coordinator)
    assert "Responder hasta" in Page(client.get("/mi-dia").text).text
    assert told() == ["door.came"]
    for left, words in ((20, ["door.near"]), (20, []), (-1, ["door.over"]), (-9, [])):
        with work("test.time", by=operator):
            asked().deadline_at = now() + left * HOUR
        before = ["door.came", "door.near", "door.over"][: len(told()) - len(words)]
        assert told() == [*before, *words]
    assert "Plazo vencido" in Page(client.get("/mi-dia").text).text
    assert told() == ["door.came", "door.near", "door.over"]
