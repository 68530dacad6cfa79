"""When she left, told again: stay, exit, follow-up, figures follow; not once the follow-up has begun."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import add_months, local, now
from shelter.cases import queries as cases
from shelter.cases.actions import hold
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Channel, Milestone
from shelter.codes.leaving import Destination, ExitReason, Outcome
from shelter.db import db
from shelter.followup.actions import record
from shelter.indicators import recounting
from shelter.residence.actions import give_bed
from shelter.transition import actions, queries
from tests.transition.test_leave import moment, now_is

DAY = timedelta(days=1)


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


def leaves(known, worker, ago, reason=ExitReason.PLAN_DONE):
    with work("test.exit", by=operator):
        actions.leave(hold(known), by=worker.id, left_at=now() - ago, reason=reason, destination=Destination.FAMILY)
    return known


@pytest.fixture
def gone(resident, worker):
    """She arrived ten days ago; it was written that she left today."""
    return leaves(resident(team=[worker]), worker, timedelta(0))


def path(known):
    return f"/casos/{known.id}/egreso/cuando"


def test_stay_exit_follow_up_and_figures_follow(sign_in, worker, gone):
    client = sign_in(worker)
    assert f'href="{path(gone)}"' in client.get(f"/casos/{gone.id}/egreso").text
    assert client.fill(path(gone), **moment(3 * DAY)).status_code == 303
    known = now_is(gone)
    left_at = queries.latest(known).left_at
    assert (now() - left_at).days == 3
    assert cases.last_stay(known).left_at == left_at == cases.reached_at(known, Milestone.EXITED)
    assert [row.occurred_at for row in cases.timeline(known) if row.milestone is Milestone.EXITED] == [left_at]
    assert known.card.next_due_on == add_months(local(left_at).date(), 1)
    told = sa.select(sa.func.count()).select_from(TimelineEntry).where(TimelineEntry.milestone == Milestone.EXITED)
    assert db.session.scalar(told) == 2, "what was written before stays"
    assert not recounting.compare()


@pytest.mark.parametrize("ago", [-DAY, 12 * DAY])
def test_not_in_the_future_and_not_before_she_arrived(sign_in, worker, gone, ago):
    assert sign_in(worker).fill(path(gone), **moment(ago)).status_code == 422
    assert (now() - queries.latest(now_is(gone)).left_at).days == 0


def test_not_once_the_follow_up_has_begun(sign_in, worker, gone):
    with work("test.call", by=operator):
        record(hold(db.session.get(Case, gone.id)), by=worker.id, month=1, occurred_at=now(), channel=Channel.CALL,
               outcome=Outcome.NOT_REACHED)
    client = sign_in(worker)
    assert path(gone) not in client.get(f"/casos/{gone.id}/egreso").text
    assert "Su seguimiento ya empezó" in client.get(path(gone)).text
    assert client.post(path(gone), data=moment(3 * DAY)).status_code == 422


def test_not_while_she_is_in_the_house_and_not_after_the_case_closed(sign_in, worker, resident):
    here = resident(team=[worker])
    died = leaves(resident(team=[worker]), worker, DAY, ExitReason.DEATH)
    client = sign_in(worker)
    assert "no hay egreso que corregir" in client.get(path(here)).text
    assert "Este caso está cerrado" in client.get(path(died)).text
    for known in (here, died):
        assert client.post(path(known), data=moment(3 * DAY)).status_code == 422
    assert queries.latest(now_is(here)) is None


def test_not_after_the_next_one_came_into_the_bed(sign_in, worker, gone, case):
    client = sign_in(worker)
    assert client.fill(path(gone), **moment(4 * DAY)).status_code == 303
    other, bed = case(team=[worker], opened=9), cases.last_stay(now_is(gone)).bed_id
    with work("test.bed", by=operator):
        give_bed(hold(other), by=worker.id, bed_id=bed, arrived_at=now() - 2 * DAY)
    assert client.fill(path(gone), **moment(DAY)).status_code == 422
    assert client.fill(path(gone), **moment(3 * DAY)).status_code == 303
