"""Which rows stand in a table: inside, what was found; outside, all, so that none tells by standing there."""

import pytest

from shelter.calendar import Period
from shelter.codes.cases import Exploitation
from shelter.codes.people import Sex
from shelter.statistics.rules import CONTENTS, LEVELS, Audience, tables

YEARS = Period.read("2010..2012")
FOUND = {"sex": {"female": 7, "unknown": 2}, "exploitation": {"labour": 6}, "year": {"2010": 9}}


@pytest.fixture
def chapter():
    return next(each for each in CONTENTS if each.code == "cases.registered")


def test_inside_a_word_that_was_never_found_is_no_zero(chapter):
    """Nobody may have been asked for it. A year in which nothing happened is one all the same."""
    printed = tables(chapter, FOUND, YEARS, None)
    assert printed["sex"] == {"female": 7, "unknown": 2}
    assert printed["exploitation"] == {"labour": 6, "unknown": 0}
    assert printed["year"] == {"2010": 9, "2011": 0, "2012": 0}


def test_outside_every_word_has_its_row(chapter):
    printed = tables(chapter, FOUND, YEARS, LEVELS[Audience.GOVERNMENT])
    assert printed["sex"].keys() == {*(word.value for word in Sex), "unknown"}
    assert printed["exploitation"].keys() == {*(word.value for word in Exploitation), "unknown"}
