"""Search by name: an index in this process's memory, never on disk. What others write is read off the audit trail."""

from __future__ import annotations

import bisect
import json
import re
import threading
import unicodedata
import uuid
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from shelter.access import Permission, Reader, foundations_of
from shelter.audit import AuditEntry
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import Rows, db, rows_of, value_of, vault
from shelter.db.sealed import KEY_ID
from shelter.jobs import every

from . import queries, rules
from .models import Person
from .records import SavedSearch

FIRST, PORTION = 100, 400
"""Persons asked for at once: mostly the first hundred fill the page."""
SPELLINGS = (
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
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(letter)
    )
    return [sound for part in re.findall(r"[a-z0-9]+", plain) if (sound := _sound(part))]


def _sound(part: str) -> str:
    part = re.sub(r"^x", "j", part).replace("ñ", "n")
    for pattern, to in _compiled:
        part = pattern.sub(to, part)
    return part


@dataclass
class NameIndex:
    """Postings: each sound to the places of the persons who have it."""

    seen: int = -1
    persons: list[uuid.UUID] = field(default_factory=list)
    foundations: list[uuid.UUID] = field(default_factory=list)
    _place: dict[uuid.UUID, int] = field(default_factory=dict)
    _postings: dict[str, array[int]] = field(default_factory=dict)
    _sounds: list[str] = field(default_factory=list)
    _is_sorted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, words: str) -> list[int]:
        """Places of persons whose names have every word, or its beginning, in any order; newest first."""
        self.catch_up()
        found: set[int] | None = None
        for sound in sounds(words):
            places = set().union(*(self._postings[each] for each in self._beginning_with(sound)))
            found = places if found is None else found & places
            if not found:
                return []
        return sorted(found or (), reverse=True)

    def _beginning_with(self, sound: str) -> Iterator[str]:
        if not self._is_sorted:
            self._sounds, self._is_sorted = sorted(self._postings), True
        for place in range(bisect.bisect_left(self._sounds, sound), len(self._sounds)):
            if not self._sounds[place].startswith(sound):
                return
            yield self._sounds[place]

    def catch_up(self) -> None:
        """Read what changed since the last look: all persons at first, then those the audit trail names."""
        with self._lock:
            head = value_of(_HEAD) or 0
            if self.seen < 0 or head < self.seen:
                self._forget()
                self._read(sa.select(*_COLUMNS).order_by(Person.made_at))
            elif head > self.seen:
                self._read_changed()
            self.seen = head

    def _forget(self) -> None:
        self.persons, self.foundations = [], []
        self._place, self._postings, self._is_sorted = {}, {}, False

    def _read_changed(self) -> None:
        ids, whole = _changed_since(self.seen)
        if whole:
            self._forget()
            self._read(sa.select(*_COLUMNS).order_by(Person.made_at))
        elif ids:
            self._read(sa.select(*_COLUMNS).where(Person.id.in_(ids)))

    def _read(self, query: Rows) -> None:
        for rows in db.session.execute(query.execution_options(yield_per=5000)).partitions():
            vault.fetch(each[KEY_ID] for row in rows for each in row[2:] if each)
            for person_id, foundation_id, *sealed in rows:
                names = [field.open(each, person_id) for field, each in zip(_FIELDS, sealed, strict=True) if each]
                self._put(person_id, foundation_id, " ".join(names))

    def _put(self, person_id: uuid.UUID, foundation_id: uuid.UUID, names: str) -> None:
        if person_id not in self._place:
            self._place[person_id] = len(self.persons)
            self.persons.append(person_id)
            self.foundations.append(foundation_id)
        place = self._place[person_id]
        for sound in set(sounds(names)):
            if sound not in self._postings:
                self._postings[sound], self._is_sorted = array("L"), False
            if place not in self._postings[sound][-1:] and place not in self._postings[sound]:
                self._postings[sound].append(place)


_HEAD = sa.select(sa.func.max(AuditEntry.seq))
_COLUMNS = (Person.id, Person.foundation_id, Person.name_used_sealed, Person.names_sealed, Person.surnames_sealed)
_FIELDS = (Person.name_used, Person.names, Person.surnames)
index = NameIndex()


def _changed_since(seq: int) -> tuple[set[uuid.UUID], bool]:
    """Persons changed after an audit row, and whether whole tables were written at once."""
    ids: set[uuid.UUID] = set()
    for (text,) in rows_of(_CHANGES, seq=seq):
        detail = json.loads(text)
        if "bulk" in detail:
            return set(), True
        ids.update(uuid.UUID(each["id"]) for each in detail["changes"] if each["table"] == "person")
    return ids, False


_CHANGES = sa.select(AuditEntry.detail).where(
    AuditEntry.seq > sa.bindparam("seq"),
    sa.or_(AuditEntry.detail.contains('"table":"person"'), AuditEntry.detail.contains('"bulk"')),
)


def search(reader: Reader, words: str) -> list[dict[str, object]]:
    """The cases within reach whose person has that name, document or telephone; at most a page of them."""
    exact = _exact(words)
    if exact:
        return queries.of_persons(reader, exact)
    found: list[dict[str, object]] = []
    for person_ids in _portions(reader, index.find(words)):
        found += queries.of_persons(reader, person_ids, queries.PAGE - len(found))
        if len(found) >= queries.PAGE:
            break
    return found


def _portions(reader: Reader, places: list[int]) -> Iterator[list[uuid.UUID]]:
    allowed = foundations_of(reader, Permission.PERSON_SEARCH)
    ids = [index.persons[place] for place in places if allowed is None or index.foundations[place] in allowed]
    yield ids[:FIRST]
    for start in range(FIRST, len(ids), PORTION):
        yield ids[start : start + PORTION]


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


def remember(staff_id: uuid.UUID, words: str) -> SavedSearch:
    """Keep the words half an hour, sealed under the searcher's key; forget older ones."""
    db.session.connection().execute(_EXPIRED, {"now": now()})
    kept = SavedSearch(staff_id=staff_id, expires_at=now() + timedelta(minutes=30), words=words[:200])
    db.session.add(kept)
    return kept


@every(hours=1)
def forget_searches() -> None:
    """Words whose half hour is over."""
    quietly(lambda connection: connection.execute(_EXPIRED, {"now": now()}))


_EXPIRED = sa.delete(SavedSearch.__table__).where(SavedSearch.expires_at < sa.bindparam("now"))  # type: ignore[arg-type]


def remembered(staff_id: uuid.UUID, token: str) -> str | None:
    """The words of a search of one's own, while they are kept."""
    try:
        found = rows_of(_KEPT, id=uuid.UUID(token), staff_id=staff_id, now=now())
    except ValueError:
        return None
    return str(SavedSearch.words.open(found[0].words_sealed, found[0].id)) if found else None


_KEPT = sa.select(SavedSearch.id, SavedSearch.words_sealed).where(
    SavedSearch.id == sa.bindparam("id"),
    SavedSearch.staff_id == sa.bindparam("staff_id"),
    SavedSearch.expires_at > sa.bindparam("now"),
)
