"""Search by name: an index in this process's memory, never on disk. What others write is read off the audit trail."""

from __future__ import annotations

import bisect
import json
import logging
import re
import sys
import threading
import unicodedata
import uuid
from array import array
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from heapq import merge
from itertools import chain, groupby, islice, repeat

import sqlalchemy as sa
from flask import Flask

from shelter.access import Permission, Reader, foundations_of
from shelter.audit import AuditEntry
from shelter.audit.models import IS_SEARCH
from shelter.audit.work import Aside, quietly
from shelter.calendar import now
from shelter.crypto import Damaged
from shelter.db import Compartment, DataKey, Instant, db, rows_of, value_of, vault
from shelter.db.sealed import KEY_ID
from shelter.db.written import ask, id_of
from shelter.rounds import every

from . import queries, rules
from .models import Person
from .records import SavedSearch

log = logging.getLogger("shelter")
OFTEN, AT_ONCE = "person.search_often", 10
MOST = 20
"""Cases shown: who needs another writes more of the name, and a loose word puts few people on the screen."""
FIRST, PORTION = 24, 400
"""Persons asked for at once: mostly the first few fill the page."""
SPELLINGS = (
    (r"^x(?=[aeiou])", "j"),
    (r"qu(?=[ei])|c(?=[aourlkt]|$)|q", "k"),
    (r"h?u(?=[aeiou])|gu(?=[aeo])|w", "w"),
    (r"ll|y(?=[aeiou])", "y"),
    (r"[zx](?=$|[^aeiou])|[zsc]", "s"),
    (r"[jx]|g(?=[ei])", "j"),
    (r"v", "b"),
    (r"ph", "f"),
    (r"h", ""),
    (r"y$", "i"),
    (r"(.)\1+", r"\1"),
)
"""Spanish spellings that sound alike: Guamán/Huamán, Quispe/Kispe, Vásquez/Básquez, Cevallos/Zeballos."""
_compiled = [(re.compile(pattern), to) for pattern, to in SPELLINGS]


def sounds(name: str) -> list[str]:
    """Each word of a name as it sounds: no accents, one spelling for one sound."""
    return [sound for part in _parts(name) if (sound := _sound(part))]


def beginnings(part: str) -> set[str]:
    """What the sound of a word may begin with whose first letters these are: more letters may change the last sound."""
    found = {_sound(part)}
    if part[-1] in _UNDECIDED:
        found |= {_sound(part + more)[:-1] for more in "aei"}
    return found - {""}


_UNDECIDED = frozenset("cghlpquxyz")


def _parts(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.lower())
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


@lru_cache(maxsize=2_000)
def _sound(part: str) -> str:
    for pattern, to in _compiled:
        part = pattern.sub(to, part)
    return part


