"""Hiding small counts: what is printed never lets a reader rule out what `<5` stands for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter.statistics.protect import Level, Mark, exactly, protect
from tests.statistics.attacker import Reader, meanings

THREE = Level(3, 3)
"""As five and five, but small enough for a reader who tries everything."""
WORDS = {"sex": "abcd", "age": "efg", "form": "hij", "discipline": "pq"}
PARTS = {"service": "discipline"}


def printed(shown):
    tables = {name: {word: cell.token for word, cell in rows.items()} for name, rows in shown.tables.items()}
    return shown.total.token, tables


@st.composite
def populations(draw, most=14):
    """A total and tables of the same people: shared out, with several forms, one divided by another."""
    total = draw(st.integers(0, most))
    tables = {}
    for name in draw(st.sets(st.sampled_from(["sex", "age"]), min_size=1)):
        tables[name] = _shared_out(draw, total, WORDS[name])
    if draw(st.booleans()):
        unknown = draw(st.integers(0, total))
        tables["form"] = {word: draw(st.integers(0, total - unknown)) for word in WORDS["form"]} | {"unknown": unknown}
    if draw(st.booleans()):
        tables["discipline"] = _shared_out(draw, total, WORDS["discipline"])
        tables["service"] = {}
        for word, count in tables["discipline"].items():
            tables["service"] |= {f"{word}.{part}": n for part, n in _shared_out(draw, count, "xyz").items()}
    return total, tables


def _shared_out(draw, total, words):
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=len(words) - 1, max_size=len(words) - 1)))
    return {word: high - low for word, low, high in zip(words, [0, *cuts], [*cuts, total], strict=True)}


def safe(shown, reader, least):
    """Every hidden cell may be zero and may be the largest small count."""
    for name, rows in shown.tables.items():
        for word, cell in rows.items():
            if cell.mark is Mark.SMALL:
                assert {0, least - 1} <= reader.possible(name, word), (name, word, printed(shown))
    if shown.total.mark is Mark.SMALL:
        assert {0, least - 1} <= reader.possible_totals()


@settings(max_examples=400, deadline=None)
@given(populations())
def test_a_reader_who_tries_everything_cannot_rule_out_a_hidden_count(people):
    total, tables = people
    shown = protect(total, tables, THREE, often_none={"form"}, parts_of=PARTS)
    safe(shown, Reader(*printed(shown), 3, 3, often_none={"form"}, parts=PARTS), 3)


@st.composite
def served(draw, most=12):
    """People under each discipline and each service that they received: at least one of each."""
    total = draw(st.integers(1, most))
    people = [draw(st.sets(st.sampled_from(["p.x", "p.y", "q.x", "q.y"]), min_size=1)) for _ in range(total)]
    services = {word: sum(word in each for each in people) for word in ("p.x", "p.y", "q.x", "q.y")}
    disciplines = {name: sum(any(w[0] == name for w in each) for each in people) for name in "pq"}
    return total, {"discipline": disciplines, "service": services, "sex": _shared_out(draw, total, "abc")}


@settings(max_examples=300, deadline=None)
@given(served())
def test_nor_can_she_where_a_person_stands_under_several_words(people):
    total, tables = people
    several = {"discipline", "service"}
    shown = protect(total, tables, THREE, several=several, parts_of=PARTS)
    safe(shown, Reader(*printed(shown), 3, 3, several=several, parts=PARTS), 3)


@settings(max_examples=200, deadline=None)
@given(populations(most=400), st.sampled_from([Level(5, 5), Level(10, 10)]))
def test_no_exact_figure_is_printed(people, level):
    total, tables = people
    shown = protect(total, tables, level, often_none={"form"}, parts_of=PARTS)
    counts = {(name, word): count for name, rows in tables.items() for word, count in rows.items()}
    cells = [(shown.total, total)]
    cells += [(cell, counts[name, word]) for name, rows in shown.tables.items() for word, cell in rows.items()]
    for cell, count in cells:
        if cell.mark is Mark.SMALL:
            assert count < level.least
        elif cell.mark is Mark.ROUNDED:
            assert count >= level.least
            assert cell.number % level.base == 0
            assert abs(cell.number - count) * 2 <= level.base


@pytest.mark.parametrize(("level", "count", "token"), [
    (Level(5, 5), 0, "<5"), (Level(5, 5), 4, "<5"), (Level(5, 5), 5, "5"), (Level(5, 5), 7, "5"),
    (Level(5, 5), 8, "10"), (Level(10, 10), 9, "<10"), (Level(10, 10), 14, "10"), (Level(10, 10), 15, "20"),
    (Level(10, 10), 24, "20"),
])
def test_a_count_is_hidden_or_rounded(level, count, token):
    assert level.cell(count).token == token
    low, high = level.span(level.cell(count))
    assert meanings(token, level.least, level.base) == set(range(low, high + 1))


def test_rounding_alone_would_give_a_small_count_away():
    """13 people, 12 of them women: `15` and `10` leave at least one and at most nine."""
    alone = Reader("15", {"sex": {"female": "10", "male": "<5"}}, 5, 5)
    assert 0 not in alone.possible("sex", "male")
    shown = protect(13, {"sex": {"female": 12, "male": 1}}, Level(5, 5))
    assert printed(shown) == ("~10", {"sex": {"female": "10", "male": "<5"}})


def test_a_coarser_total_costs_the_reader_least():
    """36 people print `35`: with thirty and ten there would be one at most of the others."""
    shown = protect(36, {"sex": {"female": 28, "male": 8, "other": 0}}, Level(5, 5))
    assert printed(shown) == ("~40", {"sex": {"female": "30", "male": "10", "other": "<5"}})


def test_when_that_is_not_enough_a_single_table_in_trouble_goes_and_the_total_stays():
    homes = {"a": 8, "b": 8, "c": 8, "d": 8, "e": 0}
    shown = protect(32, {"home": homes, "sex": {"female": 22, "male": 10}}, Level(5, 5))
    assert printed(shown) == ("30", {"home": dict.fromkeys(homes, ""), "sex": {"female": "20", "male": "10"}})


def test_when_several_tables_are_in_trouble_the_total_goes_and_they_stay():
    homes = {"a": 8, "b": 8, "c": 8, "d": 8, "e": 0}
    shown = protect(32, {"home": homes, "work": homes}, Level(5, 5))
    assert printed(shown)[0] == ""
    assert all(cell.mark is not Mark.WITHHELD for rows in shown.tables.values() for cell in rows.values())


def test_a_table_goes_when_the_total_was_not_enough():
    """The ages alone say that there are at least thirteen: the one man is still told."""
    tables = {"sex": {"female": 12, "male": 1}, "home": {"here": 12, "there": 1}, "age": {"young": 13, "old": 0}}
    shown = protect(13, tables, Level(5, 5))
    assert [name for name, rows in shown.tables.items() if {cell.mark for cell in rows.values()} == {Mark.WITHHELD}]
    safe(shown, Reader(*printed(shown), 5, 5), 5)


def test_tables_where_nothing_is_small_are_left_as_they_are():
    shown = protect(100, {"sex": {"female": 62, "male": 38}}, Level(5, 5))
    assert printed(shown) == ("100", {"sex": {"female": "60", "male": "40"}})


def test_a_table_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="does not go with its total"):
        protect(10, {"sex": {"female": 5}}, Level(5, 5))


def test_the_programme_itself_reads_exact_figures():
    assert printed(exactly(13, {"sex": {"female": 12, "male": 1}})) == ("13", {"sex": {"female": "12", "male": "1"}})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=3), st.data())
def test_those_of_whom_something_more_is_counted_stay_hidden_too(due, data):
    """Contacts due by month, and how many of them all were kept: protected together."""
    kept = data.draw(st.integers(0, sum(due)))
    tables = {"month": dict(zip("123", due, strict=True)), "some": {"some": kept}}
    shown = protect(sum(due), tables, THREE, often_none={"some"})
    safe(shown, Reader(*printed(shown), 3, 3, often_none={"some"}), 3)
