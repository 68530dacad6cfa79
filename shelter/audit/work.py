"""`work()` is the one place that commits: a change and its audit row, together or not at all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapper, Session, UOWTransaction

from shelter.calendar import now
from shelter.db import db, vault
from shelter.db.base import begin_writing, read_again, write_at_once, writing_aside

from .anchors import anchor_now_and_then
from .chain import append
from .models import Actor

Aside = Callable[[sa.Connection], Any]
"""Something small to be written on a connection of its own."""


@dataclass(frozen=True)
class Written:
    """A row that was written: its record, `new`, `set` or `del`, and which of its columns were."""

    record: Any
    verb: str
    columns: frozenset[str]


LAST: list[Callable[[list[Written]], object]] = []


def last(do: Callable[[list[Written]], object]) -> Callable[[list[Written]], object]:
    """Have something done in each change, when all else is done and before its audit row: it is told what was written.

    It may write, but not through the session.
    """
    LAST.append(do)
    return do


@dataclass
class Work:
    """What is being done, for the audit row; a view may add to `detail` (never content, never a searched word).

    `decision` is `refused` where what is done is to write down that somebody was.
    """

    action: str
    by: Actor
    on: Any = None
    detail: dict[str, Any] = field(default_factory=dict)
    decision: str = "allowed"

    def row(self, changes: list[dict[str, str]]) -> dict[str, Any]:
        """The audit row, before it is put into the chain."""
        detail = {**self.detail, **({"changes": changes} if changes else {})}
        return {
            "at": now(), "actor_kind": self.by.kind, "actor_id": self.by.id, "session_ref": self.by.session,
            "action": self.action, "object_kind": _kind_of(self.on), "object_id": getattr(self.on, "id", None),
            "foundation_id": getattr(self.on, "foundation_id", None), "decision": self.decision,
            "detail": json.dumps(detail, sort_keys=True, separators=(",", ":"), default=str),
        }


class ReadOnly(RuntimeError):
    """Nothing may be changed just now (SHELTER_READ_ONLY, or too little room for something big)."""


STILL_OPEN = ("session.", "person.search", "figures.", "report.download", "release.download", "audit.")
"""What goes on while nothing may be changed: coming, going, reading."""


@contextmanager
def work(action: str, *, by: Actor, on: Any = None, **detail: Any) -> Iterator[Work]:
    """Do something and commit it with its audit row; anything raised inside undoes all of it.

    What was read before is read again inside, under the right to write.
    """
    if "changes" in db.session.info:
        raise RuntimeError("work() inside work(): the inner one would undo the outer")
    if by.kind == "staff" and current_app.config.get("READ_ONLY") and not action.startswith(STILL_OPEN):
        raise ReadOnly
    begin_writing()
    read_again(on)
    doing = Work(action, by, on, detail)
    changes: list[dict[str, str]] = []
    rows: list[Written] = []
    after: list[Callable[[], object]] = []
    db.session.info.update(changes=changes, rows=rows, afterwards=after)
    transaction = db.session().get_transaction()
    try:
        yield doing
        if db.session().get_transaction() is not transaction:
            raise RuntimeError(f"{action}: its transaction was ended inside work()")
        db.session.flush()
        for each in LAST:
            each(rows)
        latest = append(doing.row(changes), db.session.connection())
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        for name in ("changes", "rows", "afterwards"):
            db.session.info.pop(name, None)
    anchor_now_and_then(latest)
    for do in after:
        do()


def afterwards(do: Callable[[], object]) -> None:
    """Have something done once what is being done is committed; not at all when it is undone."""
    db.session.info["afterwards"].append(do)


def note(
    action: str, *, by: Actor, on: Any = None, decision: str = "allowed", also: Aside | None = None, **detail: Any,
) -> None:
    """Record a sensitive read or a refusal in a short transaction of its own, before the answer is sent."""
    row = Work(action, by, on, detail, decision).row([])
    with writing_aside() as connection:
        if also:
            also(connection)
        latest = append(row, connection)
    anchor_now_and_then(latest)


def enter(record: Any) -> None:
    """Write a row that is never changed afterwards, at once, and note it with what is being done.

    For what is saved all day; anything that may still change goes through the session.
    """
    write_at_once(record)
    info = db.session.info
    if "changes" in info:
        _note(info, record, "new", _columns(record))


def quietly(do: Aside) -> None:
    """Commit something that needs no audit row of its own: a session's touch, an expired draft."""
    with writing_aside() as connection:
        do(connection)


def _kind_of(record: Any) -> str | None:
    return getattr(record, "__tablename__", None) if record is not None else None


@sa.event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: UOWTransaction) -> None:
    if "changes" not in session.info:
        return
    for record, verb in [*((each, "new") for each in session.new), *((each, "set") for each in session.dirty),
                         *((each, "del") for each in session.deleted)]:
        if columns := _columns(record, only_changed=verb == "set"):
            _note(session.info, record, verb, columns)


def _note(info: dict[Any, Any], record: Any, verb: str, columns: list[tuple[str, Any]]) -> None:
    info["changes"].append(_change(record, verb, columns))
    info["rows"].append(Written(record, verb, frozenset(name for name, _value in columns)))


def _change(record: Any, verb: str, columns: list[tuple[str, Any]]) -> dict[str, str]:
    """What the trail says of a row: which it is, and a keyed digest of what was written, never the content."""
    return {"table": record.__tablename__, "id": str(_key(record)), "verb": verb,
            "digest": vault.keys.digest(repr(columns).encode())}


def _columns(record: Any, *, only_changed: bool = False) -> list[tuple[str, Any]]:
    state = sa.inspect(record)
    names = _names(state.mapper)
    if only_changed:
        names = [name for name in names if state.attrs[name].history.has_changes()]
    return [(name, state.dict.get(name)) for name in names]


@cache
def _names(mapper: Mapper[Any]) -> list[str]:
    return sorted(attribute.key for attribute in mapper.column_attrs)


def _key(record: Any) -> uuid.UUID | str:
    identity = sa.inspect(record).mapper.primary_key_from_instance(record)
    return identity[0] if len(identity) == 1 else "+".join(map(str, identity))
