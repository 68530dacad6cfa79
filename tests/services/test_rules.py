"""A service in plain values: how long, why not, when."""

from datetime import UTC, datetime, timedelta

import pytest

from shelter.codes.services import NotHeld
from shelter.rules import RuleBroken
from shelter.services import rules

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
OPENED = NOW - timedelta(days=3)


def when(at, closed_at=None):
    return rules.when(at, opened_at=OPENED, closed_at=closed_at, now=NOW)


def test_what_took_place_lasted_some_time():
    assert rules.length(True, 45) == 45
    with pytest.raises(RuleBroken) as broken:
        rules.length(True, None)
    assert broken.value.field == "minutes"


def test_what_did_not_take_place_has_a_reason_and_no_length():
    assert rules.length(False, 45) is None
    assert rules.why_not(False, NotHeld.UNWELL) is NotHeld.UNWELL
    assert rules.why_not(True, NotHeld.UNWELL) is None
    with pytest.raises(RuleBroken) as broken:
        rules.why_not(False, None)
    assert broken.value.field == "not_held"


def test_a_service_lies_between_the_opening_and_now():
    assert when(NOW) == NOW
    assert when(OPENED) == OPENED
    for wrong in (NOW + timedelta(minutes=2), OPENED - timedelta(minutes=1)):
        with pytest.raises(RuleBroken) as broken:
            when(wrong)
        assert broken.value.field == "occurred_at"


def test_nothing_is_given_after_the_case_was_closed():
    closed = NOW - timedelta(days=1)
    assert when(closed - timedelta(hours=1), closed) < closed
    with pytest.raises(RuleBroken):
        when(NOW, closed)
