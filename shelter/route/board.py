"""The board: open cases by the limit that ends first, page by page; and what of it presses one reader."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.access import Asker, Permission, Reach, Reader, grants, within_reach
from shelter.calendar import now
from shelter.cases.models import Case, Person, TeamMember
from shelter.cases.queries import CASE_COLUMNS, PAGE, Cursor, may_name
from shelter.db import Rows, rows_of, unseal
from shelter.partners.models import House
from shelter.protocol import queries as protocol

from .models import RouteCard
from .queries import step_and_phase
from .rules import NEVER, binds

AS_KEPT = replace(CASE_COLUMNS, foundation_id=RouteCard.foundation_id, house_id=RouteCard.house_id)
"""A case never changes its house: a page of the board is read along the house, what is due first."""
SHOWN = {"vencidos": timedelta(0), "pronto": timedelta(days=3)}
"""How soon its limit ends, for a case to be among them."""


@dataclass(frozen=True)
class Listing:
    """One page of the board, what is due first at the top; each row with its step."""

    rows: list[dict[str, Any]]
    earlier: str | None = None
    later: str | None = None


class _Shape(NamedTuple):
    """What decides the words of the question; the values are given each time."""

    before: bool = False
    in_house: bool = False
    on_team: bool = False
    cursor: bool = False
    backwards: bool = False


def page_of(reader: Reader, asked: Mapping[str, str], cursor: Cursor | None = None, most: int = PAGE) -> Listing:
    """Open cases within reach by the limit that ends first; names for those who may read them."""
    values = dict(_asked(asked))
    backwards = cursor is not None and cursor.newer
    shape = _Shape("before" in values, "house" in values, cursor=cursor is not None, backwards=backwards)
    if cursor:
        values |= {"due_at": cursor.opened_at, "case_id": cursor.case_id}
    found = rows_of(_page(Asker.of(reader), shape), most=most + 1, **values)
    more, found = len(found) > most, found[:most]
    rows = _opened(found[::-1] if backwards else found)
    if not rows:
        return Listing([])
    earlier = str(Cursor(rows[0]["due_at"], rows[0]["id"], newer=True)) if (more if backwards else cursor) else None
    later = str(Cursor(rows[-1]["due_at"], rows[-1]["id"])) if (backwards or more) else None
    return Listing(rows, earlier, later)


def pressing(reader: Reader, most: int) -> list[dict[str, Any]]:
    """What is over or ends within three days: of the whole house for who answers for it, else where one is on the team.

    What is late for certain comes first, targets after it. One row more than asked for says that there are more.
    """
    answers = any(reach is Reach.HOUSE for _grant, reach in grants(reader, Permission.ROUTE_WRITE))
    shape = _Shape(before=True, on_team=not answers)
    found = _opened(rows_of(_page(Asker.of(reader), shape), most=PAGE, **dict(_asked({"estado": "pronto"}))))
    moment = now()
    return sorted(found, key=lambda row: not (row["due_at"] < moment and binds(row["step"])))[:most + 1]


def _asked(asked: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    if asked.get("estado") in SHOWN:
        yield "before", now() + SHOWN[asked["estado"]]
    with suppress(ValueError):
        if asked.get("casa"):
            yield "house", uuid.UUID(asked["casa"])


def _opened(found: Any) -> list[dict[str, Any]]:
    """With its step, its phase and whether there is a limit: many cases wait for the same few steps."""
    books, known = {each.version_id: each for each in protocol.books()} if found else {}, dict[Any, Any]()
    rows = unseal(found, name=(Person.name_used, "person_id"))
    for row in rows:
        which = row["version_id"], row["step"], row["institution_id"]
        if which not in known:
            known[which] = step_and_phase(books[row["version_id"]], row["step"], row["institution_id"])
        row["step"], row["phase"] = known[which]
        row["has_limit"] = row["due_at"] < NEVER
    return rows


@lru_cache(maxsize=200)
def _page(reader: Asker, shape: _Shape) -> Rows:
    """The question, kept: a reader turns pages more often than their roles change."""
    due_at, case_id = (sa.bindparam(each.key, type_=each.type) for each in (RouteCard.due_at, RouteCard.case_id))
    order, query = (RouteCard.due_at, RouteCard.case_id), _cards(reader)
    if shape.before:
        query = query.where(RouteCard.due_at < sa.bindparam("before", type_=RouteCard.due_at.type))
    if shape.in_house:
        query = query.where(RouteCard.house_id == sa.bindparam("house", type_=House.id.type))
    if shape.on_team:
        query = query.where(sa.exists().where(
            TeamMember.case_id == Case.id, TeamMember.staff_id == reader.id, TeamMember.left_at.is_(None),
        ))
    if shape.cursor:
        place, mark = sa.tuple_(*order), sa.tuple_(due_at, case_id)
        query = query.where(place < mark if shape.backwards else place > mark)
    turned = (each.desc() if shape.backwards else each.asc() for each in order)
    return query.order_by(*turned).limit(sa.bindparam("most", type_=sa.Integer))


def _cards(reader: Asker) -> Rows:
    return (
        sa.select(
            Case.id, Case.code, Case.person_id, House.name.label("house"), RouteCard.version_id, RouteCard.step,
            RouteCard.due_at, RouteCard.institution_id,
            sa.case((may_name(reader, Permission.ROUTE_READ), Person.name_used_sealed)).label("name"),
        )
        .select_from(RouteCard).join(Case, Case.id == RouteCard.case_id).join(Person, Person.id == Case.person_id)
        .join(House, House.id == Case.house_id)
        .where(RouteCard.due_at.is_not(None), within_reach(reader, Permission.ROUTE_READ, AS_KEPT))
    )
