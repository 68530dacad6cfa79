"""Is anything damaged? Every page of the database, every reference, sealed value, row of the trail and kept figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from shelter.audit import verify
from shelter.crypto import Damaged
from shelter.db import Model, db, vault
from shelter.db.base import is_sqlite
from shelter.db.sealed import KEY_ID, DataKey, Sealed, context_of
from shelter.indicators import recounting
from shelter.texts import say as _

PORTION, FEW = 2_000, 4
"""Rows read at a time: short values, and files of some megabytes."""
LARGE = 4096  # bytes of padding from which on a field holds files
Progress = Callable[[int], object]
"""Told how many values more were opened."""


@dataclass
class Report:
    """What was looked at, and what is wrong: a table and field with how many values, never what is in them."""

    values: int = 0
    keys: int = 0
    rows_of_trail: int = 0
    damaged: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong."""
        return self.is_whole and not self.figures

    @property
    def is_whole(self) -> bool:
        """True when every record is: figures that are kept can be counted anew."""
        return not self.damaged and not self.problems

    @property
    def lines(self) -> list[str]:
        """Each thing that is wrong, as a sentence."""
        return [*self.problems, *self.figures, *(
            _("%(table)s, %(field)s: %(count)s values cannot be opened", table=table, field=name, count=count)
            for (table, name), count in sorted(self.damaged.items())
        )]


Check = Callable[[Report, Progress], object]
CHECKS: list[Check] = []
"""What features keep outside of sealed columns and want opened too; each adds to `report.damaged`."""


def checks(check: Check) -> Check:
    """Have something more looked at by `shelter verify`, the nightly job and the drill."""
    CHECKS.append(check)
    return check


def check(progress: Progress = lambda count: None) -> Report:
    """Look at everything."""
    report = Report()
    db.session.rollback()
    vault.use(vault.keys)  # what was opened before says nothing about what lies there now
    try:
        report.problems += _integrity()
        _keys(report, progress)
        for model, fields in _sealed_models():
            _fields(report, model, fields, progress)
        for more in CHECKS:
            more(report, progress)
        report.figures += recounting.differences(progress)
    except sa.exc.DatabaseError as error:  # a page that cannot even be read
        if isinstance(error, sa.exc.OperationalError) and not is_sqlite():
            raise
        report.problems.append(_("the database cannot be read: %(why)s", why=str(error.orig).splitlines()[0]))
        db.session.rollback()
        return report
    verdict = verify()
    report.rows_of_trail = verdict.rows
    if not verdict.is_sound:
        report.problems.append(_("the audit trail is not whole: %(why)s", why=verdict.problem))
    return report


def how_many() -> int:
    """About how much there is to open: for a progress bar."""
    keys = db.session.scalar(sa.select(sa.func.count()).select_from(DataKey)) or 0
    return keys + recounting.how_many() + sum(
        db.session.scalar(sa.select(sa.func.count(getattr(model, each.column)))) or 0
        for model, fields in _sealed_models() for each in fields.values()
    )


def _sealed_models() -> Iterator[tuple[Any, dict[str, Sealed]]]:
    for mapper in sorted(Model.registry.mappers, key=lambda each: each.class_.__name__):
        if fields := getattr(mapper.class_, "sealed_fields", None):
            yield mapper.class_, fields


def _integrity() -> list[str]:
    connection = db.session.connection()
    if not is_sqlite():
        return [_("%(table)s refers to rows that are not there (%(count)s)", table=table, count=count)
                for table, count in _orphans(connection)]
    said = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    found = [_("the database file is damaged: %(why)s", why=line) for line in said if line != "ok"]
    orphans = Counter(row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    return found + [_("%(table)s refers to rows that are not there (%(count)s)", table=table, count=count)
                    for table, count in sorted(orphans.items())]


def _orphans(connection: sa.Connection) -> Iterator[tuple[str, int]]:
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            parent = key.referred_table.alias()
            pairs = [(each.parent, parent.c[each.column.name]) for each in key.elements]
            there = sa.exists().where(*(own == theirs for own, theirs in pairs))
            query = sa.select(sa.func.count()).select_from(table).where(
                *(own.is_not(None) for own, _theirs in pairs), ~there,
            )
            if count := connection.scalar(query):
                yield table.name, count


def _keys(report: Report, progress: Progress) -> None:
    columns = (DataKey.id, DataKey.wrapped, DataKey.owner_kind, DataKey.owner_id, DataKey.compartment)
    for rows in _portions(sa.select(*columns), PORTION):
        for key_id, wrapped, kind, owner, compartment in rows:
            report.keys += 1
            try:
                vault.keys.unwrap(wrapped, context_of(key_id, kind, owner, compartment))
            except Damaged:
                report.damaged["data_key", "wrapped"] += 1
        progress(len(rows))


def _fields(report: Report, model: Any, fields: dict[str, Sealed], progress: Progress) -> None:
    columns = [getattr(model, each.column) for each in fields.values()]
    some = sa.or_(*(column.is_not(None) for column in columns))
    at_once = FEW if any(each.step >= LARGE for each in fields.values()) else PORTION
    for rows in _portions(sa.select(model.id, *columns).where(some), at_once):
        there = [(row[0], name, each, sealed) for row in rows
                 for (name, each), sealed in zip(fields.items(), row[1:], strict=True) if sealed is not None]
        boxes = _boxes({sealed[KEY_ID] for _id, _name, _each, sealed in there})
        for row_id, name, each, sealed in there:
            report.values += 1
            try:
                box = boxes.get(sealed[KEY_ID])
                if box is None:
                    raise Damaged("its key is gone")
                each.open(sealed, row_id, box)
            except (Damaged, ValueError):  # or what came out is no text, no date
                report.damaged[model.__tablename__, name] += 1
        progress(len(there))


def _boxes(key_ids: set[bytes]) -> dict[bytes, Any]:
    """The opened keys; one that is damaged itself was counted already and does not hide the others."""
    found: dict[bytes, Any] = {}
    try:
        return vault.fetch(key_ids)
    except Damaged:
        for key_id in key_ids:
            try:
                found |= vault.fetch([key_id])
            except Damaged:
                continue
    return found


def _portions(query: Any, size: int) -> Iterator[list[Any]]:
    """All rows of a query, some at a time, on a connection of their own."""
    with db.engine.connect() as connection:
        for rows in connection.execution_options(yield_per=size).execute(query).partitions():
            yield list(rows)
