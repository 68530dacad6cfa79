"""What is known of cases that moves their clocks, read for many at once; and one case's route."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.calendar import local
from shelter.cases.models import Case, CaseCard, Person, TimelineEntry
from shelter.codes.cases import Answer, CaseState
from shelter.codes.people import AgeBand
from shelter.codes.protocol import Condition
from shelter.codes.route import Word
from shelter.db import Rows, rows_of, unseal
from shelter.db.among import among, listed, text_of
from shelter.db.base import is_sqlite
from shelter.partners import queries as partners
from shelter.partners.models import House
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Book

from .models import RouteConditions, StepWord
from .rules import ALERTS, Event, Facts, Said

CHILDREN = frozenset({AgeBand.TO_8, AgeBand.TO_17})
HERE = "EC"


@dataclass(frozen=True)
class Known:
    """A case as its route needs it: which version it follows, where its house stands, what moves its clocks."""

    case_id: uuid.UUID
    foundation_id: uuid.UUID
    house_id: uuid.UUID
    province: str
    book: Book
    facts: Facts


def known(case_ids: Iterable[uuid.UUID]) -> list[Known]:
    """Of some cases, in five questions; those that no version of the protocol concerns are left out."""
    asked = {"cases": listed([text_of(each) for each in case_ids])}
    cases = rows_of(_cases(is_sqlite()), **asked)
    books = {each.id: protocol.in_force(local(each.opened_at).date()) for each in cases}
    events = _by_case((row.case_id, Event(row.milestone, row.occurred_at, row.detail))
                      for row in rows_of(_events(is_sqlite()), **asked))
    said = _by_case((row.case_id, Said(row.step, row.word, row.at)) for row in rows_of(_said(is_sqlite()), **asked))
    declared = declared_of(asked["cases"])
    workdays = {canton: partners.workdays(canton) for canton in {each.canton for each in cases}}
    return [
        Known(each.id, each.foundation_id, each.house_id, each.province, book, Facts(
            events[each.id], said[each.id], declared.get(each.id, frozenset()) | _told_by(each),
            each.closed_at if each.state is CaseState.CLOSED else None, workdays[each.canton],
        ))
        for each in cases if (book := books[each.id])
    ]


def declared_of(cases: Any) -> dict[uuid.UUID, frozenset[Condition]]:
    """What was declared of each case."""
    rows = unseal(rows_of(_declared(is_sqlite()), cases=cases), declared=(RouteConditions.declared, "case_id"))
    return {row["case_id"]: frozenset(map(Condition, json.loads(row["declared"] or "[]"))) for row in rows}


def _told_by(case: Any) -> frozenset[Condition]:
    """What the file itself says."""
    found = set()
    if case.age_band in CHILDREN:
        found.add(Condition.CHILD)
    if case.nationality not in {None, HERE}:
        found.add(Condition.FOREIGN)
    if case.is_safe is Answer.NO:
        found.add(Condition.IN_DANGER)
    return frozenset(found)


def _by_case(pairs: Iterable[tuple[uuid.UUID, Any]]) -> defaultdict[uuid.UUID, list[Any]]:
    found: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for case_id, each in pairs:
        found[case_id].append(each)
    return found


@cache
def _cases(sqlite: bool) -> Rows:
    return (
        sa.select(Case.id, Case.foundation_id, Case.house_id, Case.opened_at, Case.closed_at, Case.state, Case.age_band,
                  House.province, House.canton, Person.nationality, CaseCard.is_safe)
        .join(House, House.id == Case.house_id).join(Person, Person.id == Case.person_id)
        .join(CaseCard, CaseCard.case_id == Case.id)
        .where(among(Case.id, "cases", sqlite=sqlite))
    )


@cache
def _events(sqlite: bool) -> Rows:
    later = aliased(TimelineEntry)
    return sa.select(
        TimelineEntry.case_id, TimelineEntry.milestone, TimelineEntry.occurred_at, TimelineEntry.detail,
    ).where(among(TimelineEntry.case_id, "cases", sqlite=sqlite),
            ~sa.exists().where(later.corrects_id == TimelineEntry.id))


@cache
def _said(sqlite: bool) -> Rows:
    return sa.select(StepWord.case_id, StepWord.step, StepWord.word, StepWord.at).where(
        among(StepWord.case_id, "cases", sqlite=sqlite), StepWord.taken_back_at.is_(None),
        StepWord.word.in_([Word.DONE, Word.SKIPPED]),
    )


@cache
def _declared(sqlite: bool) -> Rows:
    return sa.select(RouteConditions.case_id, RouteConditions.declared_sealed.label("declared")).where(
        among(RouteConditions.case_id, "cases", sqlite=sqlite)
    )
