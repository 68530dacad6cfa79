"""Leaving the house: the bed, the stage, the card, what she said about contact; once only."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import Actor, operator, work
from shelter.calendar import add_months, local, now
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case, TimelineEntry
from shelter.cases.records import Consent, SafeContact, Stay
from shelter.codes.cases import Answer, CaseState, Channel, ConsentAnswer, ConsentPurpose, Milestone, Stage
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.people import AgeBand
from shelter.db import db
from shelter.residence.actions import give_bed
from shelter.rules import RuleBroken
from shelter.transition import actions
from shelter.transition.models import Exit
from tests.client import Page


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


def moment(ago=timedelta(0), name="left_at"):
    at = local(now() - ago)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


def answers(**more):
    usual = {"reason": "plan_done", "destination": "independent", "province": "17", "was_her_decision": "yes"}
    return {**moment(), **usual, "confirmed": "y", **more}


CONTACT = {
    "consent": "given", "channel": "call", "number": "099 123 4567", "hours": "martes de 10 a 12",
    "code_word": "geranio", "pretext": "del curso de costura", "never": "no dejar mensajes",
}


def url(known):
    return f"/casos/{known.id}/egreso"


def now_is(known):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Case, known.id)


def test_she_leaves_and_the_bed_is_free(sign_in, worker, resident):
    known = resident(team=[worker])
    with work("test", by=operator):
        known.age_band = AgeBand.TO_23
    answer = sign_in(worker).fill(url(known), **answers(plan="Vive con su prima", **CONTACT))
    assert answer.status_code == 303
    assert answer.location == f"/casos/{known.id}"
    found, left = now_is(known), db.session.scalar(sa.select(Exit))
    assert (found.state, found.is_present) == (CaseState.FOLLOW_UP, False)
    assert (found.card.stage, found.card.bed) == (Stage.FOLLOW_UP, None)
    assert (found.card.next_due_on, found.card.next_step) == (add_months(local(left.left_at).date(), 1), "follow_up")
    assert (left.reason, left.destination, left.province) == (ExitReason.PLAN_DONE, Destination.INDEPENDENT, "17")
    assert (left.was_her_decision, left.age_band, left.plan) == (Answer.YES, AgeBand.TO_23, "Vive con su prima")
    stay = db.session.get(Stay, left.stay_id)
    assert stay.left_at == left.left_at
    assert cases.open_stay(found) is None
    exited = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.EXITED))
    assert (exited.occurred_at, exited.about_id, exited.detail) == (left.left_at, left.id, "plan_done")
    assert exited.age_band is AgeBand.TO_23
    consent, contact = db.session.scalar(sa.select(Consent)), db.session.scalar(sa.select(SafeContact))
    assert (consent.purpose, consent.answer) == (ConsentPurpose.FOLLOW_UP, ConsentAnswer.GIVEN)
    assert (contact.channel, contact.number, contact.code_word, contact.never) == (
        Channel.CALL, "099 123 4567", "geranio", "no dejar mensajes")
    assert b"Vive" not in left.plan_sealed
    assert b"099" not in contact.number_sealed


def test_nothing_depends_on_consent_or_a_contact(sign_in, worker, resident):
    known = resident(team=[worker])
    assert sign_in(worker).fill(url(known), **answers()).status_code == 303
    assert now_is(known).state is CaseState.FOLLOW_UP
    assert not db.session.scalar(sa.select(sa.func.count(Consent.id)))
    assert not db.session.scalar(sa.select(sa.func.count(SafeContact.id)))


@pytest.mark.parametrize("reason", ["death", "not_trafficked"])
def test_some_reasons_close_the_case(sign_in, worker, resident, reason):
    known = resident(team=[worker])
    said = {"destination": "", "province": "", "was_her_decision": ""} if reason == "death" else {}
    assert sign_in(worker).fill(url(known), **{**answers(reason=reason), **said}).status_code == 303
    found = now_is(known)
    assert (found.state, found.card.stage, found.is_present) == (CaseState.CLOSED, Stage.CLOSED, False)
    assert (found.card.next_due_on, found.card.next_step, found.card.bed) == (None, None, None)
    assert found.closed_at is not None
    reached = db.session.scalars(sa.select(TimelineEntry.milestone).where(TimelineEntry.detail == reason)).all()
    assert set(reached) == {Milestone.EXITED, Milestone.CLOSED}


@pytest.mark.parametrize(("wrong", "field"), [
    (moment(timedelta(days=-1)), "left_at"),
    (moment(timedelta(days=12)), "left_at"),
    ({"left_at-date": "ayer"}, "left_at"),
    ({"left_at-date": "", "left_at-time": ""}, "left_at"),
    ({"reason": ""}, "reason"),
    ({"destination": ""}, "destination"),
    ({"destination": "abroad"}, "province"),
    ({"province": "25"}, "province"),
    ({"was_her_decision": ""}, "was_her_decision"),
    ({"confirmed": None}, "confirmed"),
    ({"channel": "call"}, "number"),
    ({"number": "0991234567"}, "channel"),
    ({"channel": "call", "number": "llámela"}, "number"),
    ({"channel": "visit", "never": "de noche\u200b"}, "never"),
    ({"plan": "x" * 1_000_000}, "plan"),
    ({"plan": "uno\x1bdos"}, "plan"),
])
def test_bad_input_gets_one_sentence_at_its_field_and_nothing_is_saved(sign_in, worker, resident, wrong, field):
    known = resident(team=[worker])
    sent = {**answers(), **wrong}
    answer = sign_in(worker).fill(url(known), **{name: value for name, value in sent.items() if value is not None})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert [each["id"] for each in page.all("p") if (each.get("id") or "").endswith("-error")] == [f"{field}-error"]
    if field != "reason":
        assert '<option value="plan_done" selected>' in answer.text, "what was chosen stays"
    assert now_is(known).is_present
    assert not db.session.scalar(sa.select(sa.func.count(Exit.id)))


def test_a_second_exit_is_refused_with_one_sentence(sign_in, worker, resident):
    known = resident(team=[worker])
    client = sign_in(worker)
    page = Page(client.get(url(known)).text)
    sent = {"csrf_token": page.hidden("csrf_token"), **answers(plan="Otra vez")}
    first = client.fill(url(known), **answers())
    assert first.status_code == 303
    second = client.post(url(known), data={**sent, "submit_key": page.hidden("submit_key")})
    assert second.status_code == 422
    errors = second.text.split('class="errors"')[1].split("</ul>")[0]
    assert errors.count("<li>") == 1
    assert "Otra vez" in second.text
    assert db.session.scalar(sa.select(sa.func.count(Exit.id))) == 1
    assert "confirmed" not in client.get(url(known)).text, "afterwards the page tells how she left"


def test_of_two_exits_at_once_one_holds(app, worker, resident):
    known, by = resident(team=[worker]).id, worker.id
    db.session.rollback()
    outcomes, start = [], threading.Barrier(2)

    def go():
        with app.test_request_context():
            start.wait()
            try:
                with work("exit.record", by=Actor("staff", by)):
                    case = hold(db.session.get(Case, known))
                    actions.leave(case, by=by, left_at=now(), reason=ExitReason.OWN_DECISION,
                                  destination=Destination.FAMILY)
                outcomes.append("left")
            except (RuleBroken, sa.exc.IntegrityError):
                outcomes.append("refused")
            finally:
                db.session.remove()

    both = [threading.Thread(target=go) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(outcomes) == ["left", "refused"]
    assert db.session.scalar(sa.select(sa.func.count(Exit.id))) == 1


def test_she_may_come_back_and_leave_again(sign_in, worker, resident):
    known = resident(team=[worker])
    client = sign_in(worker)
    assert client.fill(url(known), **answers(**moment(timedelta(days=2)))).status_code == 303
    with work("test.back", by=operator):
        case = hold(db.session.get(Case, known.id))
        bed = db.session.scalar(sa.select(Stay.bed_id))
        give_bed(case, by=worker.id, bed_id=bed, arrived_at=now() - timedelta(days=1))
    assert now_is(known).is_present
    assert client.fill(url(known), **answers(reason="own_decision", destination="family")).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(Exit.id))) == 2
    assert now_is(known).card.next_due_on == add_months(local(now()).date(), 1)


def test_an_exit_without_a_stay_is_explained(sign_in, worker, case):
    known = case(team=[worker])
    client = sign_in(worker)
    assert not [each for each in Page(client.get(url(known)).text).all("form") if each.get("class") == "form"]
    forged = answers(submit_key="00000000-0000-4000-8000-000000000001")
    assert client.post(url(known), data=forged).status_code == 422


def test_who_reached_her_only_in_the_house_is_led_to_the_list(sign_in, staff, resident):
    known = resident()
    answer = sign_in(staff(Role.CASEWORKER)).fill(url(known), **answers())
    assert answer.status_code == 303
    assert answer.location == "/casos"


@pytest.mark.parametrize(("role", "status"), [
    (Role.CASEWORKER, 200), (Role.SHELTER_COORDINATOR, 200), (Role.PROGRAMME_COORDINATOR, 403),
    (Role.PSYCHOLOGIST, 404), (Role.HOUSE_STAFF, 404), (Role.ADMINISTRATOR, 404),
    (Role.OBSERVER, 404), (Role.AUDITOR, 404),
])
def test_who_may_record_an_exit(sign_in, staff, resident, role, status):
    assert sign_in(staff(role)).get(url(resident())).status_code == status


def test_a_psychologist_of_the_team_may_not(sign_in, staff, resident):
    psychologist = staff(Role.PSYCHOLOGIST)
    known = resident(team=[psychologist])
    assert sign_in(psychologist).get(url(known)).status_code == 403
    assert sign_in(psychologist).post(url(known), data=answers()).status_code == 403
