"""The gate before her number: nothing shows it until the conditions are read, and then it is written down."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import Actor, AuditEntry, operator, work
from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import Consent, SafeContact
from shelter.codes.cases import Channel, ConsentAnswer, ConsentPurpose
from shelter.codes.leaving import Outcome
from shelter.db import db
from shelter.followup import actions
from tests.client import Page

NUMBER = "099 765 4321"


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


def url(known, more=""):
    return f"/casos/{known.id}/seguimiento{more}"


def shows_number(text):
    return any(each in text for each in (NUMBER, NUMBER.replace(" ", ""), "7654321", "765 4321", "765&nbsp;4321"))


def ask(client, known, **answers):
    """What the button under the conditions sends."""
    page = Page(client.get(url(known)).text)
    return client.post(url(known, "/contacto"), data={"submit_key": page.hidden("submit_key"), **answers})


def seen():
    return db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "contact.read")).all()


def test_the_conditions_come_first_and_the_number_after_the_tick(sign_in, worker, departed):
    known = departed(team=[worker], channel=Channel.CALL, consent=ConsentAnswer.GIVEN)
    client = sign_in(worker)
    first = client.get(url(known)).text
    for condition in ("martes de 10 a 12", "geranio", "del curso de costura", "no dejar mensajes"):
        assert condition in first
    for path in ("", "/nuevo"):
        assert not shows_number(client.get(url(known, path)).text)
    assert not shows_number(client.get(f"/casos/{known.id}").text)
    assert not shows_number(client.get(f"/casos/{known.id}/egreso").text)
    unread = ask(client, known)
    assert unread.status_code == 422
    assert not shows_number(unread.text)
    assert not seen(), "nobody saw it yet"
    answer = ask(client, known, has_read="y")
    assert answer.status_code == 200
    assert NUMBER in answer.text
    assert "no dejar mensajes" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    contact = db.session.scalar(sa.select(SafeContact))
    [row] = seen()
    assert (row.object_kind, row.object_id, row.actor_id) == ("safe_contact", contact.id, worker.id)


def test_the_address_answers_no_get(sign_in, worker, departed):
    known = departed(team=[worker], channel=Channel.CALL)
    answer = sign_in(worker).get(url(known, "/contacto"))
    assert answer.status_code in (404, 405)
    assert not shows_number(answer.text)


def refuse(known, **what):
    with work("test", by=operator):
        case = db.session.get(Case, known.id)
        by = case.card.lead_id
        if "answer" in what:
            cases.ask_consent(case, by=by, purpose=ConsentPurpose.FOLLOW_UP, **what)
        elif what.get("withdraw"):
            cases.withdraw_consent(db.session.scalar(sa.select(Consent)))
        elif "channel" in what:
            cases.say_how_to_contact(case, by=by, **what)
        elif "outcome" in what:
            actions.record(case, by=by, month=1, occurred_at=now() - timedelta(hours=1), channel=Channel.CALL, **what)
        elif "ends_on" in what:
            db.session.scalar(sa.select(Consent)).ends_on = what["ends_on"]


@pytest.mark.parametrize("what", [
    {"answer": ConsentAnswer.REFUSED}, {"withdraw": True}, {"channel": Channel.NONE}, {"outcome": Outcome.DECLINED},
    {"outcome": Outcome.DIED}, {"outcome": Outcome.UNSAFE}, {"ends_on": today() - timedelta(days=1)},
    {"channel": Channel.VISIT},
])
def test_whoever_does_not_want_it_or_is_not_safe_is_not_called(sign_in, worker, departed, what):
    known = departed(team=[worker], channel=Channel.CALL, consent=ConsentAnswer.GIVEN)
    refuse(known, **what)
    client = sign_in(worker)
    page = client.get(url(known)).text
    assert "has_read" not in page
    assert not shows_number(page)
    answer = client.post(url(known, "/contacto"), data={"has_read": "y"})
    assert answer.status_code == 422
    assert not shows_number(answer.text)
    assert not seen()


def test_a_refusal_at_the_exit_is_kept_even_with_a_number_from_before(sign_in, worker, departed):
    known = departed(team=[worker], channel=Channel.CALL, consent=ConsentAnswer.REFUSED)
    client = sign_in(worker)
    assert "has_read" not in client.get(url(known)).text
    assert client.post(url(known, "/contacto"), data={"has_read": "y"}).status_code == 422


def test_what_she_said_last_holds(sign_in, worker, departed):
    known = departed(team=[worker], channel=Channel.CALL, consent=ConsentAnswer.REFUSED)
    refuse(known, answer=ConsentAnswer.GIVEN)
    assert ask(sign_in(worker), known, has_read="y").status_code == 200


@pytest.mark.parametrize(("role", "on_team", "page", "post"), [
    (Role.CASEWORKER, True, 200, 422), (Role.SHELTER_COORDINATOR, False, 200, 422), (Role.PSYCHOLOGIST, True, 200, 403),
    (Role.LAWYER, True, 200, 403), (Role.PROGRAMME_COORDINATOR, False, 200, 403), (Role.CASEWORKER, False, 404, 404),
    (Role.PSYCHOLOGIST, False, 404, 404), (Role.HOUSE_STAFF, False, 404, 404), (Role.ADMINISTRATOR, False, 404, 404),
    (Role.OBSERVER, False, 404, 404), (Role.AUDITOR, False, 404, 404),
])
def test_who_sees_the_follow_up_and_who_the_conditions(sign_in, staff, departed, role, on_team, page, post):
    member = staff(role)
    known = departed(team=[member] if on_team else [], channel=Channel.CALL)
    client = sign_in(member)
    answer = client.get(url(known))
    assert answer.status_code == page
    assert not shows_number(answer.text)
    assert ("geranio" in answer.text) == (post == 422)
    refused = client.post(url(known, "/contacto"), data={})
    assert refused.status_code == post
    if post == 403:
        assert client.post(url(known, "/contacto"), data={"has_read": "y"}).status_code == 403
        assert db.session.scalar(sa.select(AuditEntry.decision).where(AuditEntry.action == "contact.read")) == "refused"


def test_a_case_in_the_house_may_be_reached_too(sign_in, worker, case):
    """She did not come back tonight: how to reach her is known, the follow-up has not begun."""
    known = case(team=[worker])
    with work("test", by=Actor("staff", worker.id)):
        cases.say_how_to_contact(db.session.get(Case, known.id), by=worker.id, channel=Channel.MESSAGE, number=NUMBER)
    assert ask(sign_in(worker), known, has_read="y").status_code == 200
