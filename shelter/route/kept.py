"""Keeping where each case stands: in the transaction that changes it, from what that transaction sees.

Nothing here is a fact of its own: everything follows from `rules.laps`, can be worked out anew at any time, and
`shelter verify` compares. Pages of one case do not read it; the board and the figures do.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.audit import Written
from shelter.audit import last as do_last
from shelter.audit.work import quietly
from shelter.calendar import local, zone_name
from shelter.cases.models import Case, CaseCard, Person, TimelineEntry
from shelter.cases.records import RouteConditions
from shelter.codes.cases import Milestone
from shelter.codes.protocol import StepState
from shelter.db import Rows, db, rows_of, value_of
from shelter.db.among import among, listed, text_of
from shelter.db.base import in_portions, is_sqlite
from shelter.db.written import tell
from shelter.documents import queries as documents
from shelter.documents.models import Document
from shelter.keeping import Report
from shelter.keeping.checking import checks
from shelter.partners import queries as partners
from shelter.partners.models import CalendarDay, Institution
from shelter.protocol import queries as protocol
from shelter.protocol.models import ProtocolVersion, StepValidation
from shelter.protocol.rules import Step
from shelter.rounds import every
from shelter.texts import say_many

from .following import NOTHING, Corrected, corrected, follow
from .models import RouteCard, RouteEdition, RouteLap, StepWord
from .queries import Known, known
from .rules import ALERTS, NEVER, Event, Lap, is_of_leaving, is_told_by, laps, next_due

DEFINITIONS = 4
"""To be counted up whenever clocks are worked out in another way."""
PORTION = 200
"""How many cases at a time: others who write wait for that long, not for all."""
LOCKS = 730451922  # any number: the first half of the name of each case's lock
MOVES: dict[type[Any], frozenset[str]] = {
    TimelineEntry: frozenset(), StepWord: frozenset(), RouteConditions: frozenset(),
    Case: frozenset({"age_band", "closed_at", "state", "house_id", "opened_at"}),
    Person: frozenset({"nationality", "document_kind"}), CaseCard: frozenset({"is_safe", "needs_interpreter"}),
}
"""What moves clocks when it is written; of a record that was there, which columns (none named: any)."""


class Row(NamedTuple):
    """A lap as it is kept."""

    case_id: uuid.UUID
    step: str
    number: int
    foundation_id: uuid.UUID
    house_id: uuid.UUID
    version_id: uuid.UUID
    kind: Any
    institution_id: uuid.UUID | None
    started_at: Any
    due_at: Any
    ended_at: Any
    end: StepState | None


class Card(NamedTuple):
    """A case as it is kept."""

    case_id: uuid.UUID
    foundation_id: uuid.UUID
    house_id: uuid.UUID
    version_id: uuid.UUID
    step: str | None
    institution_id: uuid.UUID | None
    due_at: Any


@dataclass
class Standing:
    """What is kept of some cases, or should be."""

    rows: dict[tuple[uuid.UUID, str, int], Row]
    cards: dict[uuid.UUID, Card]


@do_last
def settle(written: list[Written]) -> None:
    """Work out anew where the cases stand whose records were written."""
    if any(_moves_all(each) for each in written):
        distrust()
    moved = {case for each in written if _moves(each) for case in _cases_of(each.record)}
    if moved := moved | _fallen(written):
        renew(moved, corrected(each.record for each in written))


def _fallen(written: list[Written]) -> set[uuid.UUID]:
    """The cases of which a document was withdrawn: what was said with it is taken back, and it shows no step."""
    found = set()
    for each in written:
        if isinstance(each.record, Document) and each.record.is_withdrawal:
            papers = [paper.id for paper in documents.earlier(each.record)]
            said = _STANDING.where(_WORDS.c.document_id.in_(papers)).values(taken_back_at=each.record.made_at)
            db.session.connection().execute(said)
            found.add(each.record.case_id)
    return found


def _moves_all(each: Written) -> bool:
    """The working calendar, which versions hold, which institutions there are, or what they said yes to."""
    if isinstance(each.record, ProtocolVersion):
        return "state" in each.columns
    return isinstance(each.record, CalendarDay | Institution | StepValidation)


def _moves(each: Written) -> bool:
    columns = MOVES.get(type(each.record))
    if columns is None or (each.verb == "set" and columns and columns.isdisjoint(each.columns)):
        return False
    return not isinstance(each.record, TimelineEntry) or _matters(each.record)


MOVING = frozenset({*ALERTS, Milestone.ADMITTED, Milestone.EXITED, Milestone.CLOSED})
"""What begins or ends the time in which things count, whatever the steps say."""


def _matters(entry: TimelineEntry) -> bool:
    """Whether what happened can move a clock: most of what is saved all day shows again what was shown before."""
    rows = rows_of(_ENDED, case=entry.case_id)
    book = protocol.book(rows[0].version_id) if rows else None
    if book is None:  # a new case; or there is no protocol yet
        return bool(protocol.books())
    if entry.corrects_id is not None or entry.milestone in MOVING:
        return True
    event, ended = Event(entry.milestone, entry.occurred_at, entry.detail), {row.step: row.ended_at for row in rows}
    return any(
        is_told_by(step.starts_with, event)
        or (is_told_by(step.happening, event)
            and (is_of_leaving(book, step) or (ended.get(step.key) or NEVER) > entry.occurred_at))
        for step in book.steps
    )


_ENDED = (
    sa.select(
        RouteCard.version_id, RouteLap.step,
        sa.case((sa.func.count() == sa.func.count(sa.case((RouteLap.end != StepState.ENDED, 1))),
                 sa.func.max(RouteLap.ended_at)))
        .label("ended_at"),
    )
    .outerjoin(RouteLap, RouteLap.case_id == RouteCard.case_id)
    .where(RouteCard.case_id == sa.bindparam("case", type_=Case.id.type))
    .group_by(RouteCard.version_id, RouteLap.step)
)
"""The version that a case follows, and its steps; of those that were done or skipped every time, when last."""


def _cases_of(record: Any) -> Iterable[uuid.UUID]:
    if isinstance(record, Person):
        return db.session.scalars(sa.select(Case.id).where(Case.person_id == record.id))
    return [record.id if isinstance(record, Case) else record.case_id]


def renew(cases: Collection[uuid.UUID], corrected: Corrected = NOTHING) -> int:
    """Bring what is kept of some cases up to date, in the transaction at hand; how many rows were not.

    `corrected`: the moments that this transaction corrects.
    """
    if not is_sqlite():
        _hold(cases)
    then, now = kept_of(cases), worked_out(cases)
    follow(then.rows.values(), now.rows.values(), corrected)
    return _write(then.rows, now.rows, RouteLap) + _write(then.cards, now.cards, RouteCard)


_WORDS: Any = StepWord.__table__
_STANDING = sa.update(_WORDS).where(_WORDS.c.taken_back_at.is_(None))


def _hold(cases: Collection[uuid.UUID]) -> None:
    """Wait until nobody else works these out; in a statement of its own: the next one sees what they did."""
    for number in sorted({each.int >> 97 for each in cases}):
        tell(db.session.connection(), "SELECT pg_advisory_xact_lock(%s, %s)", (LOCKS, number)).close()


def worked_out(cases: Collection[uuid.UUID]) -> Standing:
    """Where they stand, from the records."""
    institutions = Responsible(partners.directory())
    found = Standing({}, {})
    for each in known(cases):
        mine = laps(each.book, each.facts)
        for some in mine.values():
            for lap in some:
                found.rows[each.case_id, lap.step, lap.number] = _row(each, lap, institutions)
        found.cards[each.case_id] = _card(each, None if each.facts.closed_at else next_due(mine), found)
    return found


@dataclass
class Responsible:
    """Which institution was responsible for what, where, when; asked once for each day."""

    directory: partners.Directory
    found: dict[Any, uuid.UUID | None] = field(default_factory=dict)

    def of(self, step: Step, province: str, day: date) -> uuid.UUID | None:
        """Its id; None where the house itself acts, or nobody is known."""
        if step.responsible is None:
            return None
        key = (step.institution_id or (step.responsible, step.silent), province, day)
        if key not in self.found:
            each = protocol.responsible_for(step, province, day, self.directory)
            self.found[key] = each.id if each else None
        return self.found[key]


def _row(case: Known, lap: Lap, institutions: Responsible) -> Row:
    step = case.book.by_key[lap.step]
    moment = lap.started_at or lap.ended_at
    day = local(moment).date() if moment else case.book.starts_on
    return Row(case.case_id, lap.step, lap.number, case.foundation_id, case.house_id, case.book.version_id,
               step.responsible, institutions.of(step, case.province, day), lap.started_at, lap.due_at, lap.ended_at,
               lap.end)


def _card(case: Known, lap: Lap | None, found: Standing) -> Card:
    due_at = None if case.facts.closed_at else (lap and lap.due_at) or NEVER
    acts = found.rows[case.case_id, lap.step, lap.number].institution_id if lap else None
    return Card(case.case_id, case.foundation_id, case.house_id, case.book.version_id, lap.step if lap else None, acts,
                due_at)


def kept_of(cases: Collection[uuid.UUID]) -> Standing:
    """Where they stand, as it is kept."""
    asked = {"cases": listed([text_of(each) for each in cases])}
    rows = (Row(*each) for each in rows_of(_kept(RouteLap, is_sqlite()), **asked))
    cards = (Card(*each) for each in rows_of(_kept(RouteCard, is_sqlite()), **asked))
    return Standing({(each.case_id, each.step, each.number): each for each in rows},
                    {each.case_id: each for each in cards})


@cache
def _kept(model: Any, sqlite: bool) -> Rows:
    names = (Row if model is RouteLap else Card)._fields
    found: Rows = sa.select(*(getattr(model, name) for name in names))
    return found.where(among(model.case_id, "cases", sqlite=sqlite))


def _write(then: dict[Any, Any], now: dict[Any, Any], model: Any) -> int:
    gone = [then[key] for key in then.keys() - now.keys()]
    other = [each for key, each in now.items() if key in then and then[key] != each]
    new = [each for key, each in now.items() if key not in then]
    connection, table = db.session.connection(), model.__table__
    if changed := [*gone, *other]:
        keys = [column.name for column in table.primary_key]
        which = sa.and_(*(table.c[key] == sa.bindparam(f"its_{key}") for key in keys))
        connection.execute(sa.delete(table).where(which), [
            {f"its_{key}": getattr(each, key) for key in keys} for each in changed
        ])
    if new or other:
        connection.execute(sa.insert(table), [each._asdict() for each in (*other, *new)])
    return len(gone) + len(other) + len(new)


# --- everything -------------------------------------------------------------------------------------------------------

Progress = Callable[[int], object]
AT_WORK = "~"
_EDITION: Any = RouteEdition.__table__
_KEPT_EDITION = sa.select(RouteEdition.edition)


def edition() -> str:
    """By what this program works clocks out."""
    return f"{DEFINITIONS} {zone_name()}"


def distrust() -> None:
    """The calendar or the protocol changed: all is worked out anew, soon."""
    db.session.connection().execute(sa.update(_EDITION).values(edition=""))


def is_current() -> bool:
    """Whether what is kept was worked out as this program does, by the calendar of today."""
    return bool(value_of(_KEPT_EDITION) == edition())


def how_many() -> int:
    """How many cases there are: for a progress bar."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


