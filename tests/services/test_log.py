"""Logging a service: what is written, what is refused, that nothing typed is lost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import Actor, AuditEntry, work
from shelter.calendar import local, now
from shelter.cases.actions import move_to
from shelter.cases.models import CaseCard, TimelineEntry
from shelter.cases.records import Screened
from shelter.codes.cases import Answer, CaseState, Milestone, Stage
from shelter.codes.outgoing import Screening
from shelter.codes.people import AgeBand
from shelter.codes.services import Discipline, Modality, NotHeld, ServiceType
from shelter.db import db
from shelter.services import actions
from shelter.services.models import Service
from tests.client import Page


@pytest.fixture
def psychologist(staff):
    return staff(Role.PSYCHOLOGIST)


@pytest.fixture
def known(case, psychologist):
    return case(team=[psychologist])


def held(**more):
    usual = {"type": "psychology.individual", "was_held": "yes", "minutes": "45", "modality": "in_person"}
    return {**usual, **moment(), **more}


def moment(ago=timedelta(0), name="occurred_at"):
    at = local(now() - ago)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


def services():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Service)))


def test_the_commonest_case_takes_five_answers(sign_in, psychologist, known):
    client = sign_in(psychologist)
    page = Page(client.get("/registrar").text)
    people = [each["value"] for each in page.all("input") if each.get("name") == "person"]
    assert people == [str(known.id)]
    chosen = next(each["value"] for each in page.all("option") if "selected" in each and each["value"])
    assert chosen == "psychology.individual", "the profession's usual service is chosen beforehand"
    assert not [each for each in page.all("input") if each.get("name") in {"was_held", "minutes"} and "checked" in each]
    answer = client.fill("/registrar", person=people[0], **held())
    assert answer.status_code == 303
    assert answer.location == f"/casos/{known.id}/servicios"
    assert "45" in Page(client.get(answer.location).text).text


def test_a_service_writes_timeline_and_card_and_freezes_the_age_band(app, psychologist, known):
    first, second = now() - timedelta(hours=2), now() - timedelta(hours=5)
    with work("test", by=Actor("staff", psychologist.id)):
        known.age_band = AgeBand.TO_20
        for at in (first, second):
            actions.log(known, by=psychologist.id, type=ServiceType.GROUP, was_held=True, minutes=30, occurred_at=at)
    given = db.session.scalars(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.SERVICE_GIVEN)).all()
    assert {(entry.detail, entry.age_band) for entry in given} == {("psychology", AgeBand.TO_20)}
    assert {each.age_band for each in services()} == {AgeBand.TO_20}
    db.session.expire_all()
    assert db.session.get(CaseCard, known.id).last_service_at == first, "the later one stays, whichever was saved last"


def test_what_did_not_take_place_is_told_with_its_reason(sign_in, psychologist, known):
    client = sign_in(psychologist)
    said = held(was_held="no", minutes="", not_held="unwell")
    answer = client.fill(f"/casos/{known.id}/servicios/nuevo", **said)
    assert answer.status_code == 303
    [service] = services()
    assert (service.was_held, service.minutes, service.not_held) == (False, None, NotHeld.UNWELL)
    missed = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.SERVICE_MISSED))
    assert missed.detail == Discipline.PSYCHOLOGY
    assert db.session.get(CaseCard, known.id).last_service_at is None


def test_another_length_is_written_as_a_number(sign_in, psychologist, known):
    client = sign_in(psychologist)
    url = f"/casos/{known.id}/servicios/nuevo"
    assert client.fill(url, **held(minutes="other")).status_code == 422
    assert client.fill(url, **held(minutes="other", minutes_other="1441")).status_code == 422
    assert client.fill(url, **held(minutes="other", minutes_other="75", modality="phone")).status_code == 303
    [service] = services()
    assert (service.minutes, service.modality) == (75, Modality.PHONE)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"was_held": ""}, "was_held"),
    ({"minutes": ""}, "minutes"),
    ({"was_held": "no", "minutes": ""}, "not_held"),
    ({"type": "legal.hearing"}, "type"),
    ({"type": "nonsense"}, "type"),
    ({"modality": "by pigeon"}, "modality"),
    ({"occurred_at-date": "31/2/2026"}, "occurred_at"),
    ({"occurred_at-date": ""}, "occurred_at"),
    ({"headline": "x" * 121}, "headline"),
    ({"headline": "Bien\u202egnp.exe"}, "headline"),
    ({"body": "x" * 1_000_000}, "body"),
    ({"body": "uno\x00dos"}, "body"),
])
def test_bad_input_gets_one_sentence_at_its_field_and_nothing_is_saved(sign_in, psychologist, known, wrong, field):
    said = {**held(body="Lo que se habló"), **wrong}
    answer = sign_in(psychologist).fill(f"/casos/{known.id}/servicios/nuevo", **said)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert any(each.get("id") == f"{field}-error" for each in page.all("p"))
    assert len([each for each in page.all("p") if "-error" in (each.get("id") or "")]) == 1
    assert wrong.get("body", "Lo que se habló")[:5] in answer.text, "what was typed stays"
    assert not services()


@pytest.mark.parametrize("ago", [timedelta(days=-1), timedelta(days=4)])
def test_a_date_in_the_future_or_before_the_case_is_refused(sign_in, psychologist, known, ago):
    answer = sign_in(psychologist).fill(f"/casos/{known.id}/servicios/nuevo", **held(**moment(ago)))
    assert answer.status_code == 422
    assert "occurred_at-error" in answer.text
    assert not services()


def test_today_without_an_hour_is_now_and_not_the_future(sign_in, psychologist, known):
    answer = sign_in(psychologist).fill(f"/casos/{known.id}/servicios/nuevo", **held(**{"occurred_at-time": ""}))
    assert answer.status_code == 303
    assert services()[0].occurred_at <= now()


def test_a_closed_case_receives_nothing_new(app, sign_in, psychologist, known):
    with work("test", by=Actor("staff", psychologist.id)):
        move_to(known, Stage.CLOSED, state=CaseState.CLOSED)
        known.closed_at = now() - timedelta(days=1)
    client = sign_in(psychologist)
    assert client.fill(f"/casos/{known.id}/servicios/nuevo", **held()).status_code == 422
    assert not [each for each in Page(client.get("/registrar").text).all("input") if each.get("name") == "person"]


def test_the_same_form_sent_twice_is_one_service(sign_in, psychologist, known):
    client, url = sign_in(psychologist), f"/casos/{known.id}/servicios/nuevo"
    page = Page(client.get(url).text)
    sent = {**held(), "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key")}
    assert [client.post(url, data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(services()) == 1


def test_nobody_is_reached_by_guessing_an_id(sign_in, psychologist, known, case):
    stranger = case(name="Otra")
    for person in (str(stranger.id), "no es un id", ""):
        answer = sign_in(psychologist).fill("/registrar", person=person, **held())
        assert answer.status_code == 422
        assert stranger.code not in answer.text
    assert not services()


def test_of_two_disciplines_only_that_of_the_case_is_logged(app, programme, staff, sign_in, case):
    """A caseworker of one house who is the lawyer of another."""
    from shelter.accounts.models import Assignment
    from shelter.calendar import today

    both = staff(Role.CASEWORKER)
    with work("test", by=Actor("staff", both.id)):
        db.session.add(Assignment(
            staff_id=both.id, role=Role.LAWYER, foundation_id=programme.far_house.foundation_id,
            house_id=programme.far_house.id, from_on=today(),
        ))
    near, far = case(team=[both]), case(house=programme.far_house, team=[both])
    client = sign_in(both)
    offered = {each["value"] for each in Page(client.get("/registrar").text).all("option")}
    assert {"social.job", "legal.rights"} <= offered
    assert client.fill("/registrar", person=str(far.id), **held(type="social.job")).status_code == 422
    assert client.fill("/registrar", person=str(far.id), **held(type="legal.rights")).status_code == 303
    assert client.fill("/registrar", person=str(near.id), **held(type="social.job")).status_code == 303
    assert client.fill(f"/casos/{near.id}/servicios/nuevo", **held(type="legal.rights")).status_code == 422


def test_headline_and_note_are_nowhere_in_clear(app, sign_in, psychologist, known):
    sign_in(psychologist).fill(f"/casos/{known.id}/servicios/nuevo", **held(headline="CanarioUno", body="CanarioDos"))
    [service] = services()
    assert (service.headline, service.body) == ("CanarioUno", "CanarioDos")
    assert b"Canario" not in service.headline_sealed + service.body_sealed
    trail = "".join(db.session.scalars(sa.select(AuditEntry.detail)))
    assert "Canario" not in trail


@pytest.mark.parametrize(("screened", "is_saved"), [
    ({}, False), ({"refuge": "yes", "return": "yes"}, False), ({"refuge": "no", "return": "no"}, False),
    ({"refuge": "no"}, False), ({"refuge": "no", "return": "yes"}, True),
])
def test_a_return_is_no_service_before_both_screenings_say_that_she_may(sign_in, staff, case, screened, is_saved):
    """Told before it takes place or afterwards: by no page does she return otherwise."""
    worker = staff(Role.CASEWORKER)
    known = case(team=[worker])
    with work("test.screened", by=Actor("operator")):
        for kind, answer in screened.items():
            db.session.add(Screened(foundation_id=known.foundation_id, case_id=known.id, kind=Screening(kind),
                                    answer=Answer(answer), by_id=worker.id))
    answer = sign_in(worker).fill(f"/casos/{known.id}/servicios/nuevo", **held(type="social.return"))
    assert (answer.status_code == 303) is is_saved
    assert len(services()) == is_saved
    if not is_saved:
        assert any(each.get("href") == "#type" for each in Page(answer.text).all("a"))


def test_a_return_that_did_not_take_place_is_told_at_any_time(sign_in, staff, case):
    worker = staff(Role.CASEWORKER)
    answer = sign_in(worker).fill(f"/casos/{case(team=[worker]).id}/servicios/nuevo", **held(
        type="social.return", was_held="no", minutes="", not_held=next(iter(NotHeld)).value))
    assert answer.status_code == 303
