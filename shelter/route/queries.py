"""What is known of cases that moves their clocks, read for many at once; and one case's route."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.calendar import local, now
from shelter.cases import queries as spine
from shelter.cases.models import Case, CaseCard, Person, TimelineEntry
from shelter.cases.records import RouteConditions
from shelter.codes.cases import Answer, CaseState, Milestone
from shelter.codes.people import AgeBand, DocumentKind
from shelter.codes.protocol import Condition, StepState
from shelter.codes.route import Word
from shelter.db import Rows, db, rows_of, unseal
from shelter.db.among import among, listed, text_of
from shelter.db.base import is_sqlite
from shelter.documents.models import Document
from shelter.partners import queries as partners
from shelter.partners.models import House, Institution
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Book, Phase, Step, followed

from .models import RouteCard, RouteLap, StepWord
from .rules import ALERTS, NEVER, Event, Facts, Lap, Place, Said, laps, places

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
    published = protocol.books()
    books = {each.id: followed(published, local(each.opened_at).date()) for each in cases}
    events = _by_case((row.case_id, Event(row.milestone, row.occurred_at, row.detail))
                      for row in rows_of(_happened(is_sqlite()), **asked))
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


@dataclass(frozen=True)
class Route:
    """The route of one case as it stands now: each step as it binds who must act (`acting`, by step)."""

    known: Known
    laps: dict[str, list[Lap]]
    places: list[Place]
    acting: dict[str, Institution | None]

    @property
    def book(self) -> Book:
        """The version that it follows."""
        return self.known.book

    @property
    def facts(self) -> Facts:
        """What moves its clocks."""
        return self.known.facts

    @property
    def is_over(self) -> bool:
        """Whether the case is closed: nothing begins any more but what closing it asks for."""
        return self.facts.over_at is not None

    def place(self, step: Step) -> Place | None:
        """Where a step stands; None when it does not concern her."""
        return next((each for each in self.places if each.step.key == step.key), None)

    def state(self, step: Step) -> StepState | None:
        """The same in a word."""
        found = self.place(step)
        return found.state if found else None


def route_of(case: Case) -> Route | None:
    """The route of a case; None while no version of the protocol is published."""
    for each in known([case.id]):
        found = laps(each.book, each.facts)
        there = places(each.book, found, now())
        acting = _acting(there, each.province)
        bound = [replace(place, step=place.step.binding(_id(acting.get(place.step.key)))) for place in there]
        return Route(each, found, bound, acting)
    return None


def _acting(there: Iterable[Place], province: str) -> dict[str, Institution | None]:
    """By step who must act: of the province of the house, on the day on which the clock started."""
    directory, found = partners.directory(), {}
    for place in there:
        if place.step.responsible:
            started = place.lap.started_at if place.lap and place.lap.started_at else now()
            found[place.step.key] = protocol.responsible_for(place.step, province, local(started).date(), directory)
    return found


def _id(institution: Institution | None) -> uuid.UUID | None:
    return institution.id if institution else None


@dataclass(frozen=True)
class Alert:
    """What counts as the alert of a case, and how exactly its moment is known."""

    milestone: Milestone
    at: datetime
    precision: str


def alert(case: Case) -> Alert | None:
    """The first of `ALERTS` that is known."""
    found = rows_of(_happened(is_sqlite()), cases=listed([text_of(case.id)]))
    told = [Alert(row.milestone, row.occurred_at, row.precision) for row in found if row.milestone in ALERTS]
    return min(told, key=lambda each: (ALERTS.index(each.milestone), each.at), default=None)


def first_known(case: Case) -> datetime | None:
    """When the first of all happened that is known of a case, besides its alert."""
    asked = {"cases": listed([text_of(case.id)])}
    happened = [row.occurred_at for row in rows_of(_happened(is_sqlite()), **asked)
                if row.milestone is not Milestone.ALERTED]
    return min([*happened, *(row.at for row in rows_of(_said(is_sqlite()), **asked))], default=None)


def declared_of(cases: Any) -> dict[uuid.UUID, frozenset[Condition]]:
    """What was declared of each case."""
    rows = unseal(rows_of(_declared(is_sqlite()), cases=cases), declared=(RouteConditions.declared, "id"))
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
    if case.needs_interpreter is Answer.YES:
        found.add(Condition.INTERPRETER)
    if case.document_kind is DocumentKind.NONE:
        found.add(Condition.NO_DOCUMENTS)
    return frozenset(found)


def _by_case(pairs: Iterable[tuple[uuid.UUID, Any]]) -> defaultdict[uuid.UUID, list[Any]]:
    found: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for case_id, each in pairs:
        found[case_id].append(each)
    return found


def conditions(case: Case) -> tuple[frozenset[Condition], frozenset[Condition], int]:
    """What was declared of her, what the file says itself, and the version of the declaration."""
    found = spine.declaration(case)
    row = rows_of(_cases(is_sqlite()), cases=listed([text_of(case.id)]))[0]
    declared = frozenset(found.conditions if found else ())
    return declared, _told_by(row), found.version if found else 1


def words_of(case: Case) -> list[StepWord]:
    """What people said of its steps, the latest first; what was taken back too."""
    said = sa.select(StepWord).where(StepWord.case_id == case.id, StepWord.by_id.is_not(None))
    return list(db.session.scalars(said.order_by(StepWord.entered_at.desc(), StepWord.id)))


def word_of(case: Case, word_id: uuid.UUID) -> StepWord | None:
    """One of them, of this case."""
    return db.session.scalar(sa.select(StepWord).where(
        StepWord.id == word_id, StepWord.case_id == case.id, StepWord.by_id.is_not(None),
    ))


Words = dict[tuple[str, datetime], StepWord]


def latest(words: Iterable[StepWord], word: Word) -> Words:
    """By step and moment of which it speaks, the latest of a kind that was not taken back; `words` the latest first."""
    found: Words = {}
    for each in words:
        if each.word is word and each.taken_back_at is None:
            found.setdefault((each.step, each.at), each)
    return found


def causes_of(case: Case) -> Words:
    """Why steps of a case were late, as far as somebody said."""
    return latest(words_of(case), Word.CAUSE)


def unexplained(route: Route, causes: Words) -> dict[str, Lap]:
    """By step the latest run of its clock that went over its limit and of which nobody said why."""
    moment = now()
    return {
        step: lap for step, laps_of_it in route.laps.items() for lap in laps_of_it
        if lap.started_at and lap.is_late(moment) and (step, lap.started_at) not in causes
    }


def responsible(route: Route) -> dict[str, dict[str, str] | None]:
    """By step the name of who must act."""
    return {key: each.name if each else None for key, each in route.acting.items()}


def over(word: Word, before: datetime, since: datetime) -> dict[uuid.UUID, list[Any]]:
    """By case its open laps whose limit was over before a moment (not before another), of which nobody was told so."""
    told = sa.exists().where(StepWord.case_id == RouteLap.case_id, StepWord.step == RouteLap.step,
                             StepWord.word == word, StepWord.at == RouteLap.started_at)
    found = _by_case((row.case_id, row) for row in db.session.execute(
        sa.select(RouteLap.case_id, RouteLap.version_id, RouteLap.step, RouteLap.started_at, RouteLap.institution_id)
        .where(RouteLap.ended_at.is_(None), RouteLap.due_at < before, RouteLap.due_at >= since, ~told)
        .order_by(RouteLap.case_id)
    ))
    return dict(found)


def step_of(lap: Any) -> Step | None:
    """The step of a lap as it is kept, in the version that its case follows, as it binds who must act."""
    book = protocol.book(lap.version_id)
    step = book.by_key.get(lap.step) if book else None
    return step and step.binding(lap.institution_id)


# --- the card of a case -----------------------------------------------------------------------------------------------

def card_of(case: Case) -> dict[str, Any] | None:
    """Where a case stands, as it is kept: the step that is due next, its phase, its limit and who must act."""
    rows = rows_of(_CARD, case=case.id)
    book = protocol.book(rows[0].version_id) if rows else None
    return with_step(rows[0]._asdict(), book) if book else None


_CARD = (
    sa.select(RouteCard.version_id, RouteCard.step, RouteCard.due_at, RouteCard.institution_id,
              Institution.name.label("who"))
    .outerjoin(Institution, Institution.id == RouteCard.institution_id)
    .where(RouteCard.case_id == sa.bindparam("case", type_=Case.id.type))
)


def with_step(row: dict[str, Any], book: Book) -> dict[str, Any]:
    """A row of where a case stands, with its step, its phase and whether there is a limit."""
    step, phase = step_and_phase(book, row["step"], row["institution_id"])
    return {**row, "step": step, "phase": phase, "has_limit": (row["due_at"] or NEVER) < NEVER}


def step_and_phase(book: Book, key: str | None, institution_id: uuid.UUID | None) -> tuple[Step | None, Phase | None]:
    """A step as it binds the institution that must act, and its phase."""
    step = book.by_key.get(key or "")
    if step is None:
        return None, None
    return step.binding(institution_id), next((each for each in book.phases if each.key == step.phase), None)


@cache
def _cases(sqlite: bool) -> Rows:
    return (
        sa.select(Case.id, Case.foundation_id, Case.house_id, Case.opened_at, Case.closed_at, Case.state, Case.age_band,
                  House.province, House.canton, Person.nationality, Person.document_kind, CaseCard.is_safe,
                  CaseCard.needs_interpreter)
        .join(House, House.id == Case.house_id).join(Person, Person.id == Case.person_id)
        .join(CaseCard, CaseCard.case_id == Case.id)
        .where(among(Case.id, "cases", sqlite=sqlite))
    )


@cache
def _happened(sqlite: bool) -> Rows:
    later = aliased(TimelineEntry)
    withdrawal = sa.exists().where(Document.corrects_id == TimelineEntry.about_id)  # a replacement is told anew
    is_withdrawn = sa.and_(TimelineEntry.milestone == Milestone.ATTACHED, withdrawal)
    return sa.select(
        TimelineEntry.case_id, TimelineEntry.milestone, TimelineEntry.occurred_at, TimelineEntry.detail,
        TimelineEntry.precision,
    ).where(among(TimelineEntry.case_id, "cases", sqlite=sqlite),
            ~sa.exists().where(later.corrects_id == TimelineEntry.id), ~is_withdrawn)


@cache
def _said(sqlite: bool) -> Rows:
    return sa.select(StepWord.case_id, StepWord.step, StepWord.word, StepWord.at).where(
        among(StepWord.case_id, "cases", sqlite=sqlite), StepWord.taken_back_at.is_(None),
        StepWord.word.in_([Word.DONE, Word.SKIPPED]),
    )


@cache
def _declared(sqlite: bool) -> Rows:
    declared = RouteConditions.declared_sealed.label("declared")
    return sa.select(RouteConditions.id, RouteConditions.case_id, declared).where(
        among(RouteConditions.case_id, "cases", sqlite=sqlite)
    )
