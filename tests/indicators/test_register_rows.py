"""The figure of a register is a count of its rows: rows invented at random, counted one after the other."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelter.audit import operator, work
from shelter.calendar import Period, now
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.db import db
from shelter.indicators import INDICATORS, Scope
from shelter.register.models import ImportedFile, Register, RegisterCase

REGISTERED = INDICATORS["cases.registered"]
PERIODS = [Period.read(text) for text in ("2010", "2010..2011", "2010-Q1", "2010-01-01..2011-06-30", "2011-05")]
DAYS = [date(2010, 1, 1), date(2010, 3, 31), date(2010, 4, 1), date(2011, 5, 31), date(2011, 12, 31)]
rows = st.fixed_dictionaries({
    "year": st.sampled_from([2009, 2010, 2011]), "registered_on": st.sampled_from([None, None, *DAYS]),
    "sex": st.sampled_from([None, *list(Sex)[:2]]), "age_band": st.sampled_from([None, *list(AgeBand)[:2]]),
    "nationality": st.sampled_from([None, "CO", "EC"]), "exploited_in": st.sampled_from([None, "EC"]),
    "province": st.sampled_from([None, "09", "17"]),
    "exploitation": st.dictionaries(st.sampled_from(list(Exploitation)[:2]), st.sampled_from(Answer), max_size=2),
})


@pytest.fixture
def files(programme):
    """A file of each register: the programme's own, one of each foundation; and one that another replaced."""
    north, south = programme.foundations
    with work("test.registers", by=operator):
        registers = [Register(name=name, source="x", foundation_id=owner) for name, owner in (
            ("Todo", None), ("Norte", north.id), ("Sur", south.id),
        )]
        db.session.add_all(registers)
        db.session.flush()
        found = [ImportedFile(register_id=each.id, digest=uuid.uuid4().hex, finished_at=now()) for each in registers]
        old = ImportedFile(register_id=registers[0].id, digest=uuid.uuid4().hex, finished_at=now())
        db.session.add_all([*found, old])
        db.session.flush()
        found[0].replaces_id = old.id
    return [*found, old]


def is_in(row, period):
    if row["registered_on"]:
        return period.start <= row["registered_on"] <= period.end
    return period.start <= date(row["year"], 1, 1) and date(row["year"], 12, 31) <= period.end


def words(row):
    known = {form: answer for form, answer in row["exploitation"].items() if answer is not Answer.UNKNOWN}
    return {
        "sex": [row["sex"] or "unknown"], "age_band": [row["age_band"] or "unknown"],
        "nationality": [row["nationality"] or "unknown"], "country_of_exploitation": [row["exploited_in"] or "unknown"],
        "exploitation": [form for form, answer in known.items() if answer is Answer.YES] if known else ["unknown"],
        "year": [str(row["year"])], "province": [row["province"] or "unknown"],
    }


@given(rows=st.lists(st.tuples(st.integers(0, 3), rows), max_size=12), period=st.sampled_from(PERIODS),
       whose=st.sampled_from(["all", "north", "south", "house"]))
def test_every_figure_of_a_register_is_a_count_of_its_rows(programme, files, rows, period, whose):
    north, south = programme.foundations
    scope, places = {
        "all": (Scope(), {0, 1, 2}), "north": (Scope(north.id), {1}), "south": (Scope(south.id), {2}),
        "house": (Scope(north.id, programme.house.id), set()),
    }[whose]
    rows = [(place, _agreed(row)) for place, row in rows]
    try:
        db.session.add_all(RegisterCase(file_id=files[place].id, line=line, **row)
                           for line, (place, row) in enumerate(rows))
        db.session.flush()
        found = REGISTERED.count(period, scope)
        counted = [(place, words(row)) for place, row in rows if place in places and is_in(row, period)]
        assert (found.value, found.breakdowns, found.known) == _by_hand(counted)
        names = Counter({"Todo": 0, "Norte": 0, "Sur": 0})
        names.update(("Todo", "Norte", "Sur")[place] for place, _facts in counted)
        assert dict(REGISTERED.historic(period, scope)) == {name: count for name, count in names.items() if count}
        female = Counter(("Todo", "Norte", "Sur")[place] for place, facts in counted if facts["sex"] == ["female"])
        assert dict(REGISTERED.historic(period, scope, "sex", "female")) == female
    finally:
        db.session.rollback()


def _agreed(row):
    """The year of a day is its own."""
    return {**row, "year": row["registered_on"].year} if row["registered_on"] else row


def _by_hand(counted):
    names = REGISTERED.facts
    tables = {name: Counter({"unknown": 0}) for name in names}
    tables |= {f"{one}×{two}": Counter() for one, two in combinations(names, 2)}
    for _place, facts in counted:
        for name in tables:
            several = product(*(facts[fact] for fact in name.split("×")))
            tables[name].update("×".join(map(str, each)) for each in several)
    known = {name: sum(facts[name] != ["unknown"] for _place, facts in counted) for name in names}
    return len(counted), {name: dict(table) for name, table in tables.items()}, known


def test_a_day_counts_in_its_month_and_a_year_alone_only_in_a_whole_year(programme, files):
    with work("test.rows", by=operator):
        db.session.add_all([
            RegisterCase(file_id=files[0].id, line=1, year=2010, registered_on=date(2010, 3, 31), exploitation={}),
            RegisterCase(file_id=files[0].id, line=2, year=2010, exploitation={}),
        ])
    counted = {text: REGISTERED.count(Period.read(text)).value for text in (
        "2010", "2010-Q1", "2010-03", "2010-Q2", "2010-01-01..2010-12-30", "2009..2011",
    )}
    assert counted == {
        "2010": 2, "2010-Q1": 1, "2010-03": 1, "2010-Q2": 0, "2010-01-01..2010-12-30": 1, "2009..2011": 2,
    }
    last = date(2010, 12, 31)
    assert REGISTERED.count(Period(last - timedelta(days=30), last)).value == 0
