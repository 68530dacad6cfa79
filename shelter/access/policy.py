"""The one question: may this reader do this, to this record?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import sqlalchemy as sa

from .matrix import MATRIX
from .permissions import Permission
from .reach import Grant, Part, Reach, Reader, Subject, SubjectColumns


def grants(reader: Reader, permission: Permission) -> Iterator[tuple[Grant, Reach]]:
    """The reader's assignments that carry the permission, each with its reach."""
    for grant in reader.grants:
        reach = MATRIX[grant.role].get(permission)
        if reach is not None:
            yield grant, reach


def allows(reader: Reader, permission: Permission, subject: Subject | None = None) -> bool:
    """True if some assignment grants the permission and (when there is a record) reaches it."""
    return any(subject is None or reach.covers(reader, grant, subject) for grant, reach in grants(reader, permission))


def reaches(reader: Reader, subject: Subject) -> bool:
    """True if the reader may know that the record exists."""
    return allows(reader, subject.read_by, subject)


def within_reach(reader: Reader, permission: Permission, columns: SubjectColumns) -> sa.ColumnElement[bool]:
    """The SQL condition that keeps a list to what the reader reaches."""
    found = parts_within_reach(reader, permission, columns)
    return sa.or_(*(part.condition for part in found)) if found else sa.false()


def parts_within_reach(reader: Reader, permission: Permission, columns: SubjectColumns) -> list[Part]:
    """The same, condition by condition: a long list is read along one index for each."""
    return [part for grant, reach in grants(reader, permission) for part in reach.parts(reader, grant, columns)]


def foundations_of(reader: Reader, permission: Permission) -> frozenset[uuid.UUID] | None:
    """The foundations in which the reader holds the permission; None means all."""
    found = list(grants(reader, permission))
    if any(reach is Reach.EVERYWHERE for _, reach in found):
        return None
    return frozenset(grant.foundation_id for grant, _ in found if grant.foundation_id)


def houses_of(reader: Reader, permission: Permission) -> frozenset[uuid.UUID]:
    """The houses named in the assignments that carry the permission."""
    return frozenset(grant.house_id for grant, _ in grants(reader, permission) if grant.house_id)