def renew_all(progress: Progress = lambda count: None) -> int:
    """Work everything out anew, a portion at a time: nobody waits long. How many rows were not right.

    Until it is done nothing is trusted: what is broken off begins anew, and so does what a change of the calendar or
    the protocol has overtaken.
    """
    cases, found = list(db.session.scalars(sa.select(Case.id))), [0]
    quietly(partial(_begin, total=len(cases)))
    for some in in_portions(cases, PORTION):
        quietly(partial(_portion, some=some, found=found, total=len(cases)))
        progress(len(some))
    quietly(partial(_note, edition=edition()))
    return found[0]


def _begin(connection: sa.Connection, total: int) -> None:
    connection.execute(sa.delete(_EDITION))
    connection.execute(sa.insert(_EDITION).values(id=1, edition=f"{AT_WORK}0/{total}"))


def _portion(connection: sa.Connection, some: Collection[uuid.UUID], found: list[int], total: int) -> None:
    found[0] += renew(some)
    done = (how_far() or (0, total))[0] + len(some)
    _note(connection, f"{AT_WORK}{done}/{total}")


def _note(connection: sa.Connection, edition: str) -> None:
    """How far it is, unless it was overtaken."""
    connection.execute(sa.update(_EDITION).where(_EDITION.c.edition.startswith(AT_WORK)).values(edition=edition))


