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
from shelter.texts import say_many

from .kept import VALUE, edition, is_current, kept_edition
from .models import TallyEdition
from .pages import Key, Stock, add, by_page, everything, straighten
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
    return _looked_at(progress)[0]


def _looked_at(progress: Progress = lambda count: None) -> tuple[Counts, Stock]:
    """What would have to be added, and what is kept."""
    with _one_picture() as connection:
        counted: Counts = defaultdict(Counter)
        for people in in_portions(list(connection.scalars(sa.select(as_text(SPINE.person.id)))), PEOPLE):
            for place, page in count(connection, people).items():
                counted[place].update(page)
            progress(len(people))
        kept = everything(connection)
        return difference(counted, kept.counts), kept


def rebuild(*, by: Actor, progress: Progress = lambda count: None) -> int:
    """Mend what differs; how many kept figures did. Beside a working server nobody waits for it.

    What is added is what was missing in one picture: whatever was kept since then stays right.
    """
    spoiled = _straighten()
    found = by_page(compare(progress))
    for portion in in_portions(list(found.items()), PAGES):
        quietly(partial(add, changes=dict(portion)))
    with work("figures.rebuild", by=by, edition=edition(), pages=len(found.keys() | spoiled)):
        db.session.merge(TallyEdition(id=1, edition=edition()))
    return len(found.keys() | spoiled)


def _straighten() -> set[Key]:
    """Mend the pages themselves; nothing that is kept is read meanwhile, as those that were unreadable are empty."""
    with _one_picture() as connection:
        kept = everything(connection)
    if kept.spoiled:
        _begin_edition()
        quietly(partial(_mend, kept=kept))
    return kept.spoiled


def _mend(connection: sa.Connection, kept: Stock) -> None:
    connection.execute(sa.update(TallyEdition).values(edition=""))
    straighten(connection, kept)


def _begin_edition() -> None:
    """A row that says by which definitions is counted, where there is none yet."""
    if kept_edition() is None:
        quietly(lambda connection: connection.execute(sa.insert(TallyEdition).values(id=1, edition=edition())))


def differences(progress: Progress = lambda count: None) -> list[str]:
    """What is kept and is not what a count says, as sentences: which figure of which period, never of whom.

    None where nothing is read of it, because all is to be counted anyway.
    """
    if not is_current():
        return []
    db.session.rollback()
    missing, kept = _looked_at(progress)
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (bucket, _foundation, house), cells in missing.items():
        for (code, fact, _word), more in cells.items():
            if (bucket, house, code) not in kept.unreadable:
                found[code, bucket][0] += more if fact == VALUE else 0
                found[code, bucket][1] += 1
    return [
        *sorted({_("%(code)s of %(period)s: what is kept cannot be read", code=code, period=bucket)
                 for bucket, _house, code in kept.unreadable}),
        *sorted({_("%(code)s of %(period)s: what is kept stands under another foundation", code=code, period=bucket)
                 for bucket, _house, code in kept.misplaced}),
        *(_differs(code, bucket, count, -more) for (code, bucket), (more, count) in sorted(found.items())),
    ]


def _differs(code: str, bucket: str, count: int, more: int) -> str:
    values: dict[str, Any] = {"code": code, "period": bucket, "more": f"{more:+d}"}
    if more:
        return say_many(
            "%(code)s of %(period)s: %(num)s kept count differs from the records, the figure itself by %(more)s",
            "%(code)s of %(period)s: %(num)s kept counts differ from the records, the figure itself by %(more)s",
            count, **values,
        )
    return say_many(
        "%(code)s of %(period)s: %(num)s kept count differs from the records; the figure itself is right",
        "%(code)s of %(period)s: %(num)s kept counts differ from the records; the figure itself is right",
        count, **values,
    )


def distrust() -> None:
    """What is kept is not read until all is counted anew: for whoever writes many records past it."""
    db.session.merge(TallyEdition(id=1, edition=""))


def bring_up_to_date(*, by: Actor, progress: Progress = lambda count: None) -> int | None:
    """Count everything where that was never done, or in another way; None where it is not needed."""
    _begin_edition()
    if is_current():
        return None
    db.session.rollback()
    return rebuild(by=by, progress=progress)


@contextmanager
def _one_picture() -> Iterator[sa.Connection]:
    options: dict[str, Any] = {} if is_sqlite() else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**options) as connection:
        yield connection
