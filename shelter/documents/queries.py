"""The files of a case as they stand, and the versions of one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.cases.models import Case
from shelter.codes.services import Discipline
from shelter.db import db, rows_of, unseal

from .models import Document
from .rules import said_size

_later = aliased(Document)
_STANDS = sa.and_(
    Document.kind.is_not(None), ~sa.exists().where(_later.corrects_id == Document.id).correlate(Document)
)
_COLUMNS = (
    Document.id, Document.number, Document.kind, Document.size, Document.made_at, Document.by_id, Document.discipline,
    Document.title_sealed.label("title"),
)
_OF_CASE = (
    sa.select(*_COLUMNS).where(Document.case_id == sa.bindparam("case_id", type_=Document.case_id.type), _STANDS)
    .order_by(Document.number.desc()).limit(sa.bindparam("most", type_=sa.Integer))
)


def of_case(case: Case, readable: Collection[Discipline], most: int = 200) -> list[dict[str, Any]]:
    """Files that stand, newest first; titles only of the disciplines that the reader reads."""
    found = rows_of(_OF_CASE, case_id=case.id, most=most)
    opened = {
        row["id"]: row["title"]
        for row in unseal([row for row in found if row.discipline in readable], title=(Document.title, "id"))
    }
    return [{**row._asdict(), "title": opened.get(row.id), "size": said_size(row.size)} for row in found]


def one(case: Case, document_id: uuid.UUID) -> Document | None:
    """A file of this case, without its content."""
    return db.session.scalar(sa.select(Document).where(Document.id == document_id, Document.case_id == case.id))


def corrected_by(document: Document) -> Document | None:
    """What replaced or withdrew it."""
    return db.session.scalar(sa.select(Document).where(Document.corrects_id == document.id))


def earlier(document: Document) -> list[Document]:
    """The versions before it, the latest first."""
    found: list[Document] = []
    while document.corrects_id and (before := db.session.get(Document, document.corrects_id)):
        found.append(before)
        document = before
    return found


def next_number(case: Case) -> int:
    """The number of a case's next file; the case is held meanwhile."""
    last = db.session.scalar(sa.select(sa.func.max(Document.number)).where(Document.case_id == case.id))
    return (last or 0) + 1
