"""What the facts of one historic case must be together, and what is stored of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shelter.calendar import PartialDate, age_on, oldest_on
from shelter.codes.cases import Exploitation
from shelter.codes.people import AgeBand
from shelter.rules import RuleBroken
from shelter.texts import say as _

OLDEST = 120
"""Years that nobody lives longer."""

FORM = "exploitation."


def case_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a RegisterCase, from facts by their names; what is left out or None is not known.

    RuleBroken names the fact that is wrong.
    """
    year, day = when(facts.get("year"), facts.get("registered_on"))
    return {
        "year": year,
        "registered_on": day,
        "sex": facts.get("sex"),
        "age_band": band(facts.get("age_band"), facts.get("age"), facts.get("birth"), year, day),
        "nationality": facts.get("nationality"),
        "exploited_in": facts.get("country_of_exploitation"),
        "province": facts.get("province"),
        "exploitation": {
            Exploitation(fact.removeprefix(FORM)): answer for fact, answer in facts.items()
            if answer and fact.startswith(FORM)
        },
    }


def when(year: int | None, day: date | None) -> tuple[int, date | None]:
    """The year of registration and, if it is known, the day. One of them must be; both must agree."""
    if day is None:
        if year is None:
            said = _("Write the year or the day of registration: a case without it cannot be counted")
            raise RuleBroken(said, "year")
        return year, None
    if year not in {None, day.year}:
        raise RuleBroken(_("The year is not that of the day of registration"), "year")
    return day.year, day


def band(
    told: AgeBand | None, age: int | None, birth: PartialDate | None, year: int, day: date | None,
) -> AgeBand | None:
    """The age band on registration: the one that is told; else of the age; else of the birth, the younger in doubt.

    Where only the year of registration is known, its first day counts (CNA art. 5). A birth must be possible even where
    it is not asked for the band, and agree with the age.
    """
    first, last = day or date(year, 1, 1), day or date(year, 12, 31)
    lived = None if birth is None else _lived(birth, first, last)
    if birth and lived is not None and age is not None and not lived - 1 <= age <= oldest_on(birth, last) + 1:
        raise RuleBroken(_("The age and the birth are more than a year apart: one of them is wrong"), "age")
    years = lived if age is None else age
    return told or (None if years is None else AgeBand.of(years))


def _lived(birth: PartialDate, first: date, last: date) -> int:
    """Whole years on the first day that the registration can have been on."""
    if birth.earliest > last:
        raise RuleBroken(_("The birth is after the registration"), "birth")
    years = max(0, age_on(birth, first))
    if years > OLDEST:
        raise RuleBroken(_("Nobody is older than %(years)s years", years=OLDEST), "birth")
    return years


FEWEST = 10
"""Equal cases in two files that may be chance, where there are fewer."""


def are_the_same(same: int, one: int, other: int) -> bool:
    """Whether two files of so many cases, of which so many are equal, seem to be one: nine tenths of the larger."""
    return same >= FEWEST and 10 * same >= 9 * max(one, other)


def may_be_undone(*, is_finished: bool, is_undone: bool, is_replaced: bool) -> None:
    """Once, and only what counts."""
    if is_undone:
        raise RuleBroken(_("This import was undone already"))
    if not is_finished:
        raise RuleBroken(_("This import is not finished: cancel it instead"))
    if is_replaced:
        raise RuleBroken(_("Another file took its place: undo that one first"))
