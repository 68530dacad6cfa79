"""Which days are worked: the country's holidays with those the law moves, a canton's own, and what is decreed.

Source of the national days and of the days to which they are moved: the package `holidays` (Código del Trabajo,
art. 65, as amended in 2016). A day that is moved away is worked. Local days are not moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

DAY = timedelta(days=1)
SATURDAY = 5
LONGEST = 1000
"""Working days that one may count on; more is a mistake."""
LOCAL = {
    "1701": ((12, 6), "Fundación de Quito", "Foundation of Quito"),
    "0901": ((7, 25), "Fundación de Guayaquil", "Foundation of Guayaquil"),
    "0101": ((4, 12), "Fundación de Cuenca", "Foundation of Cuenca"),
    "0701": ((6, 25), "Cantonización de Machala", "Cantonal day of Machala"),
}
"""Local days that are known here; an administrator adds those of other cantons, and strikes out."""


class Holiday(NamedTuple):
    """A free day: its names by language, and the day from which it was moved."""

    name: dict[str, str]
    moved_from: date | None = None


class Decreed(NamedTuple):
    """What an administrator wrote: a day (of every year), free or worked, everywhere or in one canton."""

    day: date
    canton: str | None
    is_worked: bool
    is_yearly: bool
    name: dict[str, str] | None

    def is_on(self, day: date) -> bool:
        """Whether it speaks of that day."""
        if self.is_yearly:
            return (self.day.month, self.day.day) == (day.month, day.day) and day >= self.day
        return self.day == day


@lru_cache(maxsize=40)
def official(year: int) -> dict[date, Holiday]:
    """The national free days of a year, from wherever they were moved."""
    import holidays  # a third of a second: loaded when first asked for

    near, wide = range(year - 1, year + 2), range(year - 2, year + 3)
    names = {
        language: dict(holidays.country_holidays("EC", years=near, language=spoken))
        for language, spoken in (("es", "es"), ("en", "en_US"))
    }
    kept = dict(holidays.country_holidays("EC", years=wide, observed=False, language="es"))
    found = {day: Holiday({each: names[each][day] for each in names}) for day in kept if day in names["es"]}
    for day in names["es"].keys() - kept.keys():
        moved_from = _moved_from(day, names["es"][day], kept)
        english = names["en"][day].removesuffix(" (observed)")
        found[day] = Holiday({"es": kept[moved_from], "en": english}, moved_from)
    moved = {each.moved_from for each in found.values()}
    return {day: each for day, each in sorted(found.items()) if day.year == year and day not in moved}


def _moved_from(day: date, name: str, kept: dict[date, str]) -> date:
    """The nearest holiday whose name the moved one carries; it lies at most four days away."""
    near = (other for other in kept if abs(other - day) <= 4 * DAY and name.startswith(kept[other]))
    return min(near, key=lambda other: abs(other - day))


@dataclass(frozen=True)
class Workdays:
    """The working calendar of a canton (None: of the country), with what is decreed."""

    canton: str | None = None
    decreed: tuple[Decreed, ...] = ()
    known: dict[date, bool] = field(default_factory=dict, compare=False, repr=False)
    added: dict[tuple[date, int], date] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, canton: str | None, decreed: Iterable[Decreed]) -> Workdays:
        """What concerns the canton; its own word before the country's. What was counted holds while the decrees do."""
        own = [each for each in decreed if each.canton in (None, canton)]
        asked = cls(canton, tuple(sorted(own, key=lambda each: (each.canton is None, each.is_yearly))))
        if LATEST.get(canton) != asked:
            LATEST[canton] = asked
        return LATEST[canton]

    def holiday(self, day: date) -> Holiday | None:
        """Why a day is free, whatever day of the week it is; None when it is no holiday."""
        if said := self._said(day):
            return None if said.is_worked else Holiday(said.name or {"es": ""})
        if self.canton in LOCAL and LOCAL[self.canton][0] == (day.month, day.day):
            return Holiday(dict(zip(("es", "en"), LOCAL[self.canton][1:], strict=True)))
        return official(day.year).get(day)

    def is_working(self, day: date) -> bool:
        """Monday to Friday and no holiday; a Saturday or Sunday only when a decree says that it is worked."""
        if day not in self.known:
            said = self._said(day)
            self.known[day] = said.is_worked if said else day.weekday() < SATURDAY and self.holiday(day) is None
        return self.known[day]

    def _said(self, day: date) -> Decreed | None:
        return next((each for each in self.decreed if each.is_on(day)), None)

    def add(self, start: date, days: int) -> date:
        """The day so many working days after `start`, which is not counted; 0: `start` or the first worked after it."""
        if not 0 <= days <= LONGEST:
            raise ValueError(f"from 0 to {LONGEST} working days")
        if (start, days) not in self.added:
            day = start
            for _each in range(days):
                day = self._worked(day + DAY)
            self.added[start, days] = self._worked(day)
        return self.added[start, days]

    def _worked(self, day: date) -> date:
        while not self.is_working(day):
            day += DAY
        return day

    def free_days(self, year: int) -> list[tuple[date, Holiday]]:
        """The holidays of a year in order."""
        days = (date(year, 1, 1) + DAY * number for number in range(366))
        return [(day, found) for day in days if day.year == year and (found := self.holiday(day))]


LATEST: dict[str | None, Workdays] = {}
"""By canton the calendar that was asked for last."""
