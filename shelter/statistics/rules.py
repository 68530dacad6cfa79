"""Which figures are shown, by which facts, and how exactly to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shelter.calendar import Period
from shelter.codes import Code
from shelter.codes.cases import Exploitation
from shelter.codes.leaving import Destination, ExitReason, FollowUpMonth
from shelter.codes.outgoing import Became
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.codes.protocol import DelayCause, LimitEnd
from shelter.codes.referrals import DeclineReason, InstitutionKind, ReferralState, UnmetNeed, Urgency
from shelter.codes.services import Discipline, ServiceType
from shelter.texts import later as _later

from .protect import Counts, Level, Shown, exactly, protect

if TYPE_CHECKING:
    from shelter.indicators import Figure

UNKNOWN = "unknown"
OTHERS = "others"
"""The row of a table of countries in which the small ones stand together."""


class Audience(Code):
    """For whom a report is printed; this decides how exact it is."""

    GOVERNMENT = "government", _later("Government")
    DONOR = "donor", _later("Donors")
    PUBLIC = "public", _later("The public")
    INTERNAL = "internal", _later("The programme itself")


LEVELS: dict[Audience, Level] = {
    Audience.GOVERNMENT: Level(5, 5), Audience.DONOR: Level(10, 10), Audience.PUBLIC: Level(10, 10),
}
"""How small counts are hidden and the others rounded; the programme itself reads them exactly."""

@dataclass(frozen=True)
class Fact:
    """What a table is broken down by. Without a vocabulary its words are countries, or the years of the period."""

    title: Any
    words: type[Code] | None = None
    is_always_known: bool = False


FACTS = {
    "year": Fact(_later("By year"), is_always_known=True),
    "sex": Fact(_later("By sex"), Sex),
    "age_band": Fact(_later("By age"), AgeBand),
    "nationality": Fact(_later("By nationality")),
    "exploitation": Fact(_later("By form of exploitation"), Exploitation),
    "country_of_exploitation": Fact(_later("By country of exploitation")),
    "discipline": Fact(_later("By discipline"), Discipline, is_always_known=True),
    "service": Fact(_later("By service"), ServiceType, is_always_known=True),
    "reason": Fact(_later("By reason"), ExitReason, is_always_known=True),
    "destination": Fact(_later("By destination"), Destination),
    "month": Fact(_later("By time since leaving"), FollowUpMonth, is_always_known=True),
    "province": Fact(_later("By province of the house"), Province),
    "institution": Fact(_later("By kind of institution"), InstitutionKind, is_always_known=True),
    "urgency": Fact(_later("By when a place was needed"), Urgency, is_always_known=True),
    "decline": Fact(_later("By reason"), DeclineReason),
    "need": Fact(_later("By need"), UnmetNeed, is_always_known=True),
    "phase": Fact(_later("By phase of the route")),
    "step": Fact(_later("By step of the route"), is_always_known=True),
    "office": Fact(_later("By institution")),
    "version": Fact(_later("By version of the protocol"), is_always_known=True),
    "cause": Fact(_later("By cause"), DelayCause),
    "limit": Fact(_later("By whether they were kept"), LimitEnd, is_always_known=True),
    "answer": Fact(_later("By answer"), ReferralState, is_always_known=True),
    "became": Fact(_later("By what became of it"), Became, is_always_known=True),
}
COUNTRIES = frozenset({"nationality", "country_of_exploitation"})
OFTEN_NONE = frozenset({"exploitation"})
"""A person may have several forms; of one whose forms are known, none may be a yes."""
PARTS_OF = {"service": "discipline"}
SOME = "some"


@dataclass(frozen=True)
class Chapter:
    """One indicator in the report: what it counts, the tables printed of it, and pairs for the programme itself.

    In the tables named in `several` a person stands under each word that applies to her. `beside` names another
    indicator, that counts some of these: for the programme itself its tables have a column of their own.
    """

    code: str
    title: Any
    counts: Any
    facts: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    several: frozenset[str] = frozenset()
    beside: str = ""

    @property
    def often_none(self) -> frozenset[str]:
        """Tables in which a person may stand under none of the words though something is known."""
        return OFTEN_NONE & frozenset(self.facts)


CONTENTS = (
    Chapter(
        "cases.registered", _later("Registered cases"),
        _later("Cases opened in the period, and the historic cases of the years that lie in it whole."),
        ("year", "sex", "age_band", "exploitation", "nationality", "country_of_exploitation"),
        (("age_band", "sex"), ("exploitation", "sex"), ("age_band", "exploitation"), ("year", "exploitation"),
         ("nationality", "exploitation"), ("country_of_exploitation", "exploitation")),
    ),
    Chapter("intake.admitted", _later("Admissions"), _later("Stays in a house that began in the period.")),
    Chapter(
        "residence.present", _later("People in the houses"),
        _later("Stays that were not over when the last day of the period ended."),
    ),
    Chapter(
        "services.given", _later("Services given"),
        _later("Services that took place in the period, each as last corrected."),
        ("discipline", "service"), (("discipline", "age_band"),),
    ),
    Chapter(
        "services.persons", _later("People who received services"),
        _later("People with at least one service in the period, each counted once; "
               "under every discipline that served her."),
        ("discipline", "sex", "age_band"), (("discipline", "sex"),), frozenset({"discipline"}),
    ),
    Chapter(
        "transition.exits", _later("Exits"), _later("Stays that ended in the period."), ("reason", "destination"),
        (("reason", "destination"),),
    ),
    Chapter(
        "followup.due", _later("Follow-up contacts due"),
        _later("Contacts whose day, 1, 3, 6 or 12 months after leaving, lies in the period. Not those of people who "
               "had asked for no more contact, who had died or who had come back."),
        ("month",), beside="followup.done",
    ),
    Chapter(
        "followup.done", _later("Follow-up contacts kept"),
        _later("Of the contacts due in the period, those that took place."),
        ("month",),
    ),
    Chapter(
        "route.due", _later("Limits of the route"),
        _later("Limits of the law and the protocol, validated by an institution, that ended in the period."),
        ("limit",),
    ),
    Chapter(
        "referrals.received", _later("Referrals received"), _later("Requests of institutions to receive somebody."),
        ("answer",),
    ),
    Chapter(
        "referrals.unmet", _later("Needs that could not be met"),
        _later("What was needed and could not be given."), ("need",),
    ),
    Chapter(
        "outgoing.sent", _later("Referrals sent"), _later("What institutions were asked for, as it stands today."),
        ("became",),
    ),
)


def tables(
    chapter: Chapter, breakdowns: Mapping[str, Counts], period: Period, level: Level | None,
) -> dict[str, dict[str, int]]:
    """The one-way tables to print, with the rows that stand in them whatever was found.

    A row that appears only when something was found would say, by being there, that it is not zero. So every word of a
    vocabulary has its row, and of the countries only those have one whose count is printed; the others stand together.
    """
    found = {}
    for name in chapter.facts:
        if name in breakdowns and not (name == "year" and len(period.years) == 1):
            found[name] = _rows(name, breakdowns[name], period, level)
    return found


def _rows(name: str, counts: Counts, period: Period, level: Level | None) -> dict[str, int]:
    fact = FACTS[name]
    if name in COUNTRIES:
        rows = _countries(counts, level)
    else:
        words = map(str, period.years) if fact.words is None else (str(word.value) for word in fact.words.every())
        rows = {word: counts.get(word, 0) for word in words}
        if level is None and fact.words is not None:  # what nobody was asked about is not a zero
            rows = {word: count for word, count in rows.items() if count}
    if not fact.is_always_known or counts.get(UNKNOWN):
        rows[UNKNOWN] = rows.pop(UNKNOWN, counts.get(UNKNOWN, 0))
    return rows


def _countries(counts: Counts, level: Level | None) -> dict[str, int]:
    known = {word: count for word, count in counts.items() if word != UNKNOWN}
    if level is None:
        return known
    named = {word: count for word, count in known.items() if count >= level.least}
    return {**named, OTHERS: sum(known.values()) - sum(named.values())}


def as_seen(counted: Mapping[str, Figure], period: Period, level: Level | None) -> dict[str, Shown]:
    """Every figure of the contents as it may be seen, by code; exactly without a level."""
    found: dict[str, Shown] = {}
    for chapter in CONTENTS:
        if chapter.code in counted and chapter.code not in found:
            found |= _seen(chapter, counted, period, level)
    return found


def _seen(
    chapter: Chapter, counted: Mapping[str, Figure], period: Period, level: Level | None,
) -> dict[str, Shown]:
    """What some of those counted did is protected together with them: apart, each would give the other away."""
    figure = counted[chapter.code]
    rows = tables(chapter, figure.breakdowns, period, level)
    if level is None:
        return {chapter.code: exactly(figure.value, rows)}
    some = {SOME: {SOME: counted[chapter.beside].value}} if chapter.beside in counted else {}
    shown = protect(
        figure.value, {**rows, **some}, level, several=chapter.several, often_none={*chapter.often_none, *some},
        parts_of={} if chapter.several else PARTS_OF,
    )
    found = {chapter.code: Shown(shown.total, {name: shown.tables[name] for name in rows})}
    if some:
        found[chapter.beside] = Shown(shown.tables[SOME][SOME], {})
    return found
