"""Walk the whole chain and say where it first fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa

from shelter.db import db
from shelter.texts import say as _

from . import anchors, guards
from .chain import GENESIS, Head, digest
from .clock import TOLERANCE
from .models import AuditEntry

PORTION = 1000
UNSIGNED = timedelta(hours=1)
"""Rows of so long a time would have been signed: what failed in between is told by the log and the doctor."""


@dataclass(frozen=True)
class Verdict:
    """How many rows were read, where the chain ends, and the first thing wrong with it ('' when nothing is).

    `anchors` tells with how many signed heads it was compared, `doubtful` how many lines among them are not ours,
    `steps_back` how often the clock went back in between. Of a portion, `is_finished` tells whether it was the last;
    `is_unguarded`: the rows are as they were written, and the table's guards were taken away.
    """

    rows: int
    head: Head
    problem: str = ""
    at_seq: int | None = None
    anchors: int = 0
    steps_back: int = 0
    doubtful: int = 0
    is_finished: bool = True
    is_unguarded: bool = False

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problem


BEGINNING = Head(0, GENESIS)


def verify(
    expected_hash: str | None = None, *, after: Head = BEGINNING, seconds: float = float("inf"),
) -> Verdict:
    """Check every row against its predecessor, and the chain against every signed head and a printed one.

    All signed heads, not the newest alone: a program that goes on after its tail was rewritten signs the rewritten one.
    `after` and `seconds` make a portion of it: from a row that an earlier portion found sound, for about so long.
    """
    db.session.rollback()  # signed heads are read first, then the rows as they are now
    anchored, doubtful, until = anchors.heads(), anchors.doubtful(), monotonic() + seconds
    hashes, last = _by_seq(anchored), after
    steps_back, before, is_finished = 0, None, True
    for found in _rows(after.seq):
        if problem := _problem(found, last) or _contradicts(found, hashes):
            return Verdict(last.seq, last, problem, last.seq + 1, len(anchored), doubtful=doubtful)
        last = Head(found["seq"], found["hash"])
        steps_back += before is not None and found["at"] < before - TOLERANCE
        before = found["at"]
        if last.seq % PORTION == 0 and monotonic() > until:
            is_finished = False
            break
    wrong: dict[str, Any] = {}
    if is_finished:
        wrong = _of_the_first(hashes) or _of_the_heads(max(hashes, default=0), last)
        wrong = wrong or _of_the_end(last, hashes, expected_hash)
    return Verdict(last.seq, last, anchors=len(anchored), steps_back=steps_back, doubtful=doubtful,
                   is_finished=is_finished, **wrong)


def _of_the_heads(signed: int, last: Head) -> dict[str, Any]:
    """Whether heads were taken away: they are signed from the first row on, and every ten minutes of work."""
    if anchors.file.path is None or last.seq <= signed:
        return {}
    if signed == 0:
        return {"problem": _("there are rows, and none of their signed heads is in %(folder)s. %(why)s",
                             folder=anchors.file.folder, why=_taken())}
    first, newest = (db.session.scalar(_AT, {"seq": seq}) for seq in (signed + 1, last.seq))
    if first and newest and newest - first > UNSIGNED:
        return {"problem": _("the signed heads from row %(seq)s on are not in %(folder)s. %(why)s", seq=signed + 1,
                             folder=anchors.file.folder, why=_taken())}
    return {}


def _of_the_first(hashes: dict[int, set[str]]) -> dict[str, Any]:
    """Whether the file begins where the trail does: what is signed after it was taken away does not stand for it."""
    earliest = min(hashes, default=0)
    begun, signed = (db.session.scalar(_AT, {"seq": seq}) for seq in (1, earliest))
    if anchors.file.path and begun and signed and signed - begun > UNSIGNED:
        return {"problem": _("the signed heads of the rows before %(seq)s are not in %(folder)s. %(why)s", seq=earliest,
                             folder=anchors.file.folder, why=_taken())}
    return {}


def _taken() -> str:
    return _("Somebody took them away: bring heads.jsonl back from a backup; or nobody could write there; or the "
             "folder is another one now: move it there; or another machine writes into this database and keeps its "
             "own: then set SHELTER_ANCHOR_FOLDER to one folder for both")


_AT = sa.select(AuditEntry.at).where(AuditEntry.seq == sa.bindparam("seq"))


def _of_the_end(last: Head, hashes: dict[int, set[str]], expected_hash: str | None) -> dict[str, Any]:
    """What is wrong although every row follows from the one before; in a sound chain a head is looked up."""
    if newest := max((seq for seq in hashes if seq > last.seq), default=None):
        problem = _("rows after %(last)s are missing: row %(newest)s was signed", last=last.seq, newest=newest)
        return {"problem": problem, "at_seq": last.seq + 1}
    if expected_hash is not None and not db.session.scalar(_BY_HASH, {"hash": expected_hash}):
        return {"problem": _("the given head is not in the chain")}
    if gone := guards.missing():
        problem = _("the guards of the trail were taken away: %(names)s", names=", ".join(gone))
        return {"problem": problem, "is_unguarded": True}
    return {}


_BY_HASH = sa.select(AuditEntry.seq).where(AuditEntry.hash == sa.bindparam("hash"))


def _rows(after: int) -> Iterator[dict[str, Any]]:
    table = AuditEntry.__table__
    query = sa.select(table).where(table.c.seq > after).order_by(table.c.seq).execution_options(yield_per=PORTION)
    with db.session.execute(query) as found:
        for row in found:
            yield dict(row._mapping)


def _by_seq(heads: list[Head]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for head in heads:
        found.setdefault(head.seq, set()).add(head.hash)
    return found


def _problem(found: dict[str, Any], last: Head) -> str:
    if found["seq"] != last.seq + 1:
        return _("row %(seq)s is missing", seq=last.seq + 1)
    if found["prev"] != last.hash or digest(found) != found["hash"]:
        return _("row %(seq)s was changed", seq=found["seq"])
    return ""


def _contradicts(found: dict[str, Any], hashes: dict[int, set[str]]) -> str:
    is_as_signed = hashes.get(found["seq"], set()) <= {found["hash"]}
    return "" if is_as_signed else _("row %(seq)s was rewritten: it was signed with another content", seq=found["seq"])
