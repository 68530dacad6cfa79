"""Counting everything anew: what is kept is compared with the records, and mended where it differs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from shelter.audit import Actor, work
from shelter.audit.work import quietly
from shelter.db import db
from shelter.db.base import in_portions, is_sqlite

from .kept import edition, is_current
from .models import Tally, TallyEdition
from .settling import add, rows_of
from .tallies import SPINE, Counts, count, difference

PEOPLE, ROWS = 500, 5_000
"""People who are counted at a time; rows that are mended in one transaction: some hundredths of a second."""
Progress = Callable[[int], object]


def how_many() -> int:
    """How many people there are to count: for a progress bar."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(SPINE.person)) or 0


def compare(progress: Progress = lambda count: None) -> Counts:
    """What would have to be added to the kept figures so that they are right: nothing, when they are.

    Everything is read from one picture of the database; who writes meanwhile is not disturbed and does no harm.
    """
    with _one_picture() as connection:
        counted: Counts = defaultdict(Counter)
        for people in in_portions(list(connection.scalars(sa.select(SPINE.person.id))), PEOPLE):
            for place, page in count(connection, people).items():
                counted[place].update(page)
            progress(len(people))
        return difference(counted, _stored(connection))


def rebuild(*, by: Actor, progress: Progress = lambda count: None) -> int:
    """Mend what differs; how many kept figures did. Beside a working server nobody waits for it.

    What is added is what was missing in one picture: whatever was kept since then stays right.
    """
    found = rows_of(compare(progress))
    for portion in in_portions(found, ROWS):
        changes: Counts = defaultdict(Counter)
        for bucket, house, code, fact, word, foundation, more in portion:
            changes[bucket, foundation, house][code, fact, word] = more
        quietly(partial(add, changes=changes))
    with work("figures.rebuild", by=by, edition=edition(), rows=len(found)):
        db.session.merge(TallyEdition(id=1, edition=edition()))
    return len(found)


def distrust() -> None:
    """What is kept is not read until all is counted anew: for whoever writes many records past it."""
    db.session.merge(TallyEdition(id=1, edition=""))


def bring_up_to_date(*, by: Actor, progress: Progress = lambda count: None) -> int | None:
    """Count everything where that was never done, or in another way; None where it is not needed."""
    if is_current():
        return None
    db.session.rollback()
    return rebuild(by=by, progress=progress)


@contextmanager
def _one_picture() -> Iterator[sa.Connection]:
    options: dict[str, Any] = {} if is_sqlite() else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**options) as connection:
        yield connection


def _stored(connection: sa.Connection) -> Counts:
    stored: Counts = defaultdict(Counter)
    query = sa.select(Tally.bucket, Tally.foundation_id, Tally.house_id, Tally.code, Tally.fact, Tally.word,
                      Tally.count)
    for *place, code, fact, word, number in connection.execution_options(yield_per=ROWS).execute(query):
        stored[tuple(place)][code, fact, word] = number  # type: ignore[index]
    return stored
