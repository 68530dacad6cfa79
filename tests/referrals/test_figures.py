"""Figures of referrals against a population worked out by hand: who is counted, where, when, under which words."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.codes.cases import Answer
from shelter.codes.referrals import DeclineReason, ReferralState, UnmetNeed, Urgency
from shelter.db import db
from shelter.indicators import INDICATORS, Scope
from shelter.partners.models import Institution
from shelter.referrals import actions
from shelter.referrals import indicators as _referrals
from shelter.referrals.models import Referral
from tests.client import Page

QUARTER = Period.read("2025-Q1")
A, R, D, W = ReferralState.ACCEPTED, ReferralState.REDIRECTED, ReferralState.DECLINED, ReferralState.WAITING
COUNTED = _referrals


def local(year, month, day, hour=12, minute=0):
    """A moment in Guayaquil (UTC−5), written out by hand."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) + (datetime(2025, 1, 2) - datetime(2025, 1, 1, 19))


# house, when, answer, why not, unmet needs
CALLS = [
    (0, local(2024, 12, 31, 23, 59), A, None, ()),  # the day before the quarter
    (0, local(2025, 1, 1, 0, 0), A, None, ()),
    (0, local(2025, 1, 15), W, None, ()),
    (0, local(2025, 2, 1), R, None, (UnmetNeed.BED,)),
    (0, local(2025, 2, 2), D, DeclineReason.NO_BED, (UnmetNeed.INTERPRETER,)),
    (1, local(2025, 3, 3), D, DeclineReason.NOT_HER_WISH, ()),
    (2, local(2025, 3, 31, 23, 59), A, None, (UnmetNeed.BED, UnmetNeed.ACCESS)),
    (2, local(2025, 4, 1, 0, 0), D, DeclineReason.SECURITY, ()),  # the day after it
]
PROVINCES = {0: "17", 1: "17", 2: "07"}


@pytest.fixture
def told(app, programme, staff, outside):
    """The calls of the list; and one that the first house sent on to the third, which accepted it."""
    by = staff(Role.CASEWORKER).id
    with outside(), work("test.calls", by=operator):
        for house, at, state, why, unmet in CALLS:
            referral = receive(programme, house, by, at)
            if state is not W:
                actions.answer(referral, by=by, state=state, reason="x", decline_reason=why, unmet=unmet)
        sent = receive(programme, 0, by, local(2025, 1, 20))
        db.session.flush()
        actions.answer(sent, by=by, state=R, reason=None, to_house_id=programme.houses[2].id, is_told=True,
                       unmet=[UnmetNeed.BED])
        db.session.flush()
        arrived = _referrals_of(programme.houses[2], local(2025, 1, 20))
        actions.answer(arrived, by=by, state=A, reason=None)
    return programme


def receive(programme, house, by, at):
    made = actions.receive(
        programme.houses[house], by=by, received_at=at, institution_id=programme.institutions[0].id,
        urgency=Urgency.TODAY, is_safe=Answer.YES, needs_doctor=Answer.NO, language=None,
    )
    db.session.flush()
    return made


def _referrals_of(house, at):
    return db.session.scalars(sa.select(Referral).filter_by(house_id=house.id, received_at=at)).one()


def count(code, period=QUARTER, scope=None):
    return INDICATORS[code].count(period, scope or Scope())


def test_each_figure_of_the_quarter_is_what_one_counts_by_hand(told):
    """Six of the list lie in it; and the one that was sent on, once."""
    inside = CALLS[1:7]
    assert count("referrals.received").value == len(inside) + 1 == 7
    assert count("referrals.received").breakdowns["answer"] == {
        "accepted": 3, "redirected": 1, "declined": 2, "waiting": 1, "unknown": 0}
    assert count("referrals.accepted").value == 3
    assert count("referrals.redirected").value == 1
    assert count("referrals.declined").value == 2
    assert count("referrals.unmet").value == 6
    needs = Counter(bed=4, interpreter=1, access=1, unknown=0)  # one bed follows from the reason, one was sent on
    assert count("referrals.unmet").breakdowns["need"] == needs
    assert count("referrals.declined").breakdowns["decline"] == {"no_bed": 1, "not_her_wish": 1, "unknown": 0}


def test_every_answer_and_those_that_wait_add_up_to_what_was_received_in_every_scope(told):
    for scope in (Scope(), *(Scope(each.foundation_id) for each in told.houses),
                  *(Scope(each.foundation_id, each.id) for each in told.houses)):
        answers = sum(count(f"referrals.{word}", scope=scope).value for word in ("accepted", "redirected", "declined"))
        waiting = 1 if scope.house_id in {None, told.houses[0].id} and (
            scope.foundation_id in {None, told.houses[0].foundation_id}) else 0
        assert count("referrals.received", scope=scope).value == answers + waiting


def test_one_that_was_sent_on_counts_where_it_is_now(told):
    north, coast = told.houses[0], told.houses[2]
    assert count("referrals.received", scope=Scope(north.foundation_id, north.id)).value == 4
    assert count("referrals.received", scope=Scope(coast.foundation_id, coast.id)).value == 2
    assert count("referrals.received").breakdowns["province"] == {"17": 5, "07": 2, "unknown": 0}
    assert count("referrals.unmet", scope=Scope(north.foundation_id, north.id)).value == 4, "it could not meet it"


def test_a_day_ends_where_the_house_stands(told):
    year = Period(date(2024, 12, 31), date(2025, 1, 1))
    assert count("referrals.accepted", year).breakdowns["year"] == {"2024": 1, "2025": 1, "unknown": 0}


def test_the_kind_of_institution_is_known(told):
    kind = db.session.get(Institution, told.institutions[0].id).kind
    assert count("referrals.received").breakdowns["institution"] == {str(kind): 7, "unknown": 0}


def test_no_cases_are_listed_behind_them_and_nobody_is_sent_to_look(told, staff, sign_in):
    """A call that led to no case has none; the page says the figure without a link."""
    client = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    page = Page(client.get("/indicadores?periodo=2025-Q1").text)
    assert "Derivaciones recibidas" in page.text
    links = [attrs["href"] for attrs in page.all("a") if "figura=referrals" in attrs.get("href", "")]
    assert links == []
    assert client.get("/indicadores/casos?figura=referrals.received&periodo=2025-Q1").status_code == 404
