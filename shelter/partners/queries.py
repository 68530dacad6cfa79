"""Finding foundations, houses, beds, institutions and who answers there, words of lists, the working calendar."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from shelter.codes import Entry
from shelter.codes.places import Province, Rank
from shelter.codes.referrals import InstitutionKind
from shelter.db import Rows, db, rows_of, unseal
from shelter.texts import plain

from .models import Bed, CalendarDay, FocalPoint, Foundation, House, Institution, ListWord, Post
from .workdays import DAY, Decreed, Workdays

MOST_STEPS = 20


def foundations() -> list[Foundation]:
    """All foundations with their houses, by name."""
    with_houses = sa.select(Foundation).options(sa.orm.selectinload(Foundation.houses))
    return list(db.session.scalars(with_houses.order_by(Foundation.name)))


def houses(ids: Collection[uuid.UUID] | None = None, *, on: date | None = None) -> list[tuple[uuid.UUID, str]]:
    """Houses by name, as choices: id and name; all, or those of the given ids, or those not ended on a day."""
    return [
        (house, name) for house, name, ended_on in rows_of(_HOUSES)
        if (ids is None or house in ids) and (on is None or ended_on is None or ended_on >= on)
    ]


_HOUSES = sa.select(House.id, House.name, House.ended_on).order_by(House.name)


def beds(house_id: uuid.UUID) -> list[Bed]:
    """The beds of a house, room by room."""
    in_order = (Bed.room, sa.func.length(Bed.name), Bed.name)
    return list(db.session.scalars(sa.select(Bed).where(Bed.house_id == house_id).order_by(*in_order)))


def bed_counts() -> dict[uuid.UUID, int]:
    """The number of beds of each house."""
    counted = sa.select(Bed.house_id, sa.func.count().label("beds")).group_by(Bed.house_id)
    return {row.house_id: row.beds for row in db.session.execute(counted)}


def rooms(house_id: uuid.UUID) -> list[tuple[str, list[str]]]:
    """The rooms of a house with the names of their beds."""
    found: dict[str, list[str]] = {}
    for bed in beds(house_id):
        found.setdefault(bed.room, []).append(bed.name)
    return [(room, sorted(names, key=lambda name: (len(name), name))) for room, names in found.items()]


# --- institutions -----------------------------------------------------------------------------------------------------

def stands_on(day: date) -> sa.ColumnElement[bool]:
    """Institutions that, as far as is known, exist on a day."""
    return sa.and_(
        ~Institution.has_ended, sa.or_(Institution.valid_from.is_(None), Institution.valid_from <= day),
        sa.or_(Institution.valid_to.is_(None), Institution.valid_to >= day),
    )


def institutions(day: date) -> list[Institution]:
    """The institutions that exist on a day."""
    return list(db.session.scalars(
        sa.select(Institution).where(stands_on(day)).order_by(Institution.kind, Institution.id)
    ))


def all_institutions() -> list[dict[str, Any]]:
    """Every institution, ended ones too: id, name, kind, province, its days, whether to confirm, before (names)."""
    columns = (Institution.id, Institution.name, Institution.kind, Institution.province, Institution.valid_from,
               Institution.valid_to, Institution.has_ended, Institution.to_confirm, Institution.followed_by_id)
    rows = [dict(row._mapping) for row in db.session.execute(sa.select(*columns))]
    before: dict[Any, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: row["name"]["es"]):
        before.setdefault(row["followed_by_id"], []).append(row["name"])
    kinds = InstitutionKind.every()
    found = [{**row, "before": before.get(row["id"], [])} for row in rows]
    return sorted(found, key=lambda row: (kinds.index(row["kind"]), row["name"]["es"]))


def lacking(kinds: Iterable[InstitutionKind], day: date) -> dict[InstitutionKind, list[str]]:
    """The provinces in which nobody is of a kind on a day; kinds that are there everywhere are left out."""
    there: dict[InstitutionKind, set[str | None]] = {}
    for each in institutions(day):
        there.setdefault(each.kind, set()).add(each.province)
    found = {kind: there.get(kind, set()) for kind in dict.fromkeys(kinds)}
    provinces = [each.value for each in Province.by_name()]
    missed = {kind: [each for each in provinces if each not in has] for kind, has in found.items() if None not in has}
    return {kind: where for kind, where in missed.items() if where}


@dataclass(frozen=True)
class Directory:
    """Every institution, read at once, to ask who does what where on which day."""

    by_id: dict[uuid.UUID, Institution]

    def institution_for(
        self, kind: InstitutionKind, province: str | None, on: date, after: Collection[uuid.UUID] = (),
    ) -> Institution | None:
        """Who does this on a day: the province's own before the country's; of one that had ended, what followed it.

        Of several those of `after` come last; then the one that has been there for longest. What begins or ends later
        changes nothing of that day.
        """
        here = sorted(
            (each for each in self.by_id.values() if each.kind is kind and each.province in {province, None}),
            key=lambda each: _nearest(each, on, each.id in after))
        return next((found for each in here if (found := self.standing(each, on))), None)

    def standing(self, institution: Institution, on: date) -> Institution | None:
        """The institution itself, or the first that followed it which exists on the day; None: nobody knows."""
        return next((each for each in self.line(institution) if exists_on(each, on)), None)

    def line(self, institution: Institution) -> Iterator[Institution]:
        """The institution itself, then what followed it, one after the other."""
        found: Institution | None = institution
        for _step in range(MOST_STEPS):
            if found is None:
                return
            yield found
            found = self.by_id.get(found.followed_by_id) if found.followed_by_id else None

    def heirs(self, institution: Institution) -> Iterator[Institution]:
        """What took its place; not what stood beside it already, which has a word of its own."""
        last = institution.valid_to
        return (each for each in self.line(institution)
                if each is institution or last is None or not exists_on(each, last - DAY))


def _nearest(each: Institution, on: date, comes_last: bool) -> tuple[Any, ...]:
    return (each.province is None, not exists_on(each, on), comes_last, each.valid_from or date.min, each.name["es"])


def directory() -> Directory:
    """All of them, in one query."""
    return Directory({each.id: each for each in db.session.scalars(sa.select(Institution))})


def institution_for(kind: InstitutionKind, province: str | None, on: date) -> Institution | None:
    """Who does this on a day. For many, ask `directory` once."""
    return directory().institution_for(kind, province, on)


def standing(institution: Institution, on: date) -> Institution | None:
    """The institution itself, or the first of those that followed it which exists on the day; None: nobody knows."""
    return directory().standing(institution, on)


def named(text: str | None) -> uuid.UUID | None:
    """The institution of that name, however its letters are written; None when nobody is meant for certain."""
    if not text:
        return None
    meant = {key for key, names in institution_names().items() if plain(text) in map(plain, names.values())}
    return meant.pop() if len(meant) == 1 else None


def institution_names() -> dict[uuid.UUID, dict[str, str]]:
    """The names of every institution, ended ones too."""
    return dict(rows_of(_NAMES))


_NAMES = sa.select(Institution.id, Institution.name)


def exists_on(institution: Institution, day: date) -> bool:
    """Whether it exists on a day, as far as is known."""
    begun = institution.valid_from is None or institution.valid_from <= day
    return not institution.has_ended and begun and (institution.valid_to is None or institution.valid_to >= day)


def following(institution: Institution) -> list[Institution]:
    """What came after, step by step."""
    found: list[Institution] = []
    at: Institution | None = institution
    while at and at.followed_by_id and len(found) < MOST_STEPS:
        at = db.session.get(Institution, at.followed_by_id)
        found += [at] if at else []
    return found


def preceding(institution: Institution) -> list[Institution]:
    """What it took the place of, directly."""
    return list(db.session.scalars(
        sa.select(Institution).where(Institution.followed_by_id == institution.id).order_by(Institution.id)
    ))


# --- focal points -----------------------------------------------------------------------------------------------------

_HOLDER = (FocalPoint.id, FocalPoint.post_id, FocalPoint.rank, FocalPoint.from_on, FocalPoint.to_on,
           FocalPoint.verified_on, FocalPoint.channel, FocalPoint.name_sealed.label("name"),
           FocalPoint.phone_sealed.label("phone"), FocalPoint.email_sealed.label("email"))
_PLACE = (Post.name.label("post"), Post.unit, Institution.id.label("institution_id"),
          Institution.name.label("institution"), Institution.province)


def holders(institution_id: uuid.UUID) -> list[dict[str, Any]]:
    """Everybody who held a post there, the newest first; holders before those who stand in; with the handover notes."""
    query = (
        sa.select(*_HOLDER, FocalPoint.note_sealed.label("note"))
        .join(Post, Post.id == FocalPoint.post_id).where(Post.institution_id == institution_id)
        .order_by(FocalPoint.rank == Rank.ALTERNATE, FocalPoint.from_on.desc())
    )
    return _opened(query, note=(FocalPoint.note, "id"))


def focal_points(day: date) -> list[dict[str, Any]]:
    """Everybody who holds a post on a day, those first whom nobody verified for longest."""
    query = (
        sa.select(*_HOLDER, *_PLACE)
        .join(Post, Post.id == FocalPoint.post_id).join(Institution, Institution.id == Post.institution_id)
        .where(FocalPoint.from_on <= day, sa.or_(FocalPoint.to_on.is_(None), FocalPoint.to_on >= day))
        .order_by(FocalPoint.verified_on.is_not(None), FocalPoint.verified_on, FocalPoint.from_on, FocalPoint.id)
    )
    return _opened(query)


def empty_posts(day: date) -> list[dict[str, Any]]:
    """Posts that nobody holds on a day."""
    held = sa.exists().where(
        FocalPoint.post_id == Post.id, FocalPoint.rank == Rank.HOLDER, FocalPoint.from_on <= day,
        sa.or_(FocalPoint.to_on.is_(None), FocalPoint.to_on >= day),
    )
    query = sa.select(Post.id, *_PLACE).join(Institution, Institution.id == Post.institution_id).where(
        ~held, stands_on(day))
    return [dict(row._mapping) for row in db.session.execute(query.order_by(Post.name))]


def _opened(query: Rows, **more: Any) -> list[dict[str, Any]]:
    rows = db.session.execute(query).all()
    return unseal(rows, name=(FocalPoint.name, "id"), phone=(FocalPoint.phone, "id"), email=(FocalPoint.email, "id"),
                  **more)


def of_post(post_id: uuid.UUID, rank: Rank) -> list[FocalPoint]:
    """Everybody who had one rank at a post."""
    return list(db.session.scalars(sa.select(FocalPoint).where(FocalPoint.post_id == post_id, FocalPoint.rank == rank)))


def holder_of(post_id: uuid.UUID, day: date) -> str | None:
    """Who holds a post on a day, by name."""
    held = (each for each in of_post(post_id, Rank.HOLDER)
            if each.from_on <= day and (each.to_on is None or each.to_on >= day))
    return next((each.name for each in held), None)


# --- lists and the working calendar -----------------------------------------------------------------------------------

def list_words() -> Iterable[Entry]:
    """What administrators added to lists and retired, in the order in which it was added."""
    return [Entry(*row) for row in rows_of(_WORDS)]


_WORDS = sa.select(ListWord.vocabulary, ListWord.word, ListWord.name, ListWord.is_retired).order_by(
    ListWord.vocabulary, ListWord.word)


def calendar_days() -> list[CalendarDay]:
    """What administrators gave free or struck out, the latest first."""
    return list(db.session.scalars(sa.select(CalendarDay).order_by(CalendarDay.day.desc(), CalendarDay.id)))


def workdays(canton: str | None) -> Workdays:
    """The working calendar of a canton, as it is decreed now."""
    decreed = (Decreed(each.day, each.canton, each.is_worked, each.is_yearly, each.name) for each in calendar_days())
    return Workdays.of(canton, decreed)


def is_working_day(day: date, canton: str | None = None) -> bool:
    """Whether a day is worked in a canton."""
    return workdays(canton).is_working(day)


def add_working_days(start: date, days: int, canton: str | None = None) -> date:
    """The day so many working days after `start`, which is not counted. For many, ask `workdays` once."""
    return workdays(canton).add(start, days)
