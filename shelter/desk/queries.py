"""Whose account the reader may begin to recover."""

from __future__ import annotations

import uuid

from shelter.access import Permission, Reach, Reader, grants, houses_of
from shelter.accounts import queries as accounts


def recoverable(reader: Reader) -> list[tuple[uuid.UUID, str]]:
    """Accounts in use, by name: all of them for an administrator, those of her house for a coordinator."""
    rows = [row for row in accounts.listing() if not row["is_invited"] and row["id"] != reader.id]
    if not any(reach is Reach.EVERYWHERE for _grant, reach in grants(reader, Permission.ACCOUNT_APPROVE)):
        homes, hers = accounts.homes(row["id"] for row in rows), houses_of(reader, Permission.ACCOUNT_APPROVE)
        rows = [row for row in rows if homes.get(row["id"]) in hers]
    return [(row["id"], row["name"]) for row in rows]