@dataclass
class NameIndex:
    """Which persons' names have a sound. A person's place is a number; changed, a person gets a new one, the last.

    Flat arrays, their places in order: some 40 bytes a person.
    """

    seen: int = -1
    _ids: bytearray = field(default_factory=bytearray)
    _foundations: list[uuid.UUID] = field(default_factory=list)
    _foundation: bytearray = field(default_factory=bytearray)
    _postings: dict[str, array[int]] = field(default_factory=dict)
    _sounds: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, words: str, foundations: Collection[uuid.UUID] | None = None) -> Iterator[uuid.UUID]:
        """Persons whose names have every word, or its beginning, in any order; the newest first.

        Those of some foundations, or of all (None).
        """
        with self._lock:
            self._catch_up()
            rarest, *others = sorted(map(self._with, _parts(words)), key=_length) or [[]]
            newest_first, marks = [reversed(places) for places in rarest], [self._marks(each) for each in others]
            ids, of_place, allowed = self._ids, self._foundation, self._numbers(foundations)
        for place, _again in groupby(merge(*newest_first, reverse=True)):
            if of_place[place] in allowed and all(each[place] for each in marks):
                yield id_of(int.from_bytes(ids[16 * place : 16 * place + 16]))

    def _numbers(self, foundations: Collection[uuid.UUID] | None) -> set[int]:
        """What stands for these foundations, or for all. Nothing stands for none: that place is empty."""
        known = enumerate(self._foundations, 1)
        return {MANY, *(number for number, each in known if foundations is None or each in foundations)}

    def _with(self, part: str) -> list[array[int]]:
        """Where persons are who have a name that begins so, by its sound."""
        found = {sound for begun in beginnings(part) for sound in self._beginning_with(begun)}
        return [self._postings[sound] for sound in found]

    def _marks(self, postings: list[array[int]]) -> bytearray:
        """A mark for each of these places."""
        marks = bytearray(len(self._foundation))
        for place in chain.from_iterable(postings):
            marks[place] = 1
        return marks

    def _beginning_with(self, begun: str) -> Iterator[str]:
        if len(self._sounds) != len(self._postings):
            self._sounds = sorted(self._postings)
        for place in range(bisect.bisect_left(self._sounds, begun), len(self._sounds)):
            if not self._sounds[place].startswith(begun):
                return
            yield self._sounds[place]

    def catch_up(self) -> None:
        """Read what changed since the last look: all persons at first, then those the audit trail names."""
        with self._lock:
            self._catch_up()

    def _catch_up(self) -> None:
        news = rows_of(_NEWS, seq=self.seen if self.seen >= 0 else NEVER)
        head = max(each.seq or 0 for each in news)
        ids, whole = _changed(each.detail for each in news if each.detail)
        if whole or self.seen < 0 or head < self.seen:
            self._read_all()
        elif ids:
            self._read_changed(ids)
        self.seen = head

    @property
    def size(self) -> int:
        """Bytes in memory."""
        texts = sum(sys.getsizeof(each) + sys.getsizeof(text) for text, each in self._postings.items())
        return len(self._ids) + len(self._foundation) + texts + sys.getsizeof(self._postings)

    def _read_all(self) -> None:
        """Every person, in whatever order they come; then places by age."""
        self._ids, self._foundation, self._foundations = bytearray(), bytearray(), []
        self._postings, self._sounds = {}, []
        made = array("d")
        for rows in db.session.execute(_EVERYONE.execution_options(yield_per=1000)).partitions():
            for moment, *person in rows:
                made.append(moment.timestamp())
                self._put(*person)
        order = sorted(range(len(made)), key=made.__getitem__)
        places = array("I", bytes(4 * len(made)))
        for place, was in enumerate(order):
            places[was] = place
        self._ids = bytearray().join(self._ids[16 * was : 16 * was + 16] for was in order)
        self._foundation = bytearray(self._foundation[was] for was in order)
        for sound, postings in self._postings.items():
            self._postings[sound] = array("I", sorted(map(places.__getitem__, postings)))

    def _read_changed(self, ids: set[uuid.UUID]) -> None:
        for person_id in ids:
            for place in self._places_of(person_id):
                self._foundation[place] = NOBODY
        for person in rows_of(_SOME, ids=list(ids)):
            self._put(*person)

    def _places_of(self, person_id: uuid.UUID) -> Iterator[int]:
        at = self._ids.find(person_id.bytes)
        while at >= 0:
            if at % 16 == 0:
                yield at // 16
            at = self._ids.find(person_id.bytes, at + 1)

    def _put(self, person_id: uuid.UUID, foundation_id: uuid.UUID, key: uuid.UUID | None, wrapped: bytes,
             *sealed: bytes | None) -> None:
        place = len(self._foundation)
        self._ids += person_id.bytes
        self._foundation.append(self._number(foundation_id))
        names = _names(person_id, key, wrapped, sealed)
        for sound in {sound for name in names for sound in sounds(name)}:
            if sound not in self._postings:
                self._postings[sound] = array("I")
            self._postings[sound].append(place)

    def _number(self, foundation_id: uuid.UUID) -> int:
        """Of a foundation, from 1; those that come after the 254th share one, and the query alone keeps them apart."""
        if foundation_id not in self._foundations:
            self._foundations.append(foundation_id)
        return min(self._foundations.index(foundation_id) + 1, MANY)


NOBODY, MANY = 0, 255
NEVER = 2**62
_FIELDS = (Person.name_used, Person.names, Person.surnames)
_SOME = (
    sa.select(
        Person.id, Person.foundation_id, DataKey.id, DataKey.wrapped,
        Person.name_used_sealed, Person.names_sealed, Person.surnames_sealed,
    )
    .outerjoin(DataKey, sa.and_(DataKey.owner_id == Person.id, DataKey.owner_kind == "person",
                                DataKey.compartment == Compartment.CORE.value))
)
_EVERYONE = _SOME.with_only_columns(Person.made_at, *_SOME.selected_columns)
_SOME = _SOME.where(Person.id.in_(sa.bindparam("ids", expanding=True)))
index = NameIndex()


def read_names(app: Flask) -> None:
    """When a worker starts, beside its work: who searches first need not wait for it."""
    with app.app_context():
        try:
            index.catch_up()
        except (sa.exc.SQLAlchemyError, Damaged) as error:
            log.warning("the names could not be read when the worker started: %s", type(error).__name__)


def _length(postings: list[array[int]]) -> int:
    return sum(map(len, postings))


def _names(person_id: uuid.UUID, key: uuid.UUID | None, wrapped: bytes, sealed: Iterable[bytes | None]) -> list[str]:
    """The names of a person; a damaged one is nobody's name, and the page that should show it says so."""
    found = []
    with suppress(Damaged):
        box = vault.opened(key, wrapped, "person", person_id, Compartment.CORE.value) if key else None
        for field_, each in zip(_FIELDS, sealed, strict=True):
            if each:
                at_hand = box if key and each[KEY_ID] == key.bytes else None
                found.append(str(field_.open(each, person_id, at_hand)))
    return found


