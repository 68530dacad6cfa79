"""Walk the whole chain and say where it first fails."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from shelter.db import db

from . import anchors
from .chain import GENESIS, Head, digest
from .models import AuditEntry


@dataclass(frozen=True)
class Verdict:
    """How many rows were read, where the chain ends, and the first thing wrong with it ('' when nothing is)."""

    rows: int
    head: Head
    problem: str = ""
    at_seq: int | None = None

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problem


def verify(expected_hash: str | None = None) -> Verdict:
    """Check every row against its predecessor, and the chain against the newest anchor or a printed head."""
    table = AuditEntry.__table__
    last, count, hashes = Head(0, GENESIS), 0, set()
    anchored = anchors.newest()
    anchor_seen = anchored is None
    for row in db.session.execute(sa.select(table).order_by(table.c.seq).execution_options(yield_per=1000)):
        count += 1
        found = dict(row._mapping)
        if found["seq"] != last.seq + 1:
            return Verdict(count, last, f"row {last.seq + 1} is missing", last.seq + 1)
        if found["prev"] != last.hash or digest(found) != found["hash"]:
            return Verdict(count, last, f"row {found['seq']} was changed", found["seq"])
        last = Head(found["seq"], found["hash"])
        anchor_seen = anchor_seen or last == anchored
        if expected_hash:
            hashes.add(last.hash)
    if not anchor_seen and anchored is not None:
        return Verdict(count, last, f"the anchored row {anchored.seq} is missing or was rewritten", anchored.seq)
    if expected_hash and expected_hash not in hashes:
        return Verdict(count, last, "the given head is not in the chain")
    return Verdict(count, last)
