"""Worth a look: many searches, many refusals, cases of others opened at night. Figures, no verdict."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from shelter.access import Permission
from shelter.audit import AuditEntry
from shelter.calendar import local, moment_of, now, today
from shelter.cases.models import TeamMember
from shelter.cases.rules import MOST_SEARCHES
from shelter.db import db

from .queries import SLACK, first_since, with_roles

MOST_REFUSALS = 9
DAYS, NIGHTS = timedelta(days=30), timedelta(days=14)
NIGHT_FROM, NIGHT_TO = 22, 5
HOUR = timedelta(hours=1)


class Kind(NamedTuple):
    """What is worth a look; the trail is narrowed to `action` or `decision` to see it."""

    word: str
    action: str | None = None
    decision: str | None = None


SEARCHES = Kind("searches", action=Permission.PERSON_SEARCH)
REFUSALS = Kind("refusals", decision="refused")
NIGHT = Kind("night", action=Permission.CASE_READ)


def findings() -> list[dict[str, Any]]:
    """The latest first: kind, actor_id, roles, at (its last moment), day, count."""
    found = [*_bursts(SEARCHES, MOST_SEARCHES), *_bursts(REFUSALS, MOST_REFUSALS), *_at_night()]
    dated = [{**each, "day": local(each["at"]).date()} for each in with_roles(found)]
    return sorted(dated, key=lambda each: each["at"], reverse=True)


def _bursts(kind: Kind, most: int) -> list[dict[str, Any]]:
    """More than so many within an hour, by one person; each day once, with the most in any hour of it."""
    start = now() - DAYS
    which = AuditEntry.action == kind.action if kind.action else AuditEntry.decision == kind.decision
    rows = db.session.execute(
        sa.select(AuditEntry.actor_id, AuditEntry.at)
        .where(which, AuditEntry.actor_id.is_not(None), AuditEntry.seq >= first_since(start - SLACK),
               AuditEntry.at >= start)
        .order_by(AuditEntry.at)
    )
    moments: dict[uuid.UUID | None, list[datetime]] = defaultdict(list)
    for actor, at in rows:
        moments[actor].append(at)
    return [
        {"kind": kind, "actor_id": actor, "at": at, "count": count}
        for actor, each in moments.items() for at, count in busiest_hours(each, most)
    ]


def busiest_hours(moments: list[datetime], most: int) -> Iterable[tuple[datetime, int]]:
    """Of moments in order: for each local day on which some hour holds more than `most`, the fullest hour's end."""
    found: dict[Any, tuple[datetime, int]] = {}
    first = 0
    for last, at in enumerate(moments):
        while moments[first] <= at - HOUR:
            first += 1
        count, day = last - first + 1, local(at).date()
        if count > most and count > found.get(day, (at, 0))[1]:
            found[day] = (at, count)
    return found.values()


def _at_night() -> list[dict[str, Any]]:
    """Cases opened between ten and five by somebody who was on no team of theirs: by person and night."""
    start = moment_of(today(), time(12)) - NIGHTS
    on_her_team = sa.exists().where(
        TeamMember.case_id == AuditEntry.object_id, TeamMember.staff_id == AuditEntry.actor_id
    )
    rows = db.session.execute(
        sa.select(AuditEntry.actor_id, AuditEntry.at, AuditEntry.object_id)
        .where(AuditEntry.action == NIGHT.action, AuditEntry.decision == "allowed", AuditEntry.at >= start,
               AuditEntry.seq >= first_since(start - SLACK), AuditEntry.actor_id.is_not(None), ~on_her_team)
    )
    nights: dict[tuple[uuid.UUID | None, Any], tuple[datetime, set[uuid.UUID | None]]] = {}
    for actor, at, case in rows:
        if NIGHT_TO <= (clock := local(at)).hour < NIGHT_FROM:
            continue
        night = actor, (clock - timedelta(hours=NIGHT_TO)).date()
        latest, cases = nights.get(night, (at, set()))
        nights[night] = max(latest, at), cases | {case}
    return [{"kind": NIGHT, "actor_id": actor, "at": at, "count": len(cases)}
            for (actor, _night), (at, cases) in nights.items()]
