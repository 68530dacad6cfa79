"""Who is told of limits that are over: the team at once, the coordination a day later; late is only what binds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Standing, Unit
from shelter.db import db
from shelter.notices.models import Notice
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Limit
from shelter.route import actions
from tests.route.made import small_book


def told():
    db.session.rollback()
    notices = db.session.scalars(sa.select(Notice).where(Notice.word.startswith("route.")))
    return sorted((each.word, each.staff_id) for each in notices)


def test_the_team_is_told_at_once_and_the_coordination_a_day_later_once_each(book, case, staff, app):
    member, boss = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    hers = case(team=[member], opened=0)
    with work("test.alert", by=operator):
        cases.reached(hers, Milestone.ALERTED, at=now() - timedelta(hours=25), by=member.id)
    with app.test_request_context():
        actions.tell_what_is_over()
        actions.tell_what_is_over()
    team = {each.staff_id for each in hers.team}
    assert {who for word, who in told() if word == "route.late"} == team
    assert len(told()) == len(team)
    with work("test.earlier", by=operator):
        entry = cases.reached(hers, Milestone.ALERTED, at=now() - timedelta(hours=49), by=member.id)
        assert entry.id
    with app.test_request_context():
        actions.tell_what_is_over()
    assert [who for word, who in told() if word == "route.still_late"] == [boss.id]


def test_hour_by_hour_whoever_must_know_is_told_once(book, case, staff, app):
    """Opened now, with a limit of 24 hours; the clock goes on, and somebody looks every hour."""
    member, boss = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    start, heard = now(), []
    with time_machine.travel(start, tick=False):
        hers = case(team=[member], opened=0)
    team = {each.staff_id for each in hers.team}
    for hour in range(60):
        with time_machine.travel(start + timedelta(hours=hour, minutes=1), tick=False), app.test_request_context():
            before = Counter(told())
            actions.tell_what_is_over()
            heard += [(hour, *each) for each in (Counter(told()) - before).elements()]
    assert sorted(heard) == sorted([*((24, "route.late", who) for who in team), (48, "route.still_late", boss.id)])


def test_what_is_long_over_is_told_to_nobody(book, case, staff, app):
    case(team=[staff(Role.CASEWORKER)], opened=30)
    with app.test_request_context():
        actions.tell_what_is_over()
    assert told() == []


@pytest.mark.parametrize(("changes", "team_word", "boss_word", "sentence"), [
    ({}, "route.late", "route.still_late", "Un paso de la ruta está atrasado"),
    ({"report": {"is_validated": False}}, "route.over", "route.still_over", "Un paso de la ruta pasó su meta"),
    ({"report": {"standing": Standing.TARGET}}, "route.over", "route.still_over", "Un paso de la ruta pasó su meta"),
    ({"report": {"is_validated": False}, "arrive": {"standing": Standing.PROTOCOL, "is_validated": True}},
     "route.late", "route.still_late", "Un paso de la ruta está atrasado"),  # the most serious of the two
])
def test_only_of_what_an_institution_validated_people_are_told_that_it_is_late(
    case, staff, app, sign_in, monkeypatch, changes, team_word, boss_word, sentence,
):
    a_day = Limit(24, Unit.HOURS)
    steps = tuple(replace(each, limit=a_day, **changes.get(each.key, {})) for each in small_book().steps)
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=steps)])
    member, boss = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    hers = case(team=[member], opened=0)
    with work("test.alert", by=operator):
        cases.reached(hers, Milestone.ALERTED, at=now() - timedelta(hours=49), by=member.id)
    with app.test_request_context():
        actions.tell_what_is_over()
    assert sorted(told()) == sorted([*((team_word, each.staff_id) for each in hers.team), (boss_word, boss.id)])
    listed = sign_in(member).get("/avisos").text
    assert sentence in listed
    assert ("atras" in listed) is (team_word == "route.late")
