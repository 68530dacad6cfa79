"""What every rule of the house says when it is broken."""

from __future__ import annotations

from typing import Any


class RuleBroken(Exception):
    """A rule forbids this. The message is for the reader, the field tells where to show it."""

    def __init__(self, message: Any, field: str = "") -> None:
        super().__init__(str(message))
        self.message, self.field = message, field


class NotNow(RuleBroken):
    """It cannot be done at this moment; a little later it can."""


class Stale(Exception):
    """Somebody changed the record after the form was made; `now` tells what it says today, by field name."""

    def __init__(self, now: dict[str, Any], version: int) -> None:
        super().__init__("the record has changed since the form was made")
        self.now, self.version = now, version
