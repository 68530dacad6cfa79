"""Leaving in plain values: when, where to, how she can be reached."""

from datetime import UTC, datetime, timedelta

import pytest

from shelter.codes.cases import Channel
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.places import Province
from shelter.rules import RuleBroken
from shelter.transition import rules

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ARRIVED = NOW - timedelta(days=30)


def test_she_leaves_after_arriving_and_not_tomorrow():
    assert rules.when(NOW, arrived_at=ARRIVED, now=NOW) == NOW
    within_the_minute = ARRIVED + timedelta(seconds=40)
    assert rules.when(ARRIVED, arrived_at=within_the_minute, now=NOW) == within_the_minute
    for wrong in (ARRIVED - timedelta(minutes=1), NOW + timedelta(minutes=5)):
        with pytest.raises(RuleBroken) as broken:
            rules.when(wrong, arrived_at=ARRIVED, now=NOW)
        assert broken.value.field == "left_at"


def test_a_destination_is_asked_of_everybody_who_lives():
    assert rules.where(ExitReason.DEATH, None, None) is Destination.UNKNOWN
    assert rules.where(ExitReason.REUNION, Destination.FAMILY, "17") is Destination.FAMILY
    for destination, province, field in ((None, None, "destination"), (Destination.ABROAD, "17", "province")):
        with pytest.raises(RuleBroken) as broken:
            rules.where(ExitReason.RETURN, destination, province)
        assert broken.value.field == field


@pytest.mark.parametrize(("channel", "number", "more", "field"), [
    (None, "0991234567", {}, "channel"),
    (None, None, {"never": "de noche"}, "channel"),
    (Channel.CALL, None, {}, "number"),
    (Channel.THIRD_PERSON, "", {}, "number"),
    (Channel.NONE, "0991234567", {}, "number"),
])
def test_half_a_safe_contact_is_refused(channel, number, more, field):
    with pytest.raises(RuleBroken) as broken:
        rules.reachable(channel, number, **more)
    assert broken.value.field == field


def test_a_safe_contact_is_whole_or_none():
    assert not rules.reachable(None, None, hours=None)
    assert rules.reachable(Channel.NONE, None)
    assert rules.reachable(Channel.VISIT, None, hours="sábados")
    assert rules.reachable(Channel.CALL, "0991234567")


def test_there_are_twenty_four_provinces_in_the_order_of_their_codes():
    assert [province.value for province in Province] == [f"{number:02}" for number in range(1, 25)]
    assert (Province("17").label, Province("07").label, Province("24").label) == ("Pichincha", "El Oro", "Santa Elena")
