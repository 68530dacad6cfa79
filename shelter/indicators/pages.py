"""Where figures are kept: one page for each indicator, house and month, quarter or year."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from shelter.db.among import as_text, text_of
from shelter.db.base import is_sqlite
from shelter.db.written import ask, tell, tell_many

from .models import Tally
from .tallies import SPINE, Cell, Counts

Key = tuple[str, str, str]
"""Bucket, house, indicator: in this order pages are held, so that two who add at once never wait in a circle."""
Page = dict[str, dict[str, int]]
"""By fact and word how many; under two empty ones the figure itself."""


@dataclass
class Change:
    """What is added to a page."""

    foundation: str
    cells: list[tuple[str, str, int]]


def by_page(changes: Counts) -> dict[Key, Change]:
    """What is added to which page, in the order of the pages."""
    found: dict[Key, Change] = {}
    for (bucket, foundation, house), cells in changes.items():
        for (code, fact, word), more in cells.items():
            if more:
                found.setdefault((bucket, house, code), Change(foundation, [])).cells.append((fact, word, more))
    return dict(sorted(found.items()))


def add(connection: sa.Connection, changes: dict[Key, Change]) -> None:
    """Add to pages; they are held until the transaction ends."""
    if not changes:
        return
    held = _held_sqlite(connection, changes) if is_sqlite() else _held_postgresql(connection, changes)
    pages = [(*key, change.foundation, _added(held.get(key), change)) for key, change in changes.items()]
    if is_sqlite():
        tell_many(connection, _PUT_SQLITE, pages)
    else:
        tell(connection, _PUT_POSTGRESQL, [[page[place] for page in pages] for place in (0, 1, 2, 4)]).close()


def _added(page: str | None, change: Change) -> str:
    """The page as it is kept from now on. One that cannot be read stays what it is, until all is counted anew."""
    try:
        found: Page = {} if page is None else read(page)
    except Unreadable:
        return page or ""
    for fact, word, more in change.cells:
        words = found.setdefault(fact, {})
        words[word] = words.get(word, 0) + more
        if not words[word]:
            del words[word]
    return _written(found)


def read(page: str) -> Page:
    """A page as it is kept; Unreadable where somebody or something spoiled it."""
    try:
        found: Page = json.loads(page)
        whole = all(type(count) is int for words in found.values() for count in words.values())
    except (ValueError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise Unreadable
    return found


class Unreadable(Exception):
    """What stands on a page is not how many of what."""


_written = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

_PAGE = sa.select(Tally.counts).where(
    Tally.bucket == sa.bindparam("bucket"), Tally.code == sa.bindparam("code"),
    sa.type_coerce(Tally.place_id, sa.String) == sa.bindparam("house"),
)
_PUT_SQLITE = """INSERT INTO tally (bucket, place_id, code, foundation_id, counts) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (bucket, place_id, code) DO UPDATE SET counts = excluded.counts"""
_NAMED = "unnest(%s::varchar[], %s::varchar[]::uuid[], %s::varchar[])"
_HOLD = f"""SELECT bucket, place_id::varchar, code, counts FROM tally
WHERE (bucket, place_id, code) IN (SELECT * FROM {_NAMED}) ORDER BY bucket, place_id, code FOR UPDATE"""  # noqa: S608
_MAKE = """INSERT INTO tally (bucket, place_id, code, foundation_id, counts)
SELECT *, '{}' FROM unnest(%s::varchar[], %s::varchar[]::uuid[], %s::varchar[], %s::varchar[]::uuid[])
ON CONFLICT DO NOTHING"""
_PUT_POSTGRESQL = """UPDATE tally SET counts = given.counts
FROM unnest(%s::varchar[], %s::varchar[]::uuid[], %s::varchar[], %s::text[]) AS given (bucket, place_id, code, counts)
WHERE (tally.bucket, tally.place_id, tally.code) = (given.bucket, given.place_id, given.code)"""


def _held_sqlite(connection: sa.Connection, changes: dict[Key, Change]) -> dict[Key, str]:
    """Whoever writes there writes alone."""
    found = {key: ask(connection, _PAGE, dict(zip(("bucket", "house", "code"), key, strict=True))) for key in changes}
    return {key: rows[0].counts for key, rows in found.items() if rows}


def _held_postgresql(connection: sa.Connection, changes: dict[Key, Change]) -> dict[Key, str]:
    """The pages, which nobody else changes from here on; those that were not there are made."""
    keys = [list(column) for column in zip(*changes, strict=True)]
    found = _hold(connection, keys)
    if len(found) < len(changes):
        tell(connection, _MAKE, [*keys, [change.foundation for change in changes.values()]]).close()
        found = _hold(connection, keys)
    return found


def _hold(connection: sa.Connection, keys: Sequence[list[str]]) -> dict[Key, str]:
    cursor = tell(connection, _HOLD, keys)
    found = {(bucket, house, code): counts for bucket, house, code, counts in cursor.fetchall()}
    cursor.close()
    return found


@dataclass
class Stock:
    """All that is kept, and what is wrong with the pages themselves: unreadable, or under another foundation's name."""

    counts: Counts
    unreadable: list[Key]
    misplaced: dict[Key, str]

    @property
    def spoiled(self) -> set[Key]:
        """The pages that are not as this program writes them."""
        return {*self.unreadable, *self.misplaced}


def everything(connection: sa.Connection) -> Stock:
    """All that is kept; a misplaced page counts where its house belongs, an unreadable one nowhere."""
    found, homes = Stock(defaultdict(Counter), [], {}), _homes(connection)
    query = sa.select(Tally.bucket, as_text(Tally.foundation_id), as_text(Tally.place_id), Tally.code, Tally.counts)
    for bucket, foundation, house, code, page in connection.execute(query):
        home = homes.get(house, foundation)
        if home != foundation:
            found.misplaced[bucket, house, code] = home
        try:
            found.counts[bucket, home, house].update(dict(_cells(code, read(page))))
        except Unreadable:
            found.unreadable.append((bucket, house, code))
    return found


def _homes(connection: sa.Connection) -> dict[str, str]:
    """The foundation of each house, and of itself."""
    return {text_of(place): text_of(house.foundation_id) for house in connection.execute(SPINE.houses)
            for place in (house.id, house.foundation_id)}


def straighten(connection: sa.Connection, kept: Stock) -> None:
    """Put pages under their own foundation; empty those that cannot be read, to be filled by a count that follows."""
    for key, home in kept.misplaced.items():
        tell(connection, _MOVE[is_sqlite()], (home, *key)).close()
    for key in kept.unreadable:
        tell(connection, _EMPTY[is_sqlite()], key).close()


_OF_PAGE = {True: "(bucket, place_id, code) = (?, ?, ?)", False: "(bucket, place_id, code) = (%s, %s::uuid, %s)"}
_MOVE = {True: f"UPDATE tally SET foundation_id = ? WHERE {_OF_PAGE[True]}",  # noqa: S608
         False: f"UPDATE tally SET foundation_id = %s::uuid WHERE {_OF_PAGE[False]}"}  # noqa: S608
_EMPTY = {sqlite: f"UPDATE tally SET counts = '{{}}' WHERE {page}" for sqlite, page in _OF_PAGE.items()}  # noqa: S608


def _cells(code: str, page: Page) -> Iterator[tuple[Cell, int]]:
    return (((code, fact, word), count) for fact, words in page.items() for word, count in words.items())