def _changed(details: Iterable[str]) -> tuple[set[uuid.UUID], bool]:
    """Persons that audit rows name, and whether whole tables were written at once."""
    ids: set[uuid.UUID] = set()
    for detail in map(json.loads, details):
        if "bulk" in detail:
            return set(), True
        ids.update(uuid.UUID(each["id"]) for each in detail["changes"] if each["table"] == "person")
    return ids, False


_news = sa.union_all(
    sa.select(sa.func.max(AuditEntry.seq).label("seq"), sa.null().label("detail")),
    sa.select(AuditEntry.seq, AuditEntry.detail).where(
        AuditEntry.seq > sa.bindparam("seq"),
        sa.or_(AuditEntry.detail.contains('"table":"person"'), AuditEntry.detail.contains('"bulk"')),
    ),
).subquery()
_NEWS = sa.select(_news.c.seq, _news.c.detail)
"""The end of the trail, then what it says of persons: in one statement, so that nothing comes in between."""


def search(reader: Reader, words: str) -> list[dict[str, object]]:
    """The cases within reach whose person has that name, document or telephone: at most one more than is shown."""
    exact = _exact(words)
    if exact:
        return queries.of_persons(reader, exact)
    found: list[dict[str, object]] = []
    persons = index.find(words, foundations_of(reader, Permission.PERSON_SEARCH))
    for size in chain((FIRST,), repeat(PORTION)):
        if not (some := list(islice(persons, size))):
            break
        found += queries.of_persons(reader, some, MOST + 1 - len(found))
        if len(found) > MOST:
            break
    return found


def _exact(words: str) -> list[uuid.UUID]:
    """Persons with exactly that document or telephone, by keyed digest."""
    if not re.search(r"\d{4}", words):
        return []
    digests = [
        vault.keys.lookup("document", rules.clean_document(words)),
        vault.keys.lookup("phone", rules.clean_phone(words)),
    ]
    return list(
        db.session.scalars(
            sa.select(Person.id)
            .where(sa.or_(Person.document_lookup == digests[0], Person.phone_lookup == digests[1]))
            .limit(PORTION)
        )
    )


def remember(staff_id: uuid.UUID, words: str) -> tuple[uuid.UUID, Aside]:
    """A token for the words, and what keeps them half an hour, sealed under the searcher's key."""
    token, key_id = uuid.uuid4(), vault.key_for("staff", staff_id, Compartment.CORE)
    sealed = SavedSearch.words.seal(words[:200], token, key_id, vault.box(key_id))
    kept = {"id": token, "staff_id": staff_id, "expires_at": now() + timedelta(minutes=30), "words_sealed": sealed}
    return token, lambda connection: ask(connection, _KEEP, kept)


def is_one_too_many(staff_id: uuid.UUID) -> bool:
    """Whether the search that is being made is the 31st within an hour, or one of the next, and nobody was told yet.

    One of the next: two that are made at the same moment do not count each other.
    """
    within = {"staff_id": staff_id, "since": now() - timedelta(hours=1)}
    earlier = value_of(_LATELY, **within) - rules.MOST_SEARCHES
    return 0 <= earlier < AT_ONCE and not rows_of(_TOLD, **within)


_BY = AuditEntry.actor_id == sa.bindparam("staff_id")
_SINCE = AuditEntry.at > sa.bindparam("since", type_=Instant)
_LATELY = sa.select(sa.func.count()).select_from(
    sa.select(AuditEntry.at).where(_BY, _SINCE, IS_SEARCH).limit(rules.MOST_SEARCHES + AT_ONCE).subquery()
)
_TOLD = sa.select(AuditEntry.seq).where(_BY, _SINCE, AuditEntry.action == OFTEN).limit(1)


@every(hours=1)
def forget_searches() -> None:
    """Words whose half hour is over."""
    quietly(lambda connection: connection.execute(_EXPIRED, {"now": now()}))


_KEEP = sa.insert(SavedSearch.__table__).inline()  # type: ignore[arg-type]
_EXPIRED = sa.delete(SavedSearch.__table__).where(SavedSearch.expires_at < sa.bindparam("now"))  # type: ignore[arg-type]


def remembered(staff_id: uuid.UUID, token: str) -> str | None:
    """The words of a search of one's own, while they are kept."""
    try:
        found = rows_of(_KEPT, id=uuid.UUID(token), staff_id=staff_id, now=now())
    except ValueError:
        return None
    with suppress(Damaged):
        return str(SavedSearch.words.open(found[0].words_sealed, found[0].id)) if found else None
    return None


_KEPT = sa.select(SavedSearch.id, SavedSearch.words_sealed).where(
    SavedSearch.id == sa.bindparam("id"),
    SavedSearch.staff_id == sa.bindparam("staff_id", type_=SavedSearch.id.type),
    SavedSearch.expires_at > sa.bindparam("now"),
)
