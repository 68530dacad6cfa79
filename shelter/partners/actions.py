"""The verbs of partners: foundations, houses, beds, institutions and who answers there, lists, the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.calendar import today
from shelter.codes import Extensible, book
from shelter.codes.institutions import EARLIER, TODAY
from shelter.codes.places import Channel, Province, Rank
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import queries, rules
from .models import Bed, CalendarDay, FocalPoint, Foundation, House, Institution, ListWord, Post
from .rules import Held

CountOpen = Callable[[uuid.UUID, uuid.UUID | None], int]
"""How many cases of a foundation, or of one of its houses, are not closed."""
_open_cases: list[CountOpen] = []


def counts_open_cases(count: CountOpen) -> CountOpen:
    """Whoever knows cases says here how many are open: a house does not end over the heads of those who live in it."""
    _open_cases.append(count)
    return count


class Meant(NamedTuple):
    """One institution that is needed by name: it, or what followed it, of that kind, for the whole country."""

    id: uuid.UUID
    kind: Kind


Needed = Callable[[date, bool], dict[Kind | Meant, str]]
"""The kinds of institution, or single ones, that are needed on a day, each with what for; when asked, after it too."""
_needed: list[Needed] = []


def needs_institutions(needed: Needed) -> Needed:
    """Whoever needs institutions says here which: none of them ends while nobody else does what it did."""
    _needed.append(needed)
    return needed


# --- foundations, houses, beds ----------------------------------------------------------------------------------------

def add_foundation(
    name: str, *, started_on: date | None = None, agreed_from_on: date | None = None, agreed_to_on: date | None = None,
) -> Foundation:
    """A new partner, under a name that no other has."""
    if any(each.name.casefold() == name.casefold() for each in queries.foundations()):
        raise RuleBroken(_("There is a foundation with this name already"), "name")
    foundation = Foundation(name=name, started_on=started_on)
    _agree(foundation, agreed_from_on, agreed_to_on)
    db.session.add(foundation)
    return foundation


def agree(
    foundation: Foundation, *, version: int, agreed_from_on: date | None, agreed_to_on: date | None,
) -> None:
    """From when to when its agreement with the programme holds."""
    foundation.expect(version, agreed_from_on=foundation.agreed_from_on, agreed_to_on=foundation.agreed_to_on)
    _agree(foundation, agreed_from_on, agreed_to_on)


def _agree(foundation: Foundation, from_on: date | None, to_on: date | None) -> None:
    rules.in_order(from_on, to_on, "agreed_to_on")
    foundation.agreed_from_on, foundation.agreed_to_on = from_on, to_on


def end_foundation(foundation: Foundation, *, ended_on: date) -> None:
    """It leaves the programme, and its houses with it; not while a case of it is open."""
    rules.may_close(foundation.ended_on, ended_on, foundation.started_on, _how_many_open(foundation.id, None))
    foundation.ended_on = ended_on
    for house in foundation.houses:
        house.ended_on = house.ended_on or ended_on


def end_house(house: House, *, ended_on: date) -> None:
    """Nobody comes to it any more; not while a case of it is open."""
    rules.may_close(house.ended_on, ended_on, None, _how_many_open(house.foundation_id, house.id))
    house.ended_on = ended_on


def _how_many_open(foundation_id: uuid.UUID, house_id: uuid.UUID | None) -> int:
    return sum(count(foundation_id, house_id) for count in _open_cases)


def add_house(
    foundation: Foundation, name: str, *, canton: str, address: str, rooms: dict[str, int], capacity: int | None = None,
) -> House:
    """A house with its rooms and the number of beds in each."""
    house = House(foundation_id=foundation.id, name=name, province=canton[:2], canton=canton, address=address,
                  capacity=capacity)
    beds = [
        Bed(foundation_id=foundation.id, house_id=house.id, room=room, name=str(place + 1))
        for room, count in rooms.items() for place in range(count)
    ]
    db.session.add(house)
    db.session.flush()
    db.session.add_all(beds)
    return house


def open_house(foundation: Foundation, *, name: str, rooms: str, **values: Any) -> House:
    """A house from a form: rooms as they are written, one a line."""
    counted = rules.read_rooms(rooms)
    if foundation.ended_on:
        raise RuleBroken(_("This foundation left the programme"), "name")
    _no_other_house(name, None)
    return add_house(foundation, name, rooms=counted, **values)


def change_house(house: House, *, version: int, name: str, capacity: int | None) -> None:
    """Another name, or another number of people for whom there is room."""
    house.expect(version, name=house.name, capacity=house.capacity)
    _no_other_house(name, house.id)
    house.name, house.capacity = name, capacity


def _no_other_house(name: str, but: uuid.UUID | None) -> None:
    if any(taken.casefold() == name.casefold() for house, taken in queries.houses() if house != but):
        raise RuleBroken(_("There is a house with this name already"), "name")


def add_beds(house: House, *, room: str, count: int) -> list[Bed]:
    """More beds, in a room of the house or in a new one, numbered on."""
    db.session.execute(sa.select(House.id).where(House.id == house.id).with_for_update())
    there = queries.beds(house.id)
    room = rules.spelled(room, {bed.room for bed in there})
    names = rules.next_names([bed.name for bed in there if bed.room == room], count)
    added = [Bed(foundation_id=house.foundation_id, house_id=house.id, room=room, name=name) for name in names]
    db.session.add_all(added)
    return added


# --- institutions -----------------------------------------------------------------------------------------------------

def add_institution(
    *, name_es: str, name_en: str, kind: Kind, province: str | None, valid_from: date | None,
    succeeds_id: uuid.UUID | None,
) -> Institution:
    """A new office of the route; one that ended may come before it. Where no day is told, see `_since`."""
    rules.is_said_to_be_a_consulate(kind, name_es, name_en)
    _no_other_institution(name_es, province, None)
    earlier = db.session.get(Institution, succeeds_id) if succeeds_id else None
    rules.may_succeed(valid_from, earlier.valid_to if earlier else None)
    institution = Institution(name={"es": name_es, "en": name_en or name_es}, kind=kind, province=province,
                              valid_from=valid_from or _since(kind, province, earlier))
    db.session.add(institution)
    if earlier:
        db.session.flush()
        earlier.followed_by_id = institution.id
        earlier.version += 1
    return institution


def _since(kind: Kind, province: str | None, earlier: Institution | None) -> date | None:
    """From when an institution acts of which nobody knows since when it exists: what another did stays that one's.

    None where there was no other.
    """
    if earlier and earlier.valid_to:
        return earlier.valid_to + timedelta(days=1)
    others = (each for each in queries.directory().by_id.values() if each.kind is kind and not each.has_ended)
    return today() if any(province is None or each.province in {None, province} for each in others) else None


def change_institution(
    institution: Institution, *, version: int, name_es: str, name_en: str, kind: Kind, province: str | None,
    valid_from: date | None, followed_by_id: uuid.UUID | None, to_confirm: bool,
) -> None:
    """What was found out about it."""
    institution.expect(
        version, name_es=institution.name["es"], name_en=institution.name.get("en"), kind=institution.kind,
        province=institution.province, valid_from=institution.valid_from, to_confirm=institution.to_confirm,
        followed_by_id=institution.followed_by_id,
    )
    rules.is_said_to_be_a_consulate(kind, name_es, name_en)
    _no_other_institution(name_es, province, institution.id)
    rules.in_order(valid_from, institution.valid_to, "valid_from")
    lost = _last_day_lost(institution.valid_from, valid_from)
    with _nobody_is_missed(today(), "kind"), _nobody_is_missed(lost, "valid_from", after=False):
        _follow(institution, followed_by_id)
        institution.name = {"es": name_es, "en": name_en or name_es}
        institution.kind, institution.province = kind, province
        institution.valid_from, institution.to_confirm = valid_from, to_confirm


def _last_day_lost(before: date | None, now: date | None) -> date | None:
    """When it is said to exist since later than was thought: the last day on which it did not."""
    return now - timedelta(days=1) if now and (before is None or now > before) else None


def _no_other_institution(name: str, province: str | None, but: uuid.UUID | None) -> None:
    for row in queries.all_institutions():
        same = row["name"]["es"].casefold() == name.casefold() and row["province"] == province and row["id"] != but
        if same and row["valid_to"] is None and not row["has_ended"]:
            raise RuleBroken(_("There is an institution with this name already"), "name_es")


def _follow(institution: Institution, followed_by_id: uuid.UUID | None) -> None:
    follower = db.session.get(Institution, followed_by_id) if followed_by_id else None
    if follower:
        rules.no_circle(institution.id, [follower.id, *(each.id for each in queries.following(follower))])
    institution.followed_by_id = follower.id if follower else None


def end_institution(
    institution: Institution, *, valid_to: date | None, is_unknown: bool = False,
    followed_by_id: uuid.UUID | None = None,
) -> None:
    """From the day after, nobody can be referred by it; what it did before stays."""
    is_over = institution.has_ended or institution.valid_to is not None
    rules.may_end(institution.valid_from, is_over, valid_to, is_unknown)
    day = today() if valid_to is None else max(today(), valid_to + timedelta(days=1))
    with _nobody_is_missed(day, "followed_by_id"):
        _follow(institution, followed_by_id)
        institution.valid_to, institution.has_ended = valid_to, is_unknown
        institution.version += 1


@contextmanager
def _nobody_is_missed(day: date | None, place: str, *, after: bool = True) -> Iterator[None]:
    """Refuse what is done inside if on that day it leaves undone somewhere what an institution is needed for.

    `after`: also what is needed from a later day on. No day: nothing is refused.
    """
    if day is None:
        yield
        return
    needed = {which: what for each in _needed for which, what in each(day, after).items()}
    before = _missed(needed, day)
    yield
    db.session.flush()
    for which, where in _missed(needed, day).items():
        if where - before.get(which, set()):
            raise RuleBroken(_("The protocol needs it: nobody else would do “%(what)s”. Add first who does it now.",
                               what=needed[which]), place)


def _missed(needed: Iterable[Kind | Meant], day: date) -> dict[Kind | Meant, set[str | None]]:
    """Of what is needed on a day, the provinces in which nobody does it; None: of one that is meant, nobody follows."""
    kinds, directory = [each for each in needed if not isinstance(each, Meant)], queries.directory()
    found: dict[Kind | Meant, set[str | None]] = {
        kind: set(where) for kind, where in queries.lacking(kinds, day).items()
    }
    for each in needed:
        if isinstance(each, Meant):
            acts = directory.standing(directory.by_id[each.id], day)
            if acts is None or acts.kind is not each.kind:
                found[each] = {None}
            elif acts.province is not None:
                found[each] = {str(province) for province in Province.by_name() if province != acts.province}
    return found


def seed_institutions() -> list[Institution]:
    """The institutions of the route in Ecuador: those that stand today, then those of 2007, with what followed them."""
    made = {
        each.key: Institution(
            name={"es": each.es, "en": each.en}, kind=each.kind, has_ended=each.has_ended, to_confirm=each.to_confirm,
            note=dict(zip(("es", "en"), each.note, strict=True)) if each.note else None,
        )
        for each in (*TODAY, *EARLIER)
    }
    for each in EARLIER:
        made[each.key].followed_by_id = made[each.followed_by].id if each.followed_by else None
    db.session.add_all(made.values())
    return list(made.values())


# --- who answers there ------------------------------------------------------------------------------------------------

def add_post(institution: Institution, *, name: str, unit: str | None) -> Post:
    """A post whose holder answers to the houses."""
    if any(each.name.casefold() == name.casefold() and (each.unit or "") == (unit or "") for each in institution.posts):
        raise RuleBroken(_("This institution has that post already"), "name")
    post = Post(institution_id=institution.id, name=name, unit=unit or None)
    db.session.add(post)
    return post


def name_holder(
    post: Post, *, rank: Rank, name: str, phone: str | None, email: str | None, channel: Channel, from_on: date,
    note: str | None,
) -> FocalPoint:
    """Somebody takes the post over: whoever holds it gives it up the day before, and stays written down."""
    db.session.execute(sa.select(Post.id).where(Post.id == post.id).with_for_update())
    rules.is_reachable(channel, phone, email)
    before = {Held(each.from_on, each.to_on): each for each in queries.of_post(post.id, rank)}
    if giving_up := rules.taking_over(from_on, before.keys()):
        before[giving_up].to_on = from_on - timedelta(days=1)
    holder = FocalPoint(post_id=post.id, rank=rank, from_on=from_on, verified_on=today(), channel=channel, name=name,
                        phone=phone, email=email, note=note)
    db.session.add(holder)
    return holder


def give_up(holder: FocalPoint, *, to_on: date, note: str | None) -> None:
    """Somebody leaves the post, and nobody follows yet."""
    rules.may_give_up(Held(holder.from_on, holder.to_on), to_on)
    holder.to_on = to_on
    if note:
        holder.note = note


def verify_holder(holder: FocalPoint) -> None:
    """Somebody called today: it is still this person."""
    if holder.to_on is not None and holder.to_on < today():
        raise RuleBroken(_("This person does not hold the post any more"))
    holder.verified_on = today()


# --- lists and the working calendar -----------------------------------------------------------------------------------

def add_word(vocabulary: type[Extensible], prefix: str, *, name_es: str, name_en: str) -> ListWord:
    """A new word, with a name in each language; what is stored of it is opaque and never changes."""
    words = [each for each in vocabulary.every() if each.startswith(prefix)]
    rules.not_said_twice(name_es, (str(each.label) for each in words), "name_es")
    rules.not_said_twice(name_es, (said for each in words for said in _names(vocabulary, each)), "name_es")
    added = ListWord(vocabulary=vocabulary.__name__, word=f"{prefix}x_{uuid.uuid4().hex[:10]}",
                     name={"es": name_es, "en": name_en})
    db.session.add(added)
    db.session.flush()
    book.look()
    return added


def _names(vocabulary: type[Extensible], word: str) -> list[str]:
    entry = book.entries.get((vocabulary.__name__, str(word)))
    return list(entry.name.values()) if entry and entry.name else []


def retire_word(vocabulary: type[Extensible], prefix: str, word: str) -> None:
    """Forms no longer offer it, or offer it again; what is recorded with it stays, and is counted."""
    book.look()
    if word not in {str(each) for each in vocabulary.every() if each.startswith(prefix)}:
        raise RuleBroken(_("Choose one of the options"))
    found = db.session.scalar(
        sa.select(ListWord).where(ListWord.vocabulary == vocabulary.__name__, ListWord.word == word)
    )
    if found is None:
        found = ListWord(vocabulary=vocabulary.__name__, word=str(vocabulary(word)))
        db.session.add(found)
    if not found.is_retired and not any(each.startswith(prefix) and each != word for each in vocabulary.offered()):
        raise RuleBroken(_("It is the last word of the list: add another one first"))
    found.is_retired = not found.is_retired
    db.session.flush()
    book.look()


def mark_day(
    *, day: date, canton: str | None, is_worked: bool, is_yearly: bool, name_es: str, name_en: str,
) -> CalendarDay:
    """A day is given free (a decree, a local holiday) or struck out of the holidays: it is worked."""
    for each in queries.calendar_days():
        if (each.day, each.canton) == (day, canton):
            raise RuleBroken(_("This day is written down already. Take it back first."), "day")
    if not is_worked and not name_es:
        raise RuleBroken(_("Write why it is free"), "name_es")
    marked = CalendarDay(day=day, canton=canton, is_worked=is_worked, is_yearly=is_yearly,
                         name={"es": name_es, "en": name_en or name_es} if name_es else None)
    db.session.add(marked)
    return marked


def unmark_day(marked: CalendarDay) -> None:
    """It counts again as the law has it."""
    db.session.delete(marked)
