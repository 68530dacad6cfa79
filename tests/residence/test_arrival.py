"""When she arrived, told again: the stay, the timeline, the figures and the clocks of her route follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import queries as cases
from shelter.cases.actions import hold, move_to
from shelter.cases.models import Case, TimelineEntry
from shelter.cases.records import Stay
from shelter.codes.cases import CaseState, Milestone, Stage
from shelter.codes.leaving import Destination, ExitReason
from shelter.db import db
from shelter.indicators import recounting
from shelter.protocol import queries as protocol
from shelter.residence import actions, queries
from shelter.route import queries as route
from shelter.route.models import RouteLap
from shelter.transition.actions import leave
from tests.client import Page
from tests.route.made import small_book

DAY = timedelta(days=1)


@pytest.fixture
def member(staff):
    return staff(Role.CASEWORKER)


@pytest.fixture
def worker(member, sign_in):
    return sign_in(member)


@pytest.fixture
def book(monkeypatch):
    """A protocol in which she arrives within 72 hours of the alert."""
    made = small_book()
    monkeypatch.setattr(protocol, "books", lambda: [made])
    return made


def arrives(her, bed, ago, by):
    with work("test.bed", by=operator):
        return actions.give_bed(hold(her), by=by.id, bed_id=bed.id, arrived_at=now() - ago)


@pytest.fixture
def beds(programme):
    return queries.free_beds(programme.house.id)


@pytest.fixture
def her(book, case, member, beds):
    """Known of for ten days; it was written that she arrived two days ago."""
    made = case(team=[member], opened=10)
    arrives(made, beds[0], 2 * DAY, member)
    return made


def typed(ago, minutes=0):
    at = local(now() - ago - timedelta(minutes=minutes))
    return {"arrived_at-date": at.date().isoformat(), "arrived_at-time": f"{at:%H:%M}"}


def path(her):
    return f"/casos/{her.id}/estancia/llegada"


def stay_of(her):
    db.session.rollback()
    return cases.last_stay(her)


def lap(her, key):
    db.session.rollback()
    return route.route_of(db.session.get(Case, her.id)).laps[key][-1]


def refused(answer, field="arrived_at"):
    page = Page(answer.text)
    assert answer.status_code == 422
    assert any(each.get("href") == f"#{field}" for each in page.all("a")), page.text
    return page.text


def test_the_stay_the_timeline_the_figures_and_the_clocks_follow(her, worker):
    assert lap(her, "arrive").is_late(now())
    assert worker.fill(path(her), **typed(8 * DAY)).status_code == 303
    stay = stay_of(her)
    assert (now() - stay.arrived_at).days == 8
    assert not lap(her, "arrive").is_late(now())
    assert lap(her, "health").started_at == stay.arrived_at
    assert [row.occurred_at for row in cases.timeline(her) if row.milestone is Milestone.ADMITTED] == [stay.arrived_at]
    both = sa.select(sa.func.count()).select_from(TimelineEntry).where(TimelineEntry.milestone == Milestone.ADMITTED)
    assert db.session.scalar(both) == 2, "what was written before stays"
    kept = sa.select(RouteLap.started_at).where(RouteLap.step == "health")
    assert db.session.scalars(kept).all() == [stay.arrived_at]
    assert not recounting.compare()


def test_it_is_corrected_a_second_time(her, worker):
    for days in (8, 6):
        assert worker.fill(path(her), **typed(days * DAY)).status_code == 303
    assert [row.occurred_at for row in cases.timeline(her) if row.milestone is Milestone.ADMITTED] == [
        stay_of(her).arrived_at]
    assert (now() - stay_of(her).arrived_at).days == 6


@pytest.mark.parametrize("ago", [-DAY, 11 * DAY])
def test_not_in_the_future_and_not_before_the_case(her, worker, ago):
    before = stay_of(her).arrived_at
    refused(worker.fill(path(her), **typed(ago)))
    assert stay_of(her).arrived_at == before


def test_the_hour_is_asked(her, worker):
    refused(worker.fill(path(her), **typed(3 * DAY) | {"arrived_at-time": ""}))


def test_not_before_her_earlier_stay_ended(her, member, worker, beds):
    with work("test.exit", by=operator):
        leave(hold(her), by=member.id, left_at=now() - DAY, reason=ExitReason.OWN_DECISION,
              destination=Destination.FAMILY)
    arrives(her, beds[1], timedelta(hours=2), member)
    refused(worker.fill(path(her), **typed(2 * DAY)))
    assert worker.fill(path(her), **typed(timedelta(hours=20))).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 2


def test_not_while_somebody_else_was_in_the_bed(book, case, member, worker, beds):
    other, her = case(team=[member], opened=10), case(team=[member], opened=10)
    arrives(other, beds[0], 9 * DAY, member)
    with work("test.exit", by=operator):
        leave(hold(other), by=member.id, left_at=now() - 5 * DAY, reason=ExitReason.OWN_DECISION,
              destination=Destination.FAMILY)
    arrives(her, beds[0], 3 * DAY, member)
    refused(worker.fill(path(her), **typed(6 * DAY)))
    assert worker.fill(path(her), **typed(4 * DAY)).status_code == 303


def test_not_after_she_changed_the_bed(her, member, worker, beds):
    with time_machine.travel(now() - DAY):
        arrives(her, beds[1], timedelta(0), member)
    refused(worker.fill(path(her), **typed(timedelta(hours=2))))
    assert worker.fill(path(her), **typed(9 * DAY)).status_code == 303


def test_not_after_she_left(her, member, worker):
    with work("test.exit", by=operator):
        leave(hold(her), by=member.id, left_at=now() - DAY, reason=ExitReason.PLAN_DONE,
              destination=Destination.FAMILY)
    page = worker.get(f"/casos/{her.id}/estancia").text
    assert "Estuvo en la casa del" in page
    assert f'href="{path(her)}"' in page
    refused(worker.fill(path(her), **typed(timedelta(hours=5))))
    assert worker.fill(path(her), **typed(timedelta(hours=30))).status_code == 303


def test_what_cannot_be_corrected_is_said_and_not_asked(book, case, member, worker, her):
    without = case(team=[member])
    page = worker.get(path(without)).text
    assert "Todavía no se le ha asignado una cama" in page
    assert "arrived_at" not in page
    assert worker.get(f"/casos/{without.id}/estancia").text.count("llegada") == 0
    with work("test.close", by=operator):
        move_to(db.session.get(Case, her.id), Stage.CLOSED, state=CaseState.CLOSED)
    assert "Este caso está cerrado" in worker.get(path(her)).text
    assert worker.post(path(her), data=typed(8 * DAY)).status_code == 422


def test_the_page_of_the_bed_leads_there(her, worker):
    assert f'href="{path(her)}"' in worker.get(f"/casos/{her.id}/estancia").text
