"""What the seed decides: choices by weight, ids and case codes, moments counted back from today."""

from __future__ import annotations

import random
import uuid
from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Generic, TypeVar

from shelter.calendar import moment_of
from shelter.cases.rules import ALPHABET

T = TypeVar("T")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Wheel(Generic[T]):
    """Things and how often each is chosen."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.things = list(weights)
        self._ends = list(accumulate(weights.values()))

    def spin(self, rng: random.Random) -> T:
        """One of them."""
        return self.things[bisect(self._ends, rng.random() * self._ends[-1], 0, len(self.things) - 1)]


class Dice:
    """Everything that is left to chance, the same for the same seed and purpose."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.rng = random.Random(f"{seed}:{purpose}")  # noqa: S311 (invented data: it has to come out the same)
        self._codes: set[str] = set()

    def id(self) -> uuid.UUID:
        """A row's id."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def code(self) -> str:
        """A case code that was not given before."""
        while True:
            letters = "".join(self.one(ALPHABET) for _place in range(6))
            code = f"{letters[:3]}-{letters[3:]}"
            if code not in self._codes:
                self._codes.add(code)
                return code

    def one(self, things: Sequence[T]) -> T:
        """One of them, each as likely."""
        return things[int(self.rng.random() * len(things))]

    def chance(self, share: float) -> bool:
        """True in that share of the times."""
        return self.rng.random() < share

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self.rng.random() * (most - least + 1))

    def moment(self, first: datetime, last: datetime) -> datetime:
        """A full minute between two moments."""
        return first + MINUTE * self.between(0, max(0, int((last - first) / MINUTE)))


class Almanac:
    """Days counted back from today. Nothing happened later than last midnight, at whatever hour the command runs."""

    def __init__(self, today: date, days: int) -> None:
        self.today, self.days = today, days
        self._midnights: dict[int, datetime] = {}

    @cached_property
    def midnight(self) -> datetime:
        """The beginning of today."""
        return self.at(0)

    @property
    def last(self) -> datetime:
        """The last minute of yesterday."""
        return self.midnight - MINUTE

    def day(self, ago: int) -> date:
        """The day so many days ago."""
        return self.today - DAY * ago

    def at(self, ago: int, minute: int = 0) -> datetime:
        """The moment so many days ago, at that minute of the local day."""
        if ago not in self._midnights:
            self._midnights[ago] = moment_of(self.day(ago), time(0))
        return self._midnights[ago] + MINUTE * minute

    def by_now(self, moment: datetime) -> datetime:
        """The moment, or the last minute of yesterday when it would be later."""
        return min(moment, self.last)
