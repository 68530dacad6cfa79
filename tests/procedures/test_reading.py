"""Procedures: written, published, read and acknowledged; coordinators see who has not; a reminder once a week."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Asker, Grant, Role
from shelter.accounts import actions as accounts
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.notices.models import Notice
from shelter.procedures import actions, queries, rules
from shelter.procedures.models import Acknowledgement, Asked
from tests.audit.test_writers import at_once
from tests.client import Page


@pytest.fixture
def member(staff):
    """member(role, house=…, name=…) -> an account that was opened and has a password."""
    def make(role, house=None, name=None):
        found = staff(role, house, name)
        with work("test.password", by=operator):
            found.password_hash = "something"
        return found
    return make


@pytest.fixture
def published(member, outside):
    """published(foundation_id, title) -> a published procedure and what was asked about it."""
    author = member(Role.PROGRAMME_COORDINATOR, name="Inés Autora")

    def make(foundation_id=None, title="La puerta"):
        with outside(), work("test.write", by=operator):
            procedure = actions.write(author.id, title={"es": title}, text={"es": "No abra."}, reach=None,
                                      foundation_id=foundation_id)
        with outside(), work("test.publish", by=operator):
            return procedure, actions.publish(procedure, author.id)
    return make


def told(member, word):
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(Notice).where(Notice.staff_id == member.id, Notice.word == word))


def test_a_coordinator_writes_publishes_and_her_team_reads_and_says_so(member, sign_in):
    coordinator, guard = member(Role.SHELTER_COORDINATOR), member(Role.HOUSE_STAFF, name="Gladys")
    client, night = sign_in(coordinator), sign_in(guard)
    answer = client.fill("/procedimientos/nuevo", title_es="La puerta", text_es="## Noche\n\nNo abra.",
                         foundation_id=str(coordinator.assignments[0].foundation_id))
    assert answer.status_code == 303, Page(answer.text).text
    url = answer.location
    assert night.get(url).status_code == 404, "a draft"
    client.post(f"{url}/publicar", data={})
    assert "La puerta" in Page(night.get("/mi-dia").text).text
    page = Page(night.get(url).text)
    assert "No abra." in page.text
    assert "Lo he leído y lo tendré en cuenta" in page.text
    asked = db.session.scalar(sa.select(Asked))
    assert "Gladys" in Page(client.get(f"/lecturas/{asked.id}").text).text
    assert night.post(f"/lecturas/{asked.id}", data={}).status_code == 303
    night.post(f"/lecturas/{asked.id}", data={})
    assert "Para que usted lo lea" not in Page(night.get("/mi-dia").text).text
    assert "Todo el equipo lo ha leído" in Page(client.get(f"/lecturas/{asked.id}").text).text
    assert "2 de 2" in Page(client.get("/lecturas").text).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Acknowledgement)) == 2


def test_a_foundations_own_procedure_is_asked_of_its_staff_alone(member, published, programme, sign_in):
    north, south = programme.foundations
    here, there = member(Role.CASEWORKER), member(Role.CASEWORKER, programme.far_house)
    procedure, asked = published(north.id)
    assert queries.team(asked) == {here.id}
    assert (told(here, actions.TO_READ), told(there, actions.TO_READ)) == (1, 0)
    client = sign_in(there)
    for url in (f"/procedimientos/{procedure.id}", f"/lecturas/{asked.id}"):
        assert client.get(url).status_code in {403, 404}
    assert client.post(f"/lecturas/{asked.id}", data={}).status_code == 404
    assert "La puerta" not in client.get("/procedimientos").text
    assert "La puerta" in sign_in(here).get("/procedimientos").text
    assert south.id != north.id


def test_who_is_no_longer_or_not_yet_of_the_team_is_not_asked(member, staff, published):
    gone, invited, observer = member(Role.LAWYER), staff(Role.LAWYER), member(Role.OBSERVER)
    with work("test.close", by=operator):
        gone.is_active = False
    stays = member(Role.LAWYER)
    _procedure, asked = published()
    found = queries.team(asked)
    assert stays.id in found
    assert not found & {gone.id, invited.id, observer.id}


def test_a_coordinator_sees_who_has_not_read_in_her_foundation_and_the_programme_sees_all(
    member, published, programme, sign_in,
):
    member(Role.MEDICAL, name="Ana Norte")
    member(Role.MEDICAL, programme.far_house, "Eva Sur")
    coordinator, everywhere = member(Role.SHELTER_COORDINATOR), member(Role.PROGRAMME_COORDINATOR)
    _procedure, asked = published()
    hers = Page(sign_in(coordinator).get(f"/lecturas/{asked.id}").text).text
    assert "Ana Norte" in hers
    assert "Eva Sur" not in hers
    every = Page(sign_in(everywhere).get(f"/lecturas/{asked.id}").text).text
    assert "Ana Norte" in every
    assert "Eva Sur" in every
    assert "Inés Autora" in every


def test_who_has_not_read_what_is_told_person_by_person_new_staff_too(member, published, outside, sign_in):
    nurse, (_procedure, kitchen) = member(Role.MEDICAL, name="Paúl"), published(title="La cocina")
    published()
    with outside(), work("test.read", by=operator):
        actions.acknowledge(kitchen, nurse.id)
    day = Page(sign_in(member(Role.CASEWORKER, name="Zoe Nueva")).get("/mi-dia").text).text
    assert "La puerta" in day
    assert "La cocina" in day
    page = Page(sign_in(member(Role.SHELTER_COORDINATOR, name="Ana")).get("/lecturas").text).text
    assert "Quién no, persona por persona" in page
    listed = page.partition("persona por persona")[2]
    assert re.search(r"Paúl La puerta Zoe Nueva (La cocina La puerta|La puerta La cocina)", listed)


def test_a_button_that_is_pressed_twice_is_one_word(app, member, published):
    (_procedure, asked), reader = published(), member(Role.CASEWORKER).id
    what = asked.id
    db.session.remove()

    def press(_number):
        with work("test.read", by=operator):
            actions.acknowledge(db.session.get_one(Asked, what), reader)

    _seconds, failures = at_once(app, press, writers=4)
    assert failures == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Acknowledgement).where(
        Acknowledgement.staff_id == reader)) == 1


def test_new_words_are_asked_anew_and_the_old_ones_no_longer(member, published, outside, sign_in):
    reader, writer = member(Role.CASEWORKER), member(Role.PROGRAMME_COORDINATOR)
    procedure, asked = published()
    sign_in(reader).post(f"/lecturas/{asked.id}", data={})
    client = sign_in(writer)
    client.fill(f"/procedimientos/{procedure.id}/cambiar", title_es="La puerta", text_es="No abra y llame.")
    assert "No abra." in Page(sign_in(reader).get(f"/procedimientos/{procedure.id}").text).text, "not published yet"
    client.post(f"/procedimientos/{procedure.id}/publicar", data={})
    waiting = sign_in(reader).get("/procedimientos")
    assert "Para que usted lo lea" in Page(waiting.text).text
    assert "No abra y llame." in Page(sign_in(reader).get(f"/procedimientos/{procedure.id}").text).text
    assert [each.replaced_at is None for each in db.session.scalars(sa.select(Asked).order_by(Asked.asked_at))] == [
        False, True]
    client.post(f"/procedimientos/{procedure.id}/terminar", data={})
    assert queries.open_ones() == []


def test_the_old_words_of_an_ended_procedure_are_not_on_the_list(published, sign_in, member, outside):
    procedure, _asked = published()
    with outside(), work("test.end", by=operator):
        actions.end(procedure)
    assert "La puerta" not in sign_in(member(Role.CASEWORKER)).get("/procedimientos").text


@pytest.mark.parametrize(("asked", "reminded", "is_due"), [
    (6, None, False), (7, None, True), (30, 6, False), (30, 7, True),
])
def test_a_reminder_is_due_a_week_after_the_last_word(asked, reminded, is_due):
    moment = now()
    at = moment - timedelta(days=reminded) if reminded else None
    assert rules.is_reminder_due(moment - timedelta(days=asked), at, moment) == is_due


def test_who_has_not_read_is_reminded_and_no_more_often_than_weekly(member, published, outside):
    reader, other = member(Role.CASEWORKER), member(Role.CASEWORKER)
    _procedure, asked = published()
    with outside(), work("test.past", by=operator):
        asked.asked_at = now() - timedelta(days=8)
        actions.acknowledge(asked, reader.id)
    with outside():
        actions.remind_to_read()
        actions.remind_to_read()
    assert (told(reader, actions.STILL), told(other, actions.STILL)) == (0, 1)


def test_a_coordinator_cannot_write_for_another_foundation_or_for_all(member, programme, sign_in):
    client = sign_in(member(Role.SHELTER_COORDINATOR))
    for foundation in ("", str(programme.foundations[1].id)):
        answer = client.fill("/procedimientos/nuevo", title_es="x", text_es="y", foundation_id=foundation)
        assert answer.status_code == 422
    procedure_of_all = sign_in(member(Role.PROGRAMME_COORDINATOR)).fill(
        "/procedimientos/nuevo", title_es="De todas", text_es="y").location
    assert client.get(f"{procedure_of_all}/cambiar").status_code == 404
    assert client.post(f"{procedure_of_all}/publicar", data={}).status_code == 404


@pytest.fixture
def of_the_programme(programme):
    """of_the_programme(role) -> somebody who works for the programme and for no foundation."""
    def make(role):
        with work("test.staff", by=operator):
            found, _token = accounts.invite(email=f"{role.value}@prueba.invalid", name="De todo el programa",
                                            role=role, foundation_id=None, house_id=None)
            found.password_hash = "something"
        return found
    return make


@pytest.mark.parametrize("role", [Role.PROGRAMME_COORDINATOR, Role.ADMINISTRATOR])
def test_a_foundations_procedure_is_not_asked_of_those_who_work_for_none(
    of_the_programme, published, programme, sign_in, role,
):
    client = sign_in(of_the_programme(role))
    procedure, asked = published(programme.foundations[0].id)
    published(title="La cocina")
    day = Page(client.get("/mi-dia").text).text
    assert "La cocina" in day, "it is asked of everybody"
    assert "La puerta" not in day
    page = Page(client.get(f"/procedimientos/{procedure.id}").text).text
    assert "No abra." in page, "she may read it"
    assert "Lo he leído" not in page
    client.post(f"/lecturas/{asked.id}", data={})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Acknowledgement)
                             .where(Acknowledgement.asked_id == asked.id)) == 0


def reader(member):
    return Asker(member.id, tuple(Grant(each.role, each.foundation_id, each.house_id) for each in member.assignments))


def test_what_waits_on_my_day_is_what_the_team_is_asked(
    member, of_the_programme, published, programme, outside,
):
    """The rule stands twice, as SQL over the team and as Python of one reader."""
    everybody = [reader(each) for each in (
        *(member(role, house) for role in Role for house in (programme.house, programme.far_house)),
        *(of_the_programme(role) for role in (Role.PROGRAMME_COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)))]
    asked = [published(each, title)[1] for each, title in (
        (None, "De todas"), (programme.foundations[0].id, "Norte"), (programme.foundations[1].id, "Sur"))]
    with outside():
        for each in asked:
            team = queries.team(each) & {one.id for one in everybody}
            assert {one.id for one in everybody if queries.is_asked(one, each.foundation_id)} == team
            assert {one.id for one in everybody if each.id in {row.id for row in queries.waiting(one)}} == team


def test_what_is_done_so_no_longer_is_not_published_again(published, sign_in, member):
    procedure, _asked = published()
    client, url = sign_in(member(Role.PROGRAMME_COORDINATOR)), f"/procedimientos/{procedure.id}"
    assert client.fill(f"{url}/cambiar", title_es="La puerta", text_es="No abra y llame.").status_code == 303
    assert "Publicar" in Page(client.get(url).text).text
    client.post(f"{url}/terminar", data={})
    assert "Publicar" not in Page(client.get(url).text).text
    client.post(f"{url}/publicar", data={})
    assert client.fill(f"{url}/cambiar", title_es="La puerta", text_es="Otra vez.").status_code == 422
    db.session.expire_all()
    assert queries.open_ones() == [], "nobody is asked to read it"
    assert [each.text["es"] for each in queries.editions(procedure) if each.published_at] == ["No abra."]
