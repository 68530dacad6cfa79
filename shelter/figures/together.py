"""Figures of the route as they are put on a table with the institutions: to solve together, never to rank.

Steps stand in the order of the protocol, institutions by their name; nothing is ordered by how long somebody takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import format_decimal

from shelter.calendar import Period
from shelter.codes.protocol import DelayCause
from shelter.db.among import text_of
from shelter.indicators import INDICATORS, UNKNOWN, Figure, Scope, Spread
from shelter.indicators.words import meaning, names_of, word
from shelter.outgoing import indicators as outgoing
from shelter.protocol.rules import Book, Step
from shelter.protocol.rules import said as step_name
from shelter.route import indicators as route
from shelter.route.words import say_limit, say_standing
from shelter.statistics.tables import number, share
from shelter.texts import say as _
from shelter.texts import say_many

Link = Callable[..., str]
Versions = list[tuple[Book, Step]]
"""A step in the versions that measured it, the newest first."""
CODES = (
    route.DUE, route.IN_TIME, route.LATE, route.TARGETS, route.TARGETS_MET, route.BEYOND, route.DONE, route.OPEN,
)
MEASURED = (route.DONE, route.DUE, route.TARGETS)
REFERRALS = (outgoing.SENT, outgoing.ANSWERED, outgoing.ACCEPTED, outgoing.ATTENDED, outgoing.UNMET)
TWO_DAYS = 48


@dataclass(frozen=True)
class Kept:
    """How many limits were kept of those that ended, or targets met (`label` says which, where there are both)."""

    part: str
    whole: str
    share: str
    label: str


@dataclass(frozen=True)
class Line:
    """How long a step took, all together or with one institution, and how often its limit was kept.

    `unmeasured` says how often it was done before its clock started: that counts as done, and has no time.
    """

    label: str
    count: int
    median: str
    p90: str
    kept: list[Kept]
    url: str = ""
    unmeasured: str = ""


@dataclass(frozen=True)
class Place:
    """A step: its limits as the versions have it that were measured, its line, and one for each of its institutions."""

    name: str
    limits: list[str]
    whole: Line
    institution: str
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Cause:
    """Why limits were passed: how many, at which steps."""

    label: str
    count: int
    share: str
    steps: str
    url: str


@dataclass(frozen=True)
class Board:
    """All that the page shows. Causes of limits that bind nobody (`unbound`) stand apart from those of `late` ones."""

    phases: list[tuple[str, list[Place]]]
    causes: list[Cause]
    late: str
    unbound: list[Cause]
    beyond: str
    open: list[tuple[str, str, str]]
    referrals: list[tuple[str, list[str]]]
    means: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)


def together(period: Period, scope: Scope, link: Link | None) -> Board:
    """Everything of a period. `link(code, fact, word)`: where its cases are listed; None: they may not be."""
    found = {code: INDICATORS[code].count(period, scope) for code in CODES}
    late, due, beyond = found[route.LATE], found[route.DUE], found[route.BEYOND]
    said = _("%(part)s of %(whole)s (%(share)s)", part=number(late.value), whole=number(due.value),
             share=share(late.value, due.value)) if due.value else ""
    return Board(
        list(_phases(found, link)), list(_causes(late, link)), said, list(_causes(beyond, link)), number(beyond.value),
        _open(found[route.OPEN], link), _referrals(period, scope),
        [(str(INDICATORS[code].label), meaning(INDICATORS[code])) for code in CODES],
    )


def _phases(found: Mapping[str, Figure], link: Link | None) -> Iterator[tuple[str, list[Place]]]:
    """The phases in which anything was measured, by the versions that measured it."""
    by_phase = defaultdict(list)
    used = {stored for code in MEASURED for stored in found[code].breakdowns["version"]}
    of_steps = route.steps_by_key(used)
    newest = max((book.number for some in of_steps.values() for book, _step in some), default=0)
    for key, some in of_steps.items():
        if mine := [(book, step) for book, step in some if _has(found, "step×version", key, text_of(book.version_id))]:
            by_phase[mine[0][1].phase].append(_place(mine, newest, found, link))
    for key, name in names_of("phase").items():
        if key in by_phase:
            yield name, by_phase[key]


def _has(found: Mapping[str, Figure], table: str, *words: str) -> bool:
    return any(found[code].breakdowns[table].get("×".join(words)) for code in MEASURED)


def _place(mine: Versions, newest: int, found: Mapping[str, Figure], link: Link | None) -> Place:
    book, step = mine[0]
    offices = [office for office in (*names_of("office"), UNKNOWN) if _has(found, "step×office", step.key, office)]
    named = [word("office", office) for office in offices if office != UNKNOWN]
    lines = [_line(word("office", office), found, f"{step.key}×{office}", "step×office") for office in offices]
    url = link(route.DONE, "step", step.key) if link and found[route.DONE].breakdowns["step"].get(step.key) else ""
    is_old = book.number != newest
    name = _("%(step)s (version %(number)s)", step=step_name(step), number=book.number) if is_old else step_name(step)
    return Place(name, _limits(mine), _line(_("All"), found, step.key, "step", url),
                 named[0] if len(offices) == 1 and named else "", lines if len(offices) > 1 else ())


def _limits(mine: Versions) -> list[str]:
    """The limit and where it comes from; where versions differ, each with its number."""
    said = {book.number: " · ".join(filter(None, (say_limit(step.limit), say_standing(step)))) for book, step in mine}
    if len(set(said.values())) == 1:
        return [next(iter(said.values()))]
    return [str(_("%(limit)s in version %(number)s", limit=text, number=number)) for number, text in said.items()]


def _line(label: str, found: Mapping[str, Figure], key: str, table: str, url: str = "") -> Line:
    took = found[route.DONE].spreads[table].get(key, Spread(0, 0, 0))
    times = found[route.DONE].breakdowns[table].get(key, 0)
    return Line(label, times, _took(took, took.median), _took(took, took.p90), _kept(found, table, key), url,
                _unmeasured(times - took.count))


def _unmeasured(count: int) -> str:
    return str(say_many("%(num)s time it was done before its turn", "%(num)s times it was done before its turn", count)
               if count else "")


def _kept(found: Mapping[str, Figure], table: str, key: str) -> list[Kept]:
    kinds = ((route.DUE, route.IN_TIME, _("limits")), (route.TARGETS, route.TARGETS_MET, _("targets")))
    some = [(found[whole].breakdowns[table].get(key, 0), found[part].breakdowns[table].get(key, 0), label)
            for whole, part, label in kinds]
    ended = [each for each in some if each[0]]
    return [Kept(number(part), number(whole), share(part, whole), str(label) if len(ended) > 1 else "")
            for whole, part, label in ended]


def _took(spread: Spread, hours: float) -> str:
    return say_hours(hours) if spread.count else "–"


def say_hours(hours: float) -> str:
    """How long something took, as finely as it is worth reading."""
    if hours < 1:
        return str(_("%(number)s min", number=round(hours * 60)))
    if hours < TWO_DAYS:
        return str(_("%(count)s h", count=format_decimal(round(hours, 1))))
    return str(_("%(count)s days", count=format_decimal(round(hours / 24, 1))))


def _causes(passed: Figure, link: Link | None) -> Iterator[Cause]:
    by_cause, by_step = passed.breakdowns["cause"], passed.breakdowns["step×cause"]
    for stored in (*(str(each.value) for each in DelayCause.every()), UNKNOWN):
        if count := by_cause.get(stored, 0):
            at = [f"{name} ({number(by_step[f'{key}×{stored}'])})" for key, name in names_of("step").items()
                  if f"{key}×{stored}" in by_step]
            label = word("cause", stored) if stored != UNKNOWN else str(_("Nobody has said why yet"))
            yield Cause(label, count, share(count, passed.value), " · ".join(at),
                        link(passed.code, "cause", stored) if link else "")


def _open(figure: Figure, link: Link | None) -> list[tuple[str, str, str]]:
    """How many cases are in each phase, and where they are listed; phases in their order."""
    found = []
    for stored in (*names_of("phase"), UNKNOWN):
        if count := figure.breakdowns["phase"].get(stored, 0):
            label = word("phase", stored) if stored != UNKNOWN else str(_("No step is running"))
            found.append((label, number(count), link(figure.code, "phase", stored) if link else ""))
    return found


def _referrals(period: Period, scope: Scope) -> list[tuple[str, list[str]]]:
    """By kind of institution: sent, answered, accepted, attended, unmet."""
    found = [INDICATORS[code].count(period, scope).breakdowns["institution"] for code in REFERRALS]
    kinds = [stored for stored in found[0] if found[0][stored]]
    return [(word("institution", stored), [number(each.get(stored, 0)) for each in found])
            for stored in sorted(kinds, key=lambda stored: word("institution", stored))]
