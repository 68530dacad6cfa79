"""Figures that are kept say what a count says, whatever was written, corrected or undone."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.db import db
from shelter.indicators import INDICATORS, kept
from tests.indicators.population import settle
from tests.indicators.test_figures import people, programme, scope_of  # noqa: F401 (a fixture)

WHOLE = [Period.read(text) for text in ("2025-Q1", "2025-02", "2024..2025", "2025", "2024-11..2025-02")]
PEOPLE = {
    "person", "case", "stay", "exit", "service", "follow_up", "outgoing", "timeline_entry", "bed", "tally",
}
scopes = st.sampled_from([{0, 1, 2, 3}, {0, 1}, {2, 3}, {0}, {1}, {3}])


def empty():
    """Nobody is there, and nothing is kept."""
    db.session.rollback()
    for table in reversed(db.metadata.sorted_tables):
        if table.name in PEOPLE:
            db.session.execute(sa.delete(table))
    db.session.commit()


def assert_kept(scope, periods=WHOLE):
    for period in periods:
        for found in kept.figures(period, scope):
            counted = INDICATORS[found.code].count(period, scope)
            one_way = {name: counted.breakdowns[name] for name in INDICATORS[found.code].facts}
            said = found.code, str(period)
            assert found.value == counted.value, said
            assert {name: found.breakdowns[name] for name in one_way} == one_way, said
            assert found.known == counted.known, said


@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(people=people, houses=scopes)
def test_what_is_kept_of_any_population_is_what_a_count_says(programme, people, houses):  # noqa: F811
    empty()
    with work("test.people", by=operator):
        settle(programme, people)
    assert_kept(scope_of(programme, houses))
