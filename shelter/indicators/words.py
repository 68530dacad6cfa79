"""How facts, stored words and units are said in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import get_locale

from shelter.codes import Code
from shelter.codes.cases import Exploitation
from shelter.codes.leaving import Destination, ExitReason, FollowUpMonth
from shelter.codes.outgoing import Became
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.codes.protocol import DelayCause, LimitEnd
from shelter.codes.referrals import DeclineReason, InstitutionKind, ReferralState, UnmetNeed, Urgency
from shelter.codes.services import Discipline, ServiceType
from shelter.texts import later as _

from .figures import UNKNOWN, Table
from .registry import INDICATORS, Indicator

FACTS: dict[str, tuple[Any, type[Code] | None]] = {
    "sex": (_("Sex"), Sex),
    "age_band": (_("Age"), AgeBand),
    "nationality": (_("Nationality"), None),
    "exploitation": (_("Form of exploitation"), Exploitation),
    "country_of_exploitation": (_("Country of exploitation"), None),
    "year": (_("Year"), None),
    "province": (_("Province of the house"), Province),
    "discipline": (_("Discipline"), Discipline),
    "service": (_("Service"), ServiceType),
    "reason": (_("Reason for leaving"), ExitReason),
    "destination": (_("Destination"), Destination),
    "month": (_("Month after leaving"), FollowUpMonth),
    "institution": (_("Kind of institution"), InstitutionKind),
    "urgency": (_("When a place was needed"), Urgency),
    "decline": (_("Why not"), DeclineReason),
    "need": (_("Need"), UnmetNeed),
    "phase": (_("Phase of the route"), None),
    "step": (_("Step of the route"), None),
    "office": (_("Institution"), None),
    "version": (_("Version of the protocol"), None),
    "cause": (_("Cause"), DelayCause),
    "limit": (_("Whether the limit was kept"), LimitEnd),
    "answer": (_("Answer"), ReferralState),
    "became": (_("What became of it"), Became),
}
COUNTRIES = {"nationality", "country_of_exploitation"}
UNITS = {
    "persons": _("people"),
    "services": _("services"),
    "follow_ups": _("follow-ups"),
    "referrals": _("referrals"),
    "needs": _("needs"),
    "limits": _("limits"),
    "steps": _("steps"),
    "hours": _("hours"),
}
NAMES: dict[str, Callable[[], Mapping[str, str]]] = {}
"""Of facts whose words are records of a feature above: all of them with their names, in order, in her language."""


def fact(name: str) -> str:
    """What a breakdown is by."""
    return str(FACTS[name][0]) if name in FACTS else name


def word(name: str, stored: str) -> str:
    """A stored word of a fact."""
    if stored == UNKNOWN:
        return str(_("Not known"))
    if name in COUNTRIES:
        return str(get_locale().territories.get(stored, stored))
    if name in NAMES:
        return names_of(name).get(stored, stored)
    vocabulary = FACTS[name][1] if name in FACTS else None
    return str(vocabulary(stored).label) if vocabulary else stored


def names_of(name: str) -> Mapping[str, str]:
    """The names of a fact's words, in order, where they are records; none where they are a vocabulary."""
    return NAMES[name]() if name in NAMES else {}


def rows(name: str, table: Table) -> list[tuple[str, int]]:
    """A one-way table to be read: words as the vocabulary orders them, countries by size, what is not known last."""
    vocabulary = FACTS[name][1] if name in FACTS else None
    order = [str(each) for each in vocabulary.every()] if vocabulary else [*names_of(name), *sorted(table)]
    order = list(dict.fromkeys(order))
    if name in COUNTRIES:
        order.sort(key=lambda stored: -table[stored])
    known = [stored for stored in order if stored in table and stored != UNKNOWN]
    return [(word(name, stored), table[stored]) for stored in (*known, UNKNOWN) if stored in table]


def unit(stored: str) -> str:
    """What is counted."""
    return str(UNITS.get(stored, stored))


def meaning(each: Indicator) -> list[tuple[str, str]]:
    """The definition of an indicator for whoever reads it: what is said, and the sentences."""
    means = each.means
    return [(str(title), str(text)) for title, text in (
        (_("What it counts"), means.counts),
        (_("Who is in it"), means.who),
        (_("Numerator and denominator"), _of_what(each)),
        (_("Corrections"), means.corrections),
        (_("Not known"), _("Nobody wrote it down, or she did not want to say it: it is a row of its own, and no zero. "
                           "Whoever answered no to every form is known, and has none.")),
        (_("Where it is read from"), means.source),
        (_("Broken down by"), f"{', '.join(fact(name).lower() for name in each.facts)}."),
    )]


def _of_what(each: Indicator) -> str:
    share = _("A percentage in a table is of those of whom anything is known there: «Not known» is not in its "
              "denominator.")
    if each.part_of is None:
        return str(share)
    whole = str(INDICATORS[each.part_of].label)
    parts = _("Numerator: these. Denominator: «%(whole)s» of the same period.", whole=whole)
    return f"{parts} {share}"
