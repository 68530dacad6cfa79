"""Where each case stands: who is in the house tonight, who left when, and the turns that are shown on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from shelter.calendar import add_months
from shelter.cases.rules import FOLLOW_UP_MONTHS
from shelter.codes.cases import ConsentAnswer, Exploitation
from shelter.codes.leaving import ExitReason
from shelter.partners.models import Bed

from .chance import DAY, Almanac, Dice
from .people import Wish
from .programme import Place

FULL = 0.74
"""Share of the usable beds that are taken tonight."""
ROOMY = 400
"""Up to so many cases no two people ever had the same bed at once; more than that two houses cannot hold."""
LONGEST = 330
SHOWN = 40
"""From so many cases on, every turn of the walk is shown on purpose."""
ANYBODY, GROWN = Wish(), Wish(age=(19, 46))
Reason = ExitReason


@dataclass(frozen=True)
class Plan:
    """One case: in which house, from how many days ago until how many days ago (None: she is still here)."""

    place: Place
    arrived: int
    left: int | None = None
    bed: Bed | None = None
    is_new: bool = False
    wish: Wish = ANYBODY
    reason: Reason | None = None
    forms: tuple[Exploitation, ...] | None = None
    follow_up: ConsentAnswer | None = None
    withdraws: bool = False
    keeps_until: int | None = None
    """Every contact before this month was kept, and this one not."""
    came_back: int | None = None
    """How many days ago she came back, for the second stay that she is in."""

    @property
    def is_present(self) -> bool:
        """In the house tonight."""
        return self.bed is not None and self.left is None


class Planner:
    """Plans for any number of cases. Those who are here come first, so that their beds are theirs."""

    def __init__(self, dice: Dice, almanac: Almanac, places: list[Place], size: int) -> None:
        self.dice, self.almanac, self.places, self.size = dice, almanac, places, size
        self.span = almanac.days - 20
        self._free = {place.key: dice.rng.sample(place.usable, len(place.usable)) for place in places}

    def plans(self) -> Iterator[Plan]:
        """One for each case."""
        return islice(self._endless(), self.size)

    def _endless(self) -> Iterator[Plan]:
        for place in self.places:
            yield from self._here(place)
        for place in self.places[:1] if self.size >= 8 else ():
            yield Plan(place, arrived=1, is_new=True)
        shown = self._shown() if self.size >= SHOWN else ()
        for number, plan in enumerate(shown):
            yield self._with_bed(replace(plan, place=self.places[number % len(self.places)]))
        while True:
            yield self._gone()

    def _here(self, place: Place) -> Iterator[Plan]:
        count = min(round(len(place.usable) * FULL), round(self.size * 0.3 / len(self.places)))
        for number in range(count):
            arrived = 4 + int(min(160, self.span - 10) * self.dice.rng.random() ** 1.5)
            plan = Plan(place, arrived, bed=self._free[place.key].pop())
            if self.size >= SHOWN and number < len(_HERE):
                plan = replace(plan, **_HERE[number])
            yield self._settled(plan)

    def _settled(self, plan: Plan) -> Plan:
        """The bed is hers: since she arrived, or (of somebody who came back) in an earlier stay and again."""
        assert plan.bed is not None
        self._take(plan.place, plan.bed, plan.arrived, -1)
        if not plan.came_back:
            return plan
        self._take(plan.place, plan.bed, plan.came_back + 150, plan.came_back + 95)
        return replace(plan, arrived=plan.came_back + 150, left=plan.came_back + 95)

    def _gone(self) -> Plan:
        place = self.places[self.dice.chance(0.42)]
        left = 1 + int((self.span - 3) * self.dice.rng.random() ** 1.25)
        days = max(1, min(int(self.dice.rng.lognormvariate(3.9, 0.85)), LONGEST, self.span - left))
        return self._with_bed(Plan(place, left + days, left))

    def _with_bed(self, plan: Plan, tries: int = 60) -> Plan:
        """A bed that was free all that time; where there is none, another time."""
        assert plan.left is not None
        beds = plan.place.usable
        if self.size > ROOMY:
            return replace(plan, bed=self.dice.one(beds))
        free = [bed for bed in beds if self._is_free(plan.place, bed, plan.arrived, plan.left)]
        if free or not tries:
            bed = self.dice.one(free or beds)
            self._take(plan.place, bed, plan.arrived, plan.left)
            return replace(plan, bed=bed)
        if tries > 30:
            shorter = max(1, (plan.arrived - plan.left) * 2 // 3)
            return self._with_bed(replace(plan, arrived=plan.left + shorter), tries - 1)
        return self._with_bed(self._elsewhen(plan), tries - 1)

    def _elsewhen(self, plan: Plan) -> Plan:
        left = 1 + int((self.span - 40) * self.dice.rng.random())
        return replace(plan, arrived=left + self.dice.between(5, 30), left=left)

    def _is_free(self, place: Place, bed: Bed, arrived: int, left: int) -> bool:
        return all(end >= arrived or left >= start for start, end in place.taken.get(bed.id, ()))

    def _take(self, place: Place, bed: Bed, arrived: int, left: int) -> None:
        place.taken.setdefault(bed.id, []).append((arrived, left))

    def _shown(self) -> Iterator[Plan]:
        """What every demonstration has, whatever the seed: turned by turns to the houses."""
        given, kept = ConsentAnswer.GIVEN, 99
        for days_from_now, months in ((0, 1), (0, 3), (-12, 3), (-9, 1), (5, 6), (8, 1)):
            month, left = self._due_in(days_from_now, months)
            yield self._left(left, 40, reason=Reason.PLAN_DONE, follow_up=given, keeps_until=month, wish=GROWN)
        yield self._left(70, 60, reason=Reason.RETURN, wish=Wish(nationality="CO"))
        yield self._left(110, 90, reason=Reason.MAJORITY, wish=Wish(eighteen_on=self.almanac.day(140)))
        yield self._left(33, 20, reason=Reason.TRANSFER)
        yield self._left(50, 12, reason=Reason.UNPLANNED, follow_up=ConsentAnswer.LATER)
        yield self._left(20, 9, reason=Reason.NOT_TRAFFICKED)
        yield self._left(64, 45, reason=Reason.OWN_DECISION, follow_up=ConsentAnswer.REFUSED)
        yield self._left(130, 50, reason=Reason.REUNION, wish=Wish(age=(8, 12)), withdraws=True)
        yield self._left(95, 30, reason=Reason.OWN_DECISION, forms=())
        yield self._left(min(430, self.span - 60), 55, reason=Reason.PLAN_DONE, follow_up=given, keeps_until=kept)
        yield self._left(min(410, self.span - 40), 35, reason=Reason.REUNION, follow_up=given, keeps_until=kept)

    def _left(self, left: int, days: int, **shown: Any) -> Plan:
        left = max(1, min(left, self.span - 10))
        days = max(2, min(days, self.span - left))
        return Plan(self.places[0], left + days, left, **shown)

    def _due_in(self, days_from_now: int, months: int) -> tuple[int, int]:
        """A month of the schedule, and how many days ago one left whose contact of that month is due then."""
        for shift in range(4):  # not every month has a 31st
            wanted = self.almanac.today + DAY * (days_from_now - shift)
            for month in (months, *FOLLOW_UP_MONTHS):
                start = add_months(wanted, -month)
                if add_months(start, month) == wanted and 0 < (self.almanac.today - start).days < self.span - 5:
                    return month, (self.almanac.today - start).days
        return 1, 31


_HERE: tuple[dict[str, Any], ...] = (
    {"arrived": 1, "is_new": True},
    {"wish": Wish(age=(10, 13)), "arrived": 37},
    {"wish": Wish(age=(22, 35), nationality="EC", wrong_digit=True), "arrived": 12},
    {"wish": Wish(age=(19, 30), nationality="VE"), "arrived": 64},
    {"forms": (), "arrived": 6},
    {"came_back": 18, "arrived": 18, "reason": Reason.OWN_DECISION, "wish": GROWN},
    {"withdraws": True, "arrived": 90},
)
"""Who is in each house tonight, whatever the seed."""
