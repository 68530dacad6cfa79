"""The whole demonstration, written portion by portion: the programme with the first, one audit row each."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.indicators import recounting

from . import asking, history, programme, protocol, referrals, requests, routes
from .chance import Almanac, Dice
from .papers import WITH_PAPERS, attach
from .plans import Plan, Planner
from .programme import Place
from .sending import offices, refer
from .walks import Walk
from .writing import Portion, prepare_for_much, settle

PORTION, MUCH = 1_000, 2_000
SERVICES = 10


class Demonstration:
    """Everything that the seed, the number of cases, the years and today decide."""

    def __init__(self, *, cases: int, seed: int, years: int) -> None:
        self.size, self.seed = cases, seed
        self.almanac = Almanac(today(), years * 365)
        self.dice = Dice(seed, "cases")
        self.papers = Dice(seed, "papers")
        self.asked = Dice(seed, "asked")
        self.sent = Dice(seed, "sent")
        self._owed = 0

    def load(self, password: str, progress: Callable[[int], None]) -> Counter[str]:
        """Write it all; gives back how many rows of each table."""
        written: Counter[str] = Counter()
        if self.size > MUCH:
            prepare_for_much()
        with _without_collector():
            while written["case"] < self.size:
                with work("demo.load", by=operator, bulk="person") as doing:
                    if not written:
                        self._begin(programme.make(Dice(self.seed, "programme"), self.almanac, password))
                    recounting.distrust()
                    doing.detail["rows"] = self._portion(is_first=not written)
                written.update(doing.detail["rows"])
                progress(doing.detail["rows"]["case"])
        self._settle()
        recounting.rebuild(by=operator)
        routes.tell(Dice(self.seed, "routes"), self.almanac)
        self._settle()
        return written

    def _settle(self) -> None:
        if self.size > MUCH:
            settle()

    def _begin(self, places: list[Place]) -> None:
        self.places = places
        history.bring_in(Dice(self.seed, "history"), self.almanac, places[0],
                         by=places[0].staff[Role.SHELTER_COORDINATOR])
        requests.waiting(Dice(self.seed, "requests"), self.almanac, places, programme.administrator())
        protocol.bring_in(Dice(self.seed, "protocol"), self.almanac, places, programme.coordinator())
        asking.cards(self.asked, places)
        institutions = programme.institutions()
        self.callers, self.offices = referrals.callers(institutions), asking.who_interviews(institutions)
        self.receivers = offices(institutions)
        self.plans: Iterator[Plan] = Planner(self.dice, self.almanac, places, self.size).plans()
        self.done = 0

    def _portion(self, *, is_first: bool) -> dict[str, int]:
        portion = Portion(self.dice)
        if is_first:
            referrals.waiting(portion, self.almanac, self.places, self.callers, self.size)
            referrals.turned_elsewhere(portion, self.almanac, self.places, self.callers, self.size // 20)
            asking.at_the_doors(portion, self.asked, self.almanac, self.places)
            asking.outside(portion, self.asked, self.almanac, self.places, self.callers)
        for _number, plan in zip(range(PORTION), self.plans, strict=False):
            self.done += 1
            wished = self._wished()
            walk = Walk(portion, plan, self.almanac, self.callers)
            given = walk.tell(wished, whole_team=self.size <= MUCH)
            refer(walk, self.sent, self.receivers)
            if self.done <= WITH_PAPERS:
                attach(walk, self.papers, self.done)
            if walk.is_known:
                asking.interviews(walk, self.asked, self.offices)
            if walk.is_known and walk.plan.is_present and self.done <= WITH_PAPERS and self.done % 4 == 0:
                asking.planned(walk, self.asked, self.offices)
            self._owed += SERVICES - given
        return portion.save()

    def _wished(self) -> int:
        """How many services this case should have, so that there are ten for each in the end."""
        varied = 0 if self.done == self.size else self.dice.between(-5, 5)
        return max(2, min(40, SERVICES + varied + self._owed))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows are many and hold no circles: looking for those costs a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
