"""Finding staff: by e-mail, by role and house; names for lists."""

from __future__ import annotations

import time
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shelter.access import MATRIX, Permission, Reach, Role
from shelter.calendar import now, today
from shelter.db import db, rows_of, unseal, vault
from shelter.partners.models import House

from .models import Assignment, Attempt, Staff


def email_lookup(email: str) -> bytes:
    """The keyed digest by which an e-mail address is found."""
    return vault.keys.lookup("staff.email", email.strip().lower())


def by_email(email: str) -> Staff | None:
    """The account of an e-mail address."""
    return db.session.scalar(sa.select(Staff).where(Staff.email_lookup == email_lookup(email)))


def everyone() -> list[Staff]:
    """All accounts with their assignments."""
    with_roles = sa.select(Staff).options(sa.orm.selectinload(Staff.assignments))
    return list(db.session.scalars(with_roles.order_by(Staff.made_at)))


def listing(*, closed: bool = False) -> list[dict[str, Any]]:
    """Open (or closed) accounts by name, opened in bulk: id, name, email, is_invited (never used yet)."""
    rows = db.session.execute(
        sa.select(Staff.id, Staff.name_sealed.label("name"), Staff.email_sealed.label("email"),
                  sa.and_(Staff.password_hash.is_(None), Staff.opened_at.is_(None)).label("is_invited"))
        .where(Staff.is_active.is_not(closed))
    ).all()
    opened = unseal(rows, name=(Staff.name, "id"), email=(Staff.email, "id"))
    return sorted(opened, key=lambda row: (_spelling(row["name"]), row["id"]))


def _spelling(name: str | None) -> str:
    return unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode().casefold()


def roles_held(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """Assignments of several members of staff, in force today or to come: (role, house, from_on, to_on) by person."""
    return _roles(ids, sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= today()))


def roles_ever(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """All their assignments, ended ones too."""
    return _roles(ids, sa.true())


def _roles(ids: Iterable[uuid.UUID], condition: sa.ColumnElement[bool]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(Assignment.staff_id, Assignment.role, House.name.label("house"), Assignment.from_on, Assignment.to_on)
        .outerjoin(House, House.id == Assignment.house_id)
        .where(Assignment.staff_id.in_(list(ids)), condition).order_by(Assignment.from_on, Assignment.role)
    ):
        found[row.staff_id].append(row)
    return found


def assignments(staff_id: uuid.UUID) -> list[Any]:
    """All assignments of one person, the newest first: (id, role, house, from_on, to_on)."""
    return list(db.session.execute(
        sa.select(Assignment.id, Assignment.role, House.name.label("house"), Assignment.from_on, Assignment.to_on)
        .outerjoin(House, House.id == Assignment.house_id)
        .where(Assignment.staff_id == staff_id).order_by(Assignment.from_on.desc(), Assignment.role)
    ))


def names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of members of staff by id, opened in bulk and remembered for a minute: every page says some."""
    wanted = {each for each in ids if each}
    known = _names_of(int(time.monotonic() // 60))
    if missing := [each for each in wanted if each not in known]:
        known.update((staff_id, opened_name(staff_id, sealed)) for staff_id, sealed in rows_of(_NAMES, ids=missing))
    return {each: known[each] for each in wanted if each in known}


@lru_cache(maxsize=1)
def _names_of(_minute: int) -> dict[uuid.UUID, str]:
    return {}


_NAMES = sa.select(Staff.id, Staff.name_sealed).where(Staff.id.in_(sa.bindparam("ids", expanding=True)))


@lru_cache(maxsize=2000)
def opened_name(staff_id: uuid.UUID, sealed: bytes | None) -> str:
    """The name of a member of staff."""
    return "" if sealed is None else str(Staff.name.shown(sealed, staff_id))


def in_house(house_id: uuid.UUID, roles: Iterable[Role]) -> list[tuple[uuid.UUID, str, list[str]]]:
    """Staff of a house who hold one of the roles today, by name: id, name, and those roles in words."""
    day, found = today(), defaultdict(list)
    for staff_id, sealed, role in db.session.execute(
        sa.select(Staff.id, Staff.name_sealed, Assignment.role).join(Assignment)
        .where(Assignment.house_id == house_id, Assignment.role.in_(list(roles)), Assignment.from_on <= day,
               sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day), Staff.is_active)
        .order_by(Assignment.role)
    ):
        found[staff_id, opened_name(staff_id, sealed)].append(str(role.label))
    return sorted(((*who, held) for who, held in found.items()), key=lambda each: _spelling(each[1]))


def holding(permission: Permission, house_id: uuid.UUID | None = None) -> list[uuid.UUID]:
    """Open accounts with a password that hold a permission today: everywhere, or in that house."""
    day, reach = today(), {role: row[permission] for role, row in MATRIX.items() if permission in row}
    wide = [role for role, how_far in reach.items() if how_far is Reach.EVERYWHERE]
    there = [role for role, how_far in reach.items() if how_far is Reach.HOUSE]
    in_place = sa.and_(Assignment.role.in_(there), Assignment.house_id == house_id) if house_id else sa.false()
    return list(db.session.scalars(
        sa.select(Staff.id).join(Assignment).distinct()
        .where(sa.or_(Assignment.role.in_(wide), in_place), Assignment.from_on <= day,
               sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day),
               Staff.is_active, Staff.password_hash.is_not(None))
    ))


def holds(staff_id: uuid.UUID, permission: Permission) -> bool:
    """Whether somebody holds a permission today, however far it reaches; never who has no open account."""
    day, roles = today(), [role for role, row in MATRIX.items() if permission in row]
    held = sa.exists().where(
        Assignment.staff_id == Staff.id, Assignment.role.in_(roles), Assignment.from_on <= day,
        sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day),
    )
    return db.session.scalar(sa.select(Staff.id).where(Staff.id == staff_id, Staff.is_active, held)) is not None


def homes(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    """The house that answers for an account: where it has worked longest; None when it works for the programme."""
    day = today()
    held = (
        sa.select(Assignment.staff_id, Assignment.house_id)
        .where(Assignment.staff_id.in_(list(ids)), Assignment.from_on <= day,
               sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day))
        .order_by(Assignment.from_on.desc())
    )
    found: dict[uuid.UUID, uuid.UUID | None] = {}
    for row in db.session.execute(held):  # the last word has the oldest; a role of the programme is never overruled
        if row.staff_id not in found or found[row.staff_id] is not None:
            found[row.staff_id] = row.house_id
    return found


def failures_anywhere(email: str) -> int:
    """How often signing in to an account failed in the last quarter of an hour, wherever from."""
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(Attempt)
        .where(Attempt.account == email_lookup(email), Attempt.at > now() - timedelta(minutes=15))
    ) or 0


def failures(account: bytes, network: bytes) -> list[Attempt]:
    """Failed sign-ins of the last quarter of an hour for an account from a network, newest first."""
    return list(db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.account == account, Attempt.network == network, Attempt.at > now() - timedelta(minutes=15))
        .order_by(Attempt.at.desc())
    ))
