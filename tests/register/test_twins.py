"""The same cases in another file: noticed by their facts, and in only when somebody said what they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.db import db
from shelter.register import actions, queries
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.register.reading import Mapping, Reading, Sheet
from shelter.rules import RuleBroken

FACTS = ["year", "registered_on", "sex", "age_band", "nationality", "country_of_exploitation", "province"]
MAPPING = "register = 'Casa'\nsource = 's'\n" + "".join(f"{fact} = {{column = '{fact}'}}\n" for fact in FACTS) + (
    "exploitation = {sexual = {column = 'sexual'}, labour = {column = 'labour'}}\n")
COLUMNS = [*FACTS, "sexual", "labour"]
WHOLE = {"year": "2014", "registered_on": "2014-03-05", "sex": "female", "age_band": "9-17", "nationality": "CO",
         "country_of_exploitation": "EC", "province": "09", "sexual": "yes", "labour": "no"}


@pytest.fixture(autouse=True)
def _in_app(app):
    """Everything here needs the database."""


@pytest.fixture
def of(mapping_file):
    """of([case, …], name="a.csv") -> what a file with these cases says; the name makes it another file."""

    def reading(cases, name="a.csv", text=MAPPING):
        lines = [",".join([*COLUMNS, name]), *(",".join([*(case.get(each, "") for each in COLUMNS), ""])
                                               for case in cases)]
        return Reading.of(Sheet.of(name, "\n".join([*lines, ""]).encode()), Mapping.load(mapping_file(text)))

    return reading


def years(*found):
    """years(2001, 2002) -> a case of each."""
    return [{"year": str(year)} for year in found]


def bring_in(reading, *answer, **answers):
    return sum(actions.carry_out(actions.plan(reading, *answer, **answers), by=operator))


def counted():
    cases = sa.select(sa.func.count()).select_from(RegisterCase).where(RegisterCase.file_id.in_(queries.in_force()))
    return db.session.scalar(cases)


def test_a_file_saved_again_does_not_come_in_before_it_is_said_what_it_is(of):
    bring_in(of([WHOLE] * 10))
    again = of([WHOLE] * 10, "b.csv")
    plan = actions.plan(again)
    assert (plan.twin.file.name, plan.twin.same, plan.twin.cases, len(plan.missing)) == ("a.csv", 10, 10, 10)
    assert plan.twin.said.startswith("10 of these 10 cases are in this register already, by the file «a.csv» of ")
    with pytest.raises(RuleBroken, match="are in this register already"):
        list(actions.carry_out(plan, by=operator))
    assert counted() == 10
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportedFile)) == 1


def test_one_answer_lets_it_take_the_place_and_the_other_lets_both_count(of):
    first = of([WHOLE] * 10)
    bring_in(first)
    assert bring_in(of([WHOLE] * 10, "b.csv"), first.sheet.digest) == 10
    assert counted() == 10
    assert bring_in(of([WHOLE] * 10, "c.csv"), others=True) == 10
    assert counted() == 20


@pytest.mark.parametrize(("there", "sent", "same"), [
    (years(*range(2000, 2010)), years(*range(2009, 1999, -1)), 10),  # in another order
    (years(*range(2000, 2009)), years(*range(2000, 2009)), None),  # nine may be chance
    (years(*range(2000, 2020)), years(*range(2000, 2018), 1950, 1951), 18),  # 18 of 20: nine tenths
    (years(*range(2000, 2020)), years(*range(2000, 2017), 1950, 1951, 1952), None),
    (years(*range(2000, 2020)), years(*range(2000, 2018)), 18),  # fewer than there are
    (years(*range(2000, 2018)), years(*range(2000, 2020)), 18),  # more than there are
    (years(*range(2000, 2020)), years(*range(2000, 2017)), None),
    (years(*[2001] * 30), years(*[2001] * 15, *[2002] * 15), None),  # equal cases count as often as they stand there
    (years(*[2001] * 28, 2002, 2003), years(*[2001] * 29, 2002), 29),
])
def test_ten_cases_and_nine_tenths_of_the_larger_file(of, there, sent, same):
    bring_in(of(there))
    twin = actions.plan(of(sent, "b.csv")).twin
    assert (twin and twin.same) == same


@pytest.mark.parametrize("fact", [each for each in WHOLE if each != "year"])
def test_cases_that_differ_in_one_fact_are_others(of, fact):
    other = {"registered_on": "2014-03-06", "sex": "male", "age_band": "18-20", "nationality": "PE", "province": "17",
             "country_of_exploitation": "CO", "sexual": "no", "labour": "yes"}
    bring_in(of([WHOLE] * 12))
    assert actions.plan(of([{**WHOLE, fact: ""}] * 12, "b.csv")).twin is None
    assert actions.plan(of([{**WHOLE, fact: other[fact]}] * 12, "b.csv")).twin is None
    assert actions.plan(of([WHOLE] * 12, "b.csv")).twin.same == 12


def test_an_answer_that_is_not_known_is_the_same_as_none(of):
    bring_in(of([{**WHOLE, "labour": "unknown"}] * 10))
    assert actions.plan(of([{**WHOLE, "labour": ""}] * 10, "b.csv")).twin.same == 10


def test_the_likest_file_is_named(of):
    bring_in(of(years(*range(2000, 2019), 1950), "a.csv"))
    bring_in(of(years(*range(2000, 2020)), "b.csv"), others=True)
    assert actions.plan(of(years(*range(2000, 2020)), "c.csv")).twin.file.name == "b.csv"


OTHER = MAPPING.replace("Casa", "Otra")


def test_the_same_cases_in_another_register_do_not_come_in_before_it_is_said_that_they_are_others(of):
    bring_in(of([WHOLE] * 10))
    again = of([WHOLE] * 10, "b.csv", OTHER)
    plan = actions.plan(again)
    assert plan.twin.said.startswith("10 of these 10 cases are in the register «Casa» already, by the file «a.csv» of ")
    assert plan.twin.said.endswith("; in two registers they would count twice")
    with pytest.raises(RuleBroken, match="would count twice"):
        list(actions.carry_out(plan, by=operator))
    assert db.session.scalars(sa.select(Register.name)).all() == ["Casa"]
    assert counted() == 10
    assert bring_in(again, others=True) == 10
    assert actions.plan(of([WHOLE] * 10, "c.csv", OTHER)).twin.file.name == "b.csv", "that of its own register first"
    assert actions.plan(of(years(*range(1990, 2000)), "d.csv", OTHER)).twin is None


def test_a_register_that_is_not_within_reach_is_not_named_nor_its_cases_counted(of, programme):
    north, south = (each.id for each in programme.foundations)
    bring_in(of([WHOLE] * 20), whose=(north,))
    again = of([*[WHOLE] * 19, {"year": "1999"}], "b.csv", OTHER)
    told = "Nearly all of these cases are in another register already; in two they would count twice"
    assert actions.plan(again, whose=(south,)).twin.said == told
    for whose in ((north,), (None,), None):
        assert "19 of these 20 cases are in the register «Casa»" in actions.plan(again, whose=whose).twin.said


def test_what_takes_the_place_of_its_twin_is_not_asked_about_others_that_were_known_beside_it(of):
    first = of([WHOLE] * 10)
    bring_in(first)
    bring_in(of([WHOLE] * 10, "b.csv"), others=True)
    bring_in(of([WHOLE] * 10, "c.csv", OTHER), others=True)
    assert actions.plan(of([WHOLE] * 10, "d.csv"), first.sheet.digest).twin is None
    old = of(years(*range(1990, 2000)), "e.csv")
    bring_in(old)
    assert actions.plan(of([WHOLE] * 10, "d.csv"), old.sheet.digest).twin is not None, "its cases were others"


def test_a_file_that_does_not_count_is_no_twin(of, monkeypatch):
    first = of([WHOLE] * 10)
    bring_in(first)
    bring_in(of(years(*range(2000, 2012)), "new.csv"), first.sheet.digest)
    assert actions.plan(of([WHOLE] * 10, "b.csv")).twin is None, "it was replaced"
    last = of(years(*range(1950, 1960)), "last.csv")
    bring_in(last)
    with work("test.undo", by=operator):
        actions.undo(queries.file_of(last.sheet.digest))
    assert actions.plan(of(years(*range(1950, 1960)), "b.csv")).twin is None, "it was undone"
    monkeypatch.setattr(actions, "PORTION", 11)
    half = actions.carry_out(actions.plan(of([WHOLE] * 12, "half.csv")), by=operator)
    next(half)
    half.close()
    assert actions.plan(of([WHOLE] * 12, "b.csv")).twin is None, "it never came in wholly"


def test_a_file_is_no_twin_of_itself_nor_of_the_one_it_replaces(of, monkeypatch):
    monkeypatch.setattr(actions, "PORTION", 6)
    first, second = of([WHOLE] * 12), of([WHOLE] * 12, "b.csv")
    bring_in(first)
    half = actions.carry_out(actions.plan(second, first.sheet.digest), by=operator)
    next(half)
    half.close()
    plan = actions.plan(second)  # it continues, and still knows which file it replaces
    assert (plan.twin, plan.before, len(plan.missing)) == (None, 6, 6)
    list(actions.carry_out(plan, by=operator))
    assert counted() == 12
    assert actions.plan(second).changes_nothing