def how_far() -> tuple[int, int] | None:
    """Of so many cases so many have been worked out anew; None when nobody is at it."""
    kept = value_of(_KEPT_EDITION) or ""
    if not kept.startswith(AT_WORK):
        return None
    done, _of, total = kept.removeprefix(AT_WORK).partition("/")
    return int(done), int(total)


@every(minutes=1)
def bring_up_to_date() -> None:
    """Where the calendar, the protocol or the program changed."""
    if not is_current():
        renew_all()


def differences(progress: Progress = lambda count: None) -> int:
    """How many rows are kept that are not what the records say."""
    found = 0
    for some in in_portions(list(db.session.scalars(sa.select(Case.id))), PORTION):
        then, now = kept_of(some), worked_out(some)
        found += sum(then.rows.get(key) != now.rows.get(key) for key in then.rows.keys() | now.rows.keys())
        found += sum(then.cards.get(key) != now.cards.get(key) for key in then.cards.keys() | now.cards.keys())
        progress(len(some))
    return found


@checks
def look(report: Report, progress: Progress) -> None:
    """For `shelter verify`: nothing where all is to be worked out anyway."""
    if is_current() and (wrong := differences()):
        report.figures.append(str(say_many(
            "%(num)s line of where cases stand is not what the records say",
            "%(num)s lines of where cases stand are not what the records say", wrong,
        )))
