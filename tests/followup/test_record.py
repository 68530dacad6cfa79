"""Recording a contact: the card, the case's end, what is refused; who reads the note."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import add_months, local, moment_of, now
from shelter.cases.actions import hold
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import CaseState, Channel, Milestone, Stage
from shelter.codes.leaving import Outcome
from shelter.codes.protocol import Start, StepState
from shelter.db import db
from shelter.followup import actions, queries
from shelter.followup.models import FollowUp
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Happening
from shelter.route.queries import route_of
from tests.client import Page
from tests.route.made import SHOWN, small_book, step


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


def url(known, more="/nuevo"):
    return f"/casos/{known.id}/seguimiento{more}"


def moment(ago=timedelta(0), name="occurred_at"):
    at = local(now() - ago)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


def contact(**more):
    return {**moment(), "channel": "call", "outcome": "stable", "month": "1", **more}


def now_is(known):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Case, known.id)


def left_on(known):
    return local(queries.standing(now_is(known)).left_at).date()


def test_the_next_contact_that_is_due_is_offered(sign_in, worker, departed):
    known = departed(team=[worker])
    client = sign_in(worker)
    for month, following in (("1", "3"), ("3", "6")):
        page = Page(client.get(url(known)).text)
        assert next(each["value"] for each in page.all("option") if "selected" in each) == month
        assert client.fill(url(known), **contact(month=month)).status_code == 303
        assert now_is(known).card.next_due_on == add_months(left_on(known), int(following))


def test_an_early_contact_is_kept_and_its_month_stays_due(sign_in, worker, departed):
    known = departed(team=[worker], days=2)
    client = sign_in(worker)
    answer = client.fill(url(known), **contact(month="12"), follow=True)
    assert "sigue pendiente" in Page(answer.text).text
    kept = db.session.scalar(sa.select(FollowUp))
    assert (kept.month, kept.is_fulfilled) == (12, False)
    assert (now_is(known).state, now_is(known).card.next_due_on) == (
        CaseState.FOLLOW_UP, add_months(left_on(known), 1),
    )


def test_a_contact_writes_the_timeline(sign_in, worker, departed):
    known = departed(team=[worker])
    assert sign_in(worker).fill(url(known), **contact(outcome="at_risk", note="Debe dinero")).status_code == 303
    [made] = db.session.scalars(sa.select(FollowUp))
    assert (made.month, made.channel, made.outcome, made.is_fulfilled, made.note) == (
        1, Channel.CALL, Outcome.AT_RISK, True, "Debe dinero")
    assert b"dinero" not in made.note_sealed
    entry = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.FOLLOWED_UP))
    assert (entry.about_id, entry.detail, entry.occurred_at) == (made.id, "at_risk", made.occurred_at)
    kept = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.KEPT_IN_TOUCH))
    assert (kept.about_id, kept.detail, kept.occurred_at) == (made.id, "1", made.occurred_at)


@pytest.mark.parametrize(("outcome", "month", "done"), [
    ("stable", "1", {"month-1"}), ("not_reached", "1", set()), ("unsafe", "1", set()), ("stable", "3", {"month-3"}),
    ("stable", "6", set()),
])
def test_a_step_of_the_route_is_done_when_somebody_spoke_with_her_in_its_month(
    sign_in, worker, departed, monkeypatch, outcome, month, done,
):
    steps = [step(f"month-{each}", "out", Start.MILESTONE, starts_with=Happening(Milestone.EXITED), is_beside=True,
                  happening=Happening(Milestone.KEPT_IN_TOUCH, each), evidence=SHOWN) for each in ("1", "3", "6")]
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=tuple(steps))])
    known = departed(team=[worker])  # forty days ago: a sixth month comes too early to count
    sign_in(worker).fill(url(known), **{**contact(outcome=outcome), "month": month})
    db.session.rollback()
    found = route_of(db.session.get_one(Case, known.id))
    assert {each.step.key for each in found.places if each.state is StepState.DONE} == done


def test_somebody_who_was_not_reached_stays_due(sign_in, worker, departed):
    known = departed(team=[worker])
    assert sign_in(worker).fill(url(known), **contact(outcome="not_reached")).status_code == 303
    found = now_is(known)
    assert (found.card.next_due_on, found.card.next_step) == (add_months(left_on(known), 1), "follow_up")
    assert found.state is CaseState.FOLLOW_UP


def test_after_an_unsafe_contact_the_next_is_a_week_later(sign_in, worker, departed):
    known = departed(team=[worker], channel=Channel.CALL)
    client = sign_in(worker)
    assert client.fill(url(known), **contact(outcome="unsafe")).status_code == 303
    assert now_is(known).card.next_due_on == local(now()).date() + timedelta(days=7)
    page = client.get(url(known, "")).text
    assert "notice-warning" in page


@pytest.mark.parametrize("outcome", ["declined", "died"])
def test_some_outcomes_close_the_case(sign_in, worker, departed, outcome):
    known = departed(team=[worker])
    client = sign_in(worker)
    assert client.fill(url(known), **contact(outcome=outcome)).status_code == 303
    found = now_is(known)
    assert (found.state, found.card.stage, found.card.next_due_on, found.card.next_step) == (
        CaseState.CLOSED, Stage.CLOSED, None, None)
    closed = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.CLOSED))
    assert closed.detail == outcome
    assert client.post(url(known), data=contact(submit_key="00000000-0000-4000-8000-000000000002")).status_code == 422


def test_a_whole_year_of_contacts_closes_the_case(app, worker, departed):
    """Left on 31 January 2025: due 28 February, 30 April, 31 July, 31 January 2026."""
    with time_machine.travel(moment_of(date(2025, 1, 31)), tick=False):
        known = departed(days=0)
    by, due = worker.id, []
    for month, day in ((1, date(2025, 2, 28)), (3, date(2025, 4, 30)), (6, date(2025, 7, 31)), (12, date(2026, 1, 31))):
        due.append(now_is(known).card.next_due_on)
        assert due[-1] == day
        with time_machine.travel(moment_of(day), tick=False), work("test", by=operator):
            actions.record(hold(db.session.get(Case, known.id)), by=by, month=month, occurred_at=now(),
                           channel=Channel.CALL, outcome=Outcome.STABLE)
    assert now_is(known).state is CaseState.CLOSED
    closed = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.CLOSED))
    assert local(closed.occurred_at).date() == date(2026, 1, 31)


@pytest.mark.parametrize(("wrong", "field"), [
    (moment(timedelta(days=-1)), "occurred_at"), (moment(timedelta(days=41)), "occurred_at"),
    ({"occurred_at-date": "30-02-2026"}, "occurred_at"), ({"channel": ""}, "channel"), ({"channel": "none"}, "channel"),
    ({"outcome": ""}, "outcome"), ({"outcome": "happy"}, "outcome"), ({"month": "2"}, "month"),
    ({"note": "x" * 1_000_000}, "note"), ({"note": "a\u202eb"}, "note"), ({"note": "a\x00b"}, "note"),
])
def test_bad_input_gets_one_sentence_at_its_field_and_nothing_is_saved(sign_in, worker, departed, wrong, field):
    known = departed(team=[worker])
    answer = sign_in(worker).fill(url(known), **{**contact(note="Lo conversado"), **wrong})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert [each["id"] for each in page.all("p") if (each.get("id") or "").endswith("-error")] == [f"{field}-error"]
    assert wrong.get("note", "Lo conversado")[:1] in answer.text
    assert not db.session.scalar(sa.select(sa.func.count(FollowUp.id)))


def test_nothing_is_recorded_of_somebody_who_is_in_the_house(sign_in, worker, case):
    known = case(team=[worker])
    client = sign_in(worker)
    assert client.get(url(known)).status_code == 200
    answer = client.post(url(known), data=contact(submit_key="00000000-0000-4000-8000-000000000003"))
    assert answer.status_code == 422
    assert not db.session.scalar(sa.select(sa.func.count(FollowUp.id)))


@pytest.mark.parametrize(("role", "on_team", "status"), [
    (Role.CASEWORKER, True, 200), (Role.SHELTER_COORDINATOR, False, 200), (Role.PSYCHOLOGIST, True, 403),
    (Role.PROGRAMME_COORDINATOR, False, 403), (Role.PSYCHOLOGIST, False, 404), (Role.AUDITOR, False, 404),
])
def test_who_may_record(sign_in, staff, departed, role, on_team, status):
    member = staff(role)
    assert sign_in(member).get(url(departed(team=[member] if on_team else []))).status_code == status


@pytest.mark.parametrize(("role", "on_team", "reads"), [
    (Role.CASEWORKER, True, True), (Role.SHELTER_COORDINATOR, False, False), (Role.LAWYER, True, False),
    (Role.PROGRAMME_COORDINATOR, False, False),
])
def test_the_note_is_for_social_work(sign_in, staff, departed, role, on_team, reads):
    member = staff(role)
    known = departed(team=[member] if on_team else [])
    with work("test", by=operator):
        made = actions.record(hold(db.session.get(Case, known.id)), by=member.id, month=1, occurred_at=now(),
                              channel=Channel.CALL, outcome=Outcome.STABLE, note="Canario")
    client = sign_in(member)
    assert "Canario" not in client.get(url(known, "")).text
    answer = client.get(url(known, f"/{made.id}"))
    assert answer.status_code == 200
    assert ("Canario" in answer.text) == reads
