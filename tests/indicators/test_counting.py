"""Sums over groups, without a database; and the book of indicators."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shelter.house import FIGURES
from shelter.indicators import INDICATORS, Definition, Period, figures, indicator, registry, source
from shelter.indicators.figures import Group, forms_of, tabulate, words_of
from shelter.indicators.words import FACTS, UNITS, fact, rows, unit, word

PERIOD = Period.read("2025")


@pytest.mark.parametrize(("value", "words"), [
    (None, ("unknown",)),
    ("female", ("female",)),
    (2002, ("2002",)),
    ("legal.rights legal.hearing legal.rights", ("legal.rights", "legal.hearing")),
])
def test_a_fact_is_one_word_or_several_each_once_and_unknown_when_nothing_is_known(value, words):
    assert words_of(value) == words


@pytest.mark.parametrize(("answers", "words"), [
    (None, ("unknown",)),
    ("", ("unknown",)),
    ("labour=yes sexual=yes", ("labour", "sexual")),
    ("labour=no sexual=yes", ("sexual",)),
    ("labour=no sexual=no", ()),
    ("labour=no", ()),
])
def test_answers_stand_for_the_forms_that_are_a_yes_and_for_none_when_all_are_a_no(answers, words):
    assert forms_of(answers) == words


def test_tables_of_a_population_worked_out_by_hand():
    tables, known = tabulate(["sex", "exploitation"], [
        Group({"sex": ("female",), "exploitation": ("labour", "sexual")}, 3),
        Group({"sex": ("female",), "exploitation": ("unknown",)}, 2),
        Group({"sex": ("unknown",), "exploitation": ()}, 4),
        Group({"sex": ("unknown",), "exploitation": ("unknown",)}, 1),
    ])
    assert tables == {
        "sex": {"female": 5, "unknown": 5},
        "exploitation": {"labour": 3, "sexual": 3, "unknown": 3},
        "sex×exploitation": {"female×labour": 3, "female×sexual": 3, "female×unknown": 2, "unknown×unknown": 1},
    }
    assert known == {"sex": 5, "exploitation": 7}


def test_unknown_is_a_row_of_its_own_and_the_last_one():
    assert tabulate(["sex"], []) == ({"sex": {"unknown": 0}}, {"sex": 0})
    said = ("unknown", "trans_woman", "zz", "male")
    tables, _known = tabulate(["sex"], [Group({"sex": (word,)}, 1) for word in said])
    assert list(tables["sex"]) == ["male", "trans_woman", "zz", "unknown"]


SOME = st.tuples(*[st.sampled_from([("unknown",), (), ("a",), ("b",), ("a", "b"), ("b", "c", "a")])] * 3)


@given(st.lists(st.tuples(SOME, st.integers(1, 9)), max_size=20))
def test_each_table_is_what_counting_one_after_the_other_gives(counted):
    names = ["one", "two", "three"]
    expected: Counter[tuple[str, str]] = Counter()
    for facts, count in counted:
        words = dict(zip(names, facts, strict=True))
        for name in names:
            expected.update({(name, word): count for word in words[name]})
        for first, second in (("one", "two"), ("one", "three"), ("two", "three")):
            pairs = product(words[first], words[second])
            expected.update({(f"{first}×{second}", f"{one}×{other}"): count for one, other in pairs})
    tables, known = tabulate(names, [Group(dict(zip(names, facts, strict=True)), count) for facts, count in counted])
    assert {(name, word): count for name, table in tables.items() for word, count in table.items() if count} == expected
    assert known == {
        name: sum(count for facts, count in counted if facts[place] != ("unknown",)) for place, name in enumerate(names)
    }


@pytest.fixture
def book(monkeypatch):
    """An empty book of indicators for one test."""
    empty = {}
    monkeypatch.setattr(registry, "INDICATORS", empty)
    return empty


MEANS = Definition("Things.", "Whoever saw them.", "None.", "Somebody's eyes.")


def these(*words):
    """A source that gives one thing of each colour."""
    return lambda _period, _scope: sa.union_all(*(sa.select(sa.literal(word).label("colour")) for word in words))


def test_an_indicator_sums_its_sources_and_a_fact_that_one_does_not_have_is_unknown_there(book, app):
    indicator("things.seen", "Things seen", "colour", "size", unit="things", means=MEANS)(these("red", "blue"))
    source("things.seen")(these("red"))
    found = book["things.seen"].count(PERIOD)
    assert (found.value, found.numerator, found.denominator) == (3, 3, None)
    assert found.breakdowns == {
        "colour": {"blue": 1, "red": 2, "unknown": 0}, "size": {"unknown": 3},
        "colour×size": {"blue×unknown": 1, "red×unknown": 2},
    }
    assert found.known == {"colour": 3, "size": 0}


def test_a_part_has_its_whole_as_denominator_and_figures_stand_by_code(book, app):
    indicator("things.kept", "Things kept", part_of="things.seen", means=MEANS)(these("red"))
    indicator("things.seen", "Things seen", means=MEANS)(these("red", "blue"))
    indicator("things.lost", "Things lost", means=MEANS)(these("red", "blue", "red"))
    assert [(each.code, each.numerator, each.denominator) for each in figures(PERIOD)] == [
        ("things.kept", 1, 2), ("things.lost", 3, None), ("things.seen", 2, None),
    ]


def test_the_json_of_a_figure_has_the_shape_that_clients_rely_on(book, app):
    indicator("things.seen", "Things seen", "colour", unit="things", means=MEANS)(these("red"))
    assert figures(PERIOD)[0].as_json() == {
        "code": "things.seen", "label": "Things seen", "unit": "things",
        "value": 1, "numerator": 1, "denominator": None,
        "breakdowns": {"colour": {"red": 1, "unknown": 0}}, "known": {"colour": 1},
    }


def test_an_indicator_is_declared_once(book):
    indicator("things.seen", "Things seen", means=MEANS)(these("red"))
    with pytest.raises(ValueError, match="declared twice"):
        indicator("things.seen", "Things seen", means=MEANS)(these("red"))


def test_no_two_figures_have_one_name():
    """The name is how a reader of the page, and of its landmarks, tells one from another."""
    labels = [str(each.label) for each in INDICATORS.values()]
    assert len(set(labels)) == len(labels)


def test_every_fact_and_every_unit_of_the_book_can_be_said(make_app):
    assert len(INDICATORS) >= len(FIGURES)
    for each in INDICATORS.values():
        assert each.unit in UNITS
        assert set(each.facts) <= FACTS.keys()
    with make_app(locale="en").test_request_context():
        assert (fact("age_band"), unit("persons"), word("sex", "male")) == ("Age", "people", "Man")


def test_words_are_said_as_the_vocabulary_orders_them_and_countries_by_size(make_app):
    with make_app(locale="en").test_request_context():
        age, nationality = {"18-20": 1, "9-17": 2, "unknown": 0}, {"CO": 1, "EC": 5, "unknown": 9}
        assert rows("age_band", age) == [("9 to 17", 2), ("18 to 20", 1), ("Not known", 0)]
        assert rows("nationality", nationality) == [("Ecuador", 5), ("Colombia", 1), ("Not known", 9)]
        assert rows("destination", {"abroad": 1, "unknown": 2}) == [("Return to her country", 1), ("Not known", 2)]
        assert word("year", "2002") == "2002"
