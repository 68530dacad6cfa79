"""What a slip's code must be, in plain values."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from datetime import datetime, timedelta

from shelter.rules import RuleBroken
from shelter.texts import say as _
from shelter.tokens.rules import in_groups, new_letters, read_letters

LENGTH = 28  # letters of five bits: 140
LONGEST = timedelta(days=90)


def new_code() -> str:
    """A code that can be dictated, written in seven groups of four."""
    return in_groups(new_letters(LENGTH))


def read_code(typed: str) -> str | None:
    """The code as it is kept, however it was typed; None when it cannot be one."""
    letters = read_letters(typed, LENGTH)
    return in_groups(letters) if letters else None


def does_not_work() -> RuleBroken:
    """One sentence for a code that is wrong, spent, too old or taken back: it tells nobody which."""
    return RuleBroken(
        _("This code does not work: it was used already, was taken back, is too old or was copied wrong. "
          "Call the person who wrote to you."), "code")


def may_last(lasts: timedelta) -> timedelta:
    """At most 90 days."""
    if not timedelta(0) < lasts <= LONGEST:
        raise ValueError(f"a slip does not last {lasts}")
    return lasts


def is_open(expires_at: datetime, spent_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether it can still be answered."""
    return spent_at is None and revoked_at is None and now < expires_at


def is_reachable(host: str, here: Collection[str]) -> bool:
    """Whether somebody outside can open an address under that name: not this machine's own, not the house network's."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_global
    except ValueError:
        return name not in here and "." in name
