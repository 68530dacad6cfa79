"""A return is voluntary, and comes after both screenings: at the exit as anywhere else."""

from itertools import product

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.cases.records import Screened
from shelter.codes.cases import Answer
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.outgoing import Screening
from shelter.db import db
from shelter.rules import RuleBroken
from shelter.transition import rules
from shelter.transition.models import Exit
from tests.client import Page
from tests.transition.test_leave import answers, url

HOME = {"reason": "return", "destination": "abroad", "province": ""}


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


@pytest.fixture
def her(resident, worker):
    return resident(team=[worker])


@pytest.fixture
def found(her, worker):
    """found(refuge, safe): what the two screenings found last."""

    def tell(refuge, safe):
        with work("test.screen", by=operator):
            db.session.add_all(
                Screened(foundation_id=her.foundation_id, case_id=her.id, kind=kind, answer=answer, by_id=worker.id)
                for kind, answer in ((Screening.REFUGE, refuge), (Screening.RETURN, safe)))

    return tell


def refused_at(answer, field):
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Exit.id))) == 0
    return any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))


@pytest.mark.parametrize("decision", ["no", "unknown"])
@pytest.mark.parametrize("reason", ["return", "transfer", "own_decision"])
def test_nobody_is_sent_home_who_did_not_decide_so(sign_in, worker, her, found, reason, decision):
    found(Answer.NO, Answer.YES)
    typed = answers(**HOME | {"reason": reason}, was_her_decision=decision)
    assert refused_at(sign_in(worker).fill(url(her), **typed), "was_her_decision")


@pytest.mark.parametrize(("refuge", "safe"), [
    (None, None), (Answer.NO, Answer.NO), (Answer.NO, Answer.UNKNOWN), (Answer.YES, Answer.YES),
    (Answer.UNKNOWN, Answer.YES),
])
def test_nobody_is_sent_home_before_it_is_known_to_be_safe(sign_in, worker, her, found, refuge, safe):
    if refuge:
        found(refuge, safe)
    for reason in ("return", "transfer"):
        typed = answers(**HOME | {"reason": reason})
        assert refused_at(sign_in(worker).fill(url(her), **typed), "destination")


def test_who_wants_to_and_can_returns(sign_in, worker, her, found):
    found(Answer.YES, Answer.NO)
    found(Answer.NO, Answer.YES)  # the last word counts
    assert sign_in(worker).fill(url(her), **answers(**HOME)).status_code == 303


def test_where_she_goes_by_herself_is_written_down(sign_in, worker, her):
    typed = answers(**HOME | {"reason": "own_decision"})
    assert sign_in(worker).fill(url(her), **typed).status_code == 303


def test_of_all_combinations_these_are_refused():
    """By hand: reason, where to, her own decision or not."""
    refused = set()
    for reason, where in product(ExitReason, Destination):
        try:
            rules.of_her_own_will(reason, where, Answer.NO)
        except RuleBroken:
            refused.add((reason, where))
    abroad = {(each, Destination.ABROAD) for each in set(ExitReason) - {ExitReason.UNPLANNED}}
    assert refused == abroad | {(ExitReason.RETURN, each) for each in Destination}
