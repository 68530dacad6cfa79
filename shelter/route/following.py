"""Why a limit was over, and who was told of it, goes along when the moment from which it counted is corrected."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from shelter.cases.models import TimelineEntry
from shelter.codes.protocol import Start
from shelter.codes.route import Word
from shelter.db import db
from shelter.protocol.rules import in_phase_before

from .models import StepWord
from .queries import Known, known
from .rules import turns

Corrected = Mapping[tuple[uuid.UUID, datetime], datetime]
"""By case and moment as it was told before, the moment as it is told now."""
NOTHING: Corrected = MappingProxyType({})
Starts = dict[tuple[uuid.UUID, str], set[datetime]]


def corrected(records: Iterable[Any]) -> Corrected:
    """The moments that these records correct."""
    found = {}
    for each in records:
        if isinstance(each, TimelineEntry) and each.corrects_id:
            before = db.session.get_one(TimelineEntry, each.corrects_id)
            found[each.case_id, before.occurred_at] = each.occurred_at
    return found


def follow(then: Iterable[Any], now: Iterable[Any], corrected: Corrected) -> None:
    """What was said and told of runs of a clock goes along with their starts: once is enough. Rows as they are kept."""
    before, after = _starts(then), _starts(now)
    gone = {key for key, starts in before.items() if starts - after[key]}
    cases = {each.case_id: each for each in known({case for case, _step in gone})} if gone else {}
    moved = [
        {"of": case, "its": step, "before": old, "after": new}
        for case, step in gone if case in cases
        for old, new in _pairs(cases[case], step, before[case, step], corrected)
    ]
    if moved:
        db.session.connection().execute(_FOLLOW, moved)


def _starts(rows: Iterable[Any]) -> Starts:
    found: Starts = defaultdict(set)
    for each in rows:
        if each.started_at:
            found[each.case_id, each.step].add(each.started_at)
    return found


def _pairs(
    case: Known, key: str, before: Collection[datetime], corrected: Corrected,
) -> Iterator[tuple[datetime, datetime]]:
    """Where each start went that is no more: to what it was corrected to; or, as many, to those that are new.

    A start that only leaves no lap any more has gone nowhere. What begins with a happening alone is told by it.
    """
    step = case.book.by_key.get(key)
    stand = {each.starts_at for each in turns(case.book, case.facts, step)} if step else set()
    lost, new = sorted(set(before) - stand), stand - set(before)
    exact = {each: to for each in lost if (to := corrected.get((case.case_id, each))) in new}
    yield from exact.items()
    rest, left = [each for each in lost if each not in exact], sorted(new - set(exact.values()))
    if step and len(rest) == len(left) and (step.start is not Start.MILESTONE or _waits(case, key)):
        yield from zip(rest, left, strict=True)


def _waits(case: Known, key: str) -> bool:
    return key in dict(in_phase_before(case.book.steps))


_WORDS: Any = StepWord.__table__
_FOLLOW = sa.update(_WORDS).values(at=sa.bindparam("after")).where(
    _WORDS.c.case_id == sa.bindparam("of"), _WORDS.c.step == sa.bindparam("its"),
    _WORDS.c.at == sa.bindparam("before"),
    sa.or_(*(_WORDS.c.word == each for each in (Word.CAUSE, Word.TOLD_TEAM, Word.TOLD_COORDINATION))),
)
