"""Walk the whole chain and say where it first fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shelter.db import db
from shelter.texts import say as _

from . import anchors
from .chain import GENESIS, Head, digest
from .clock import TOLERANCE
from .models import AuditEntry


@dataclass(frozen=True)
class Verdict:
    """How many rows were read, where the chain ends, and the first thing wrong with it ('' when nothing is).

    `anchors` tells with how many signed heads it was compared, `steps_back` how often the clock went back in between.
    """

    rows: int
    head: Head
    problem: str = ""
    at_seq: int | None = None
    anchors: int = 0
    steps_back: int = 0

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problem


def verify(expected_hash: str | None = None) -> Verdict:
    """Check every row against its predecessor, and the chain against every signed head and a printed one.

    All signed heads, not the newest alone: a program that goes on after its tail was rewritten signs the rewritten one.
    """
    db.session.rollback()  # signed heads are read first, then the rows as they are now
    anchored, is_given = anchors.heads(), expected_hash is None
    hashes, last = _by_seq(anchored), Head(0, GENESIS)
    steps_back, before = 0, None
    for found in _rows():
        if problem := _problem(found, last) or _contradicts(found, hashes):
            return Verdict(last.seq, last, problem, last.seq + 1, len(anchored))
        last = Head(found["seq"], found["hash"])
        steps_back += before is not None and found["at"] < before - TOLERANCE
        before = found["at"]
        is_given = is_given or last.hash == expected_hash
    if newest := max((seq for seq in hashes if seq > last.seq), default=None):
        problem = _("rows after %(last)s are missing: row %(newest)s was signed", last=last.seq, newest=newest)
        return Verdict(last.seq, last, problem, last.seq + 1, len(anchored))
    problem = "" if is_given else _("the given head is not in the chain")
    return Verdict(last.seq, last, problem, anchors=len(anchored), steps_back=steps_back)


def _rows() -> Iterator[dict[str, Any]]:
    table = AuditEntry.__table__
    query = sa.select(table).order_by(table.c.seq).execution_options(yield_per=1000)
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
