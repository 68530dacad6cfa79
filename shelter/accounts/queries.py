"""Finding staff: by e-mail, by role and house; names for lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

import sqlalchemy as sa

from shelter.access import Role
from shelter.calendar import now, today
from shelter.db import db, vault

from .models import Assignment, Attempt, Staff


def email_lookup(email: str) -> bytes:
    """The keyed digest by which an e-mail address is found."""
    return vault.keys.lookup("staff.email", email.strip().lower())


def by_email(email: str) -> Staff | None:
    """The account of an e-mail address."""
    return db.session.scalar(sa.select(Staff).where(Staff.email_lookup == email_lookup(email)))


def everyone() -> list[Staff]:
    """All accounts with their assignments."""
    return list(db.session.scalars(sa.select(Staff).options(sa.orm.selectinload(Staff.assignments)).order_by(Staff.made_at)))


def names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of members of staff by id, opened in bulk."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Staff.id, Staff.name_sealed).where(Staff.id.in_(wanted))).all()
    return {row.id: _opened(row.id, row.name_sealed) for row in rows}


@lru_cache(maxsize=2000)
def _opened(staff_id: uuid.UUID, sealed: bytes) -> str:
    return str(Staff.name.open(sealed, staff_id))


def in_house(house_id: uuid.UUID, roles: Iterable[Role]) -> list[Staff]:
    """Staff of a house who hold one of the roles today."""
    day = today()
    return list(db.session.scalars(
        sa.select(Staff).join(Assignment)
        .where(Assignment.house_id == house_id, Assignment.role.in_(list(roles)), Assignment.from_on <= day,
               sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day), Staff.is_active)
        .order_by(Staff.made_at)
    ))


def failures(account: bytes, network: bytes) -> list[Attempt]:
    """Failed sign-ins of the last quarter of an hour for an account from a network, newest first."""
    return list(db.session.scalars(
        sa.select(Attempt).where(Attempt.account == account, Attempt.network == network, Attempt.at > now() - timedelta(minutes=15))
        .order_by(Attempt.at.desc())
    ))
