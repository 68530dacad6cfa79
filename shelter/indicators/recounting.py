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
from shelter.db.among import as_text
from shelter.db.base import in_portions, is_sqlite
from shelter.texts import say as _

from .kept import VALUE, edition, is_current, kept_edition
from .models import TallyEdition
from .pages import add, by_page, everything
from .tallies import SPINE, Counts, count, difference

PEOPLE, PAGES = 500, 500
"""People who are counted at a time; pages that are mended in one transaction: some hundredths of a second."""
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
        for people in in_portions(list(connection.scalars(sa.select(as_text(SPINE.person.id)))), PEOPLE):
            for place, page in count(connection, people).items():
                counted[place].update(page)
            progress(len(people))
        return difference(counted, everything(connection))


def rebuild(*, by: Actor, progress: Progress = lambda count: None) -> int:
    """Mend what differs; how many kept figures did. Beside a working server nobody waits for it.

    What is added is what was missing in one picture: whatever was kept since then stays right.
    """
    found = by_page(compare(progress))
    for portion in in_portions(list(found.items()), PAGES):
        quietly(partial(add, changes=dict(portion)))
    with work("figures.rebuild", by=by, edition=edition(), pages=len(found)):
        db.session.merge(TallyEdition(id=1, edition=edition()))
    return len(found)


def differences(progress: Progress = lambda count: None) -> list[str]:
    """What is kept and is not what a count says, as sentences: which figure of which period, never of whom.

    None where nothing is read of it, because all is to be counted anyway.
    """
    if not is_current():
        return []
    db.session.rollback()
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (bucket, _foundation, _house), cells in compare(progress).items():
        for (code, fact, _word), more in cells.items():
            found[code, bucket][0] += more if fact == VALUE else 0
            found[code, bucket][1] += 1
    return [
        _("%(code)s of %(period)s: %(count)s kept counts differ from the records, the figure itself by %(more)s",
          code=code, period=bucket, count=count, more=f"{-more:+d}")
        for (code, bucket), (more, count) in sorted(found.items())
    ]


def distrust() -> None:
    """What is kept is not read until all is counted anew: for whoever writes many records past it."""
    db.session.merge(TallyEdition(id=1, edition=""))


def bring_up_to_date(*, by: Actor, progress: Progress = lambda count: None) -> int | None:
    """Count everything where that was never done, or in another way; None where it is not needed."""
    if kept_edition() is None:
        quietly(lambda connection: connection.execute(sa.insert(TallyEdition).values(id=1, edition=edition())))
    if is_current():
        return None
    db.session.rollback()
    return rebuild(by=by, progress=progress)


@contextmanager
def _one_picture() -> Iterator[sa.Connection]:
    options: dict[str, Any] = {} if is_sqlite() else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**options) as connection:
        yield connection
