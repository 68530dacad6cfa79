"""Finding cases: one by id, and the list, page by page, within the reader's reach."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.access import (
    Asker,
    Part,
    Permission,
    Reader,
    SubjectColumns,
    grants,
    parts_within_reach,
    within_reach,
)
from shelter.calendar import today
from shelter.codes.cases import CaseState, ConsentPurpose, Milestone
from shelter.db import Rows, Together, db, rows_of, unseal, value_of
from shelter.partners.models import House

from . import rules
from .models import Case, CaseCard, Person, TeamMember, TimelineEntry
from .records import Consent, RouteConditions, SafeContact, Stay
from .rules import Asked as Asked
from .rules import in_force as in_force
from .rules import spelled

PAGE = 50
_CASE_ID = sa.bindparam("case_id", type_=Case.id.type)
_OPENED_AT = sa.bindparam("opened_at", type_=Case.opened_at.type)


def _has_member(staff_id: uuid.UUID) -> sa.ColumnElement[bool]:
    member = aliased(TeamMember)
    return sa.exists().where(member.case_id == Case.id, member.staff_id == staff_id, member.left_at.is_(None))


CASE_COLUMNS = SubjectColumns(Case.foundation_id, Case.house_id, Case.state == CaseState.OPEN, _has_member)
"""What reach asks of a case, as SQL."""


def by_id(case_id: uuid.UUID) -> Case | None:
    """A case with its person and card (the gate decides who may have it)."""
    return _WITH_PERSON_AND_CARD.find(case_id)


_WITH_PERSON_AND_CARD = Together(Case, "person", "card")


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to."""

    state: CaseState | None = CaseState.OPEN
    house_id: uuid.UUID | None = None
    mine: uuid.UUID | None = None


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after (or before) the case opened then. It travels in the address and names nobody."""

    opened_at: datetime
    case_id: uuid.UUID
    newer: bool = False

    def __str__(self) -> str:
        raw = f"{'n' if self.newer else 'o'}{self.opened_at.isoformat()}|{self.case_id.hex}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """Read it again; None when it is none (then the list begins at its beginning)."""
        try:
            raw = base64.urlsafe_b64decode((text or "") + "===").decode()
            opened, _, case_id = raw[1:].partition("|")
            moment = datetime.fromisoformat(opened)
            return cls(moment.astimezone(UTC), uuid.UUID(case_id), raw[0] == "n") if moment.tzinfo else None
        except (ValueError, OverflowError, binascii.Error, IndexError):
            return None


@dataclass(frozen=True)
class Listing:
    """One page of cases, newest first, and where the neighbouring pages begin."""

    rows: list[dict[str, Any]]
    newer: str | None
    older: str | None


_COLUMNS = (
    Case.id,
    Case.code,
    Case.opened_at,
    Case.person_id,
    CaseCard.stage,
    CaseCard.bed,
    CaseCard.last_service_at,
    CaseCard.next_due_on,
    CaseCard.lead_id,
    House.name.label("house"),
)


def page_of(reader: Reader, filters: Filters, cursor: Cursor | None = None) -> Listing:
    """A page of the cases within reach. Names are opened in bulk for those who may read them."""
    backwards = cursor is not None and cursor.newer
    place = {"opened_at": cursor.opened_at, "case_id": cursor.case_id} if cursor else {}
    found = rows_of(_page(Asker.of(reader), filters, cursor is not None, backwards), **place)
    more, found = len(found) > PAGE, found[:PAGE]
    rows = _opened(found[::-1] if backwards else found)
    if not rows:
        return Listing([], None, None)
    first, last = rows[0], rows[-1]
    newer = Cursor(first["opened_at"], first["id"], newer=True) if (more if backwards else cursor) else None
    older = Cursor(last["opened_at"], last["id"]) if (more if not backwards else True) else None
    return Listing(rows, str(newer) if newer else None, str(older) if older else None)


@lru_cache(maxsize=200)
def _page(reader: Asker, filters: Filters, has_cursor: bool, backwards: bool) -> Rows:
    """The query of a page, kept: a reader turns pages more often than their roles change."""
    parts = _parts(reader, filters)
    listed, by_case = _listed(reader, Permission.CASE_LIST), (Case.opened_at, Case.id)
    if len(parts) == 1 and not parts[0].is_team:
        return _piece(listed.where(parts[0].condition, *_conditions(filters)), by_case, has_cursor, backwards)
    firsts = [_piece(_way(reader, part, filters), _order(part), has_cursor, backwards).subquery() for part in parts]
    ids: Any = sa.union(*(sa.select(first.c[0]) for first in firsts)) if firsts else []
    return _piece(listed.where(Case.id.in_(ids)), by_case, False, backwards)  # the first of all are among these


FEW = frozenset({CaseState.OPEN, CaseState.FOLLOW_UP})
"""States in which few cases are at a time: these are read along the state, not along the team."""


def _parts(reader: Asker, filters: Filters) -> list[Part]:
    parts = parts_within_reach(reader, Permission.CASE_LIST, CASE_COLUMNS)
    return [part._replace(is_team=part.is_team and filters.state not in FEW) for part in parts]


def _way(reader: Asker, part: Part, filters: Filters) -> Rows:
    """The cases of one part of the reach, along its own index."""
    cases: Rows = sa.select(_order(part)[1]).where(part.condition, *_conditions(filters))
    if not part.is_team:
        return cases
    return cases.join(Case, Case.id == TeamMember.case_id).where(
        TeamMember.staff_id == reader.id, TeamMember.left_at.is_(None)
    )


def _order(part: Part) -> tuple[Any, Any]:
    return (TeamMember.opened_at, TeamMember.case_id) if part.is_team else (Case.opened_at, Case.id)


def _piece(query: Rows, order: tuple[Any, Any], has_cursor: bool, backwards: bool) -> Rows:
    """What a page needs of a query: from the cursor on, newest (or going back, oldest) first, one more than fits."""
    if has_cursor:
        place, mark = sa.tuple_(*order), sa.tuple_(_OPENED_AT, _CASE_ID)
        query = query.where(place > mark if backwards else place < mark)
    return query.order_by(*(each.asc() if backwards else each.desc() for each in order)).limit(PAGE + 1)


def _conditions(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.state:
        yield Case.state == filters.state
    if filters.house_id:
        yield Case.house_id == filters.house_id
    if filters.mine:
        yield _has_member(filters.mine)


def of_persons(reader: Reader, person_ids: Collection[uuid.UUID], most: int = PAGE) -> list[dict[str, Any]]:
    """The cases of these persons (at most 400) that the reader reaches, newest first."""
    if not person_ids:
        return []
    places = next(size for size in (4, 24, 400) if len(person_ids) <= size)
    ids = dict(enumerate(person_ids))
    asked = {f"id_{place}": ids.get(place, ids[0]) for place in range(places)}
    return _opened(rows_of(_of_persons(Asker.of(reader), places), **asked, most=most))


@lru_cache(maxsize=200)
def _of_persons(reader: Asker, places: int) -> Rows:
    """Written down for so many persons: those that are fewer are named again."""
    return (
        _listed(reader, Permission.PERSON_SEARCH)
        .where(
            Case.person_id.in_([sa.bindparam(f"id_{place}", type_=Case.person_id.type) for place in range(places)]),
            within_reach(reader, Permission.PERSON_SEARCH, CASE_COLUMNS),
        )
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


def with_document(reader: Reader, lookup: bytes) -> list[dict[str, Any]]:
    """The cases within reach whose person has that document (by its keyed digest)."""
    return of_persons(reader, list(db.session.scalars(sa.select(Person.id).where(Person.document_lookup == lookup))))


def by_code(reader: Reader, code: str) -> uuid.UUID | None:
    """The case with that code, when the reader reaches it."""
    found: uuid.UUID | None = value_of(_by_code(Asker.of(reader)), code=code) if rules.is_code(code) else None
    return found


@lru_cache(maxsize=200)
def _by_code(reader: Asker) -> Rows:
    return sa.select(Case.id).where(
        Case.code == sa.bindparam("code"), within_reach(reader, Permission.CASE_LIST, CASE_COLUMNS)
    )


def _listed(reader: Reader, permission: Permission) -> Rows:
    """The columns of a list; names only in the rows that the reader may name."""
    named = may_name(reader, permission)
    return (
        sa.select(*_COLUMNS, sa.case((named, Person.name_used_sealed)).label("name"), named.label("is_named"))
        .join(Person, Person.id == Case.person_id)
        .join(CaseCard, CaseCard.case_id == Case.id)
        .join(House, House.id == Case.house_id)
    )


def may_name(reader: Reader, permission: Permission) -> sa.ColumnElement[bool]:
    """Which rows of a list may carry a name: mostly all or none of those that the permission lists."""
    named = list(grants(reader, Permission.PERSON_READ))
    if all(each in named for each in grants(reader, permission)):
        return sa.true()
    return within_reach(reader, Permission.PERSON_READ, CASE_COLUMNS)


def _opened(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return unseal(rows, name=(Person.name_used, "person_id"))


def timeline(case: Case, most: int = 200) -> Sequence[Any]:
    """What happened, newest first, without what was corrected: milestone, detail, occurred_at, precision, by_id."""
    return rows_of(_TIMELINE, case_id=case.id, most=most)


_corrected = sa.select(TimelineEntry.corrects_id).where(
    TimelineEntry.case_id == _CASE_ID, TimelineEntry.corrects_id.is_not(None)
)
_TIMELINE = (
    sa.select(
        TimelineEntry.milestone,
        TimelineEntry.detail,
        TimelineEntry.occurred_at,
        TimelineEntry.precision,
        TimelineEntry.by_id,
    )
    .where(TimelineEntry.case_id == _CASE_ID, TimelineEntry.id.not_in(_corrected))
    .order_by(TimelineEntry.occurred_at.desc(), TimelineEntry.entered_at.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def team(case: Case) -> Sequence[Any]:
    """Who is on the team today, in the order in which they came: staff_id, discipline, joined_at."""
    return rows_of(_TEAM, case_id=case.id)


_TEAM = (
    sa.select(TeamMember.staff_id, TeamMember.discipline, TeamMember.joined_at)
    .where(TeamMember.case_id == _CASE_ID, TeamMember.left_at.is_(None))
    .order_by(TeamMember.joined_at)
)


def reached_at(case: Case, milestone: Milestone) -> datetime | None:
    """When a milestone was reached last, as it is told today."""
    found: datetime | None = value_of(_REACHED, case_id=case.id, milestone=milestone)
    return found


_REACHED = sa.select(sa.func.max(TimelineEntry.occurred_at)).where(
    TimelineEntry.case_id == _CASE_ID,
    TimelineEntry.milestone == sa.bindparam("milestone", type_=TimelineEntry.milestone.type),
    TimelineEntry.id.not_in(_corrected),
)


def consents(case: Case) -> list[Asked]:
    """Everything she was asked, newest first."""
    rows = unseal(rows_of(_CONSENTS, case_id=case.id), recipient=(Consent.recipient, "id"),
                  representative=(Consent.representative, "id"))
    return [Asked(**row | {"fields": row["fields"] and tuple(row["fields"])}) for row in rows]


_CONSENTS = (
    sa.select(
        Consent.id, Consent.purpose, Consent.answer, Consent.asked_at, Consent.ends_on, Consent.withdrawn_at,
        Consent.by_id, Consent.recipient_sealed.label("recipient"), Consent.institution_id, Consent.fields,
        Consent.is_written, Consent.given_by, Consent.representative_sealed.label("representative"),
    )
    .where(Consent.case_id == _CASE_ID).order_by(Consent.asked_at.desc())
)


def may_leave(
    case: Case, purpose: ConsentPurpose, recipient: str | None = None, day: date | None = None,
) -> Asked | None:
    """The consent by which her data may leave the house for a purpose (and to that recipient); None: it may not.

    Every output that carries a person's data out of the house asks this first, each time. A consent that names nobody
    is for the house alone: it opens nothing to a recipient.
    """
    asked = (each for each in in_force(consents(case), day or today()) if each.purpose is purpose)
    return next((each for each in asked if not recipient or spelled(each.recipient) == spelled(recipient)), None)


def agreed(
    case: Case, purpose: ConsentPurpose, institution_id: uuid.UUID, fields: Iterable[str], day: date | None = None,
) -> Asked | None:
    """The consent by which exactly these facts may leave to that institution; None: they may not.

    It was given by who may give it on that day: she, or who represents her while she is a child.
    """
    wanted, age = set(fields), age_of(case, day or today())
    return next((
        each for each in in_force(consents(case), day or today())
        if each.purpose is purpose and each.institution_id == institution_id and wanted <= set(each.fields or ())
        and rules.speaks_for_her(each.given_by, age)
    ), None)


def open_stay(case: Case) -> Stay | None:
    """Where she stays now."""
    return db.session.scalar(sa.select(Stay).where(Stay.case_id == case.id, Stay.left_at.is_(None)))


def declaration(case: Case) -> RouteConditions | None:
    """What was declared of her, as a record."""
    return db.session.scalar(sa.select(RouteConditions).where(RouteConditions.case_id == case.id))


def age_of(case: Case, day: date) -> int | None:
    """In whole years, the younger where her birth or what was declared of her leaves doubt; None: not known."""
    found = declaration(case)
    return rules.declared_age(rules.age(case.person.birth, day), found.conditions if found else ())


def last_stay(case: Case) -> Stay | None:
    """Where she stays, or stayed last."""
    return db.session.scalar(sa.select(Stay).where(Stay.case_id == case.id).order_by(Stay.arrived_at.desc()).limit(1))


def told_of(record: Any, milestone: Milestone) -> TimelineEntry | None:
    """What the timeline says last about a record of a case and a milestone: the entry that a correction corrects."""
    told = sa.select(TimelineEntry).where(TimelineEntry.case_id == record.case_id, TimelineEntry.about_id == record.id)
    latest = told.where(TimelineEntry.milestone == milestone).order_by(TimelineEntry.entered_at.desc())
    return db.session.scalar(latest.limit(1))


def safe_contact(case: Case) -> SafeContact | None:
    """How she said last that she can be reached."""
    return db.session.scalar(
        sa.select(SafeContact).where(SafeContact.case_id == case.id).order_by(SafeContact.made_at.desc()).limit(1)
    )
