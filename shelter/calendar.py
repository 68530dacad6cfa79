"""Time as the house knows it: moments in UTC, days where the house stands, periods, dates known in part."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_zone = ZoneInfo("America/Guayaquil")


def use_zone(name: str) -> None:
    """Set the zone in which this programme's days begin and end."""
    global _zone
    _zone = ZoneInfo(name)


def zone_name() -> str:
    """The name of that zone, for a database that knows zones itself."""
    return _zone.key


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def minute(moment: datetime) -> datetime:
    """The minute in which it lies: nobody says or reads a moment more exactly."""
    return moment.replace(second=0, microsecond=0)


def local(moment: datetime) -> datetime:
    """The same moment on the wall clock of the house."""
    return moment.astimezone(_zone)


def today() -> date:
    """The day it is in the house."""
    return local(now()).date()


def moment_of(day: date, at: time = time(12)) -> datetime:
    """The UTC moment of a local day and time; noon when only the day is known."""
    return datetime.combine(day, at, _zone).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of the month some months later, or that month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def age_on(birth: PartialDate, day: date) -> int:
    """Whole years lived on that day; the younger age where the birth date leaves doubt (CNA art. 5)."""
    return _years(birth.latest, day)


def oldest_on(birth: PartialDate, day: date) -> int:
    """Whole years lived on that day at most: the same as `age_on` unless the birth date leaves doubt."""
    return _years(birth.earliest, day)


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Precision(StrEnum):
    """How exactly a moment is known."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, the month or only the year. Written 2001, 2001-04 or 2001-04-09."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)
        if self.day and not self.month:
            raise ValueError("a day without a month")

    @classmethod
    def read(cls, text: str) -> PartialDate:
        """Read the written form; ValueError when it is none."""
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text, re.ASCII):
            raise ValueError(f"not a date: {text}")
        return cls(*map(int, text.split("-")))

    def __str__(self) -> str:
        return "-".join([f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)])

    @property
    def earliest(self) -> date:
        """The first day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def precision(self) -> Precision:
        """Day, month or year."""
        return Precision.DAY if self.day else Precision.MONTH if self.month else Precision.YEAR


@dataclass(frozen=True)
class Period:
    """Whole local days from `start` to `end`, both included, in the years 1900 to 2199."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period that ends before it begins")
        if self.start.year < 1900 or self.end.year > 2199:
            raise ValueError("a period outside the years 1900 to 2199")

    @classmethod
    def read(cls, text: str) -> Period:
        """Read `2026`, `2026-Q3`, `2026-09`, `2010..2018` or `2026-01-01..2026-06-30`; ValueError when it is none."""
        first, dots, last = text.strip().partition("..")
        start = cls._one(first)
        return cls(start.start, cls._one(last).end) if dots else start

    @classmethod
    def _one(cls, text: str) -> Period:
        if quarter := re.fullmatch(r"(\d{4})-[QqTt]([1-4])", text, re.ASCII):
            year, month = int(quarter[1]), 3 * int(quarter[2])
            return cls(date(year, month - 2, 1), PartialDate(year, month).latest)
        part = PartialDate.read(text)
        return cls(part.earliest, part.latest)

    @classmethod
    def quarter_of(cls, day: date) -> Period:
        """The quarter of the year in which a day lies."""
        return cls.read(f"{day.year}-Q{(day.month + 2) // 3}")

    def __str__(self) -> str:
        for text in self._short_forms():
            if Period.read(text) == self:
                return text
        return f"{self.start}..{self.end}"

    def _short_forms(self) -> Iterator[str]:
        yield f"{self.start.year}"
        yield f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        yield f"{self.start:%Y-%m}"
        if self.start.year < self.end.year:
            yield f"{self.start.year}..{self.end.year}"

    @property
    def starts_at(self) -> datetime:
        """Its first moment, in UTC."""
        return moment_of(self.start, time(0))

    @property
    def ends_before(self) -> datetime:
        """The first moment after it, in UTC."""
        return moment_of(self.end + timedelta(days=1), time(0))

    @property
    def whole_years(self) -> range:
        """The calendar years that lie in it whole."""
        first = self.start.year + (self.start > date(self.start.year, 1, 1))
        last = self.end.year - (self.end < date(self.end.year, 12, 31))
        return range(first, last + 1)

    @property
    def years(self) -> range:
        """Every calendar year that it touches."""
        return range(self.start.year, self.end.year + 1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end
