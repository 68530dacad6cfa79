"""How facts, stored words and units are said in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale

from shelter.codes import Code
from shelter.codes.cases import Exploitation
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.codes.services import Discipline, ServiceType
from shelter.texts import later as _

from .figures import UNKNOWN, Table

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
    "month": (_("Month after leaving"), None),
}
COUNTRIES = {"nationality", "country_of_exploitation"}
UNITS = {
    "persons": _("people"),
    "services": _("services"),
    "follow_ups": _("follow-ups"),
}


def fact(name: str) -> str:
    """What a breakdown is by."""
    return str(FACTS[name][0]) if name in FACTS else name


def word(name: str, stored: str) -> str:
    """A stored word of a fact."""
    if stored == UNKNOWN:
        return str(_("Not known"))
    if name in COUNTRIES:
        return str(get_locale().territories.get(stored, stored))
    vocabulary = FACTS[name][1] if name in FACTS else None
    return str(vocabulary(stored).label) if vocabulary else stored


def rows(name: str, table: Table) -> list[tuple[str, int]]:
    """A one-way table to be read: words as the vocabulary orders them, countries by size, what is not known last."""
    vocabulary = FACTS[name][1] if name in FACTS else None
    order = [str(each) for each in vocabulary.every()] if vocabulary else sorted(table)
    if name in COUNTRIES:
        order.sort(key=lambda stored: -table[stored])
    known = [stored for stored in order if stored in table and stored != UNKNOWN]
    return [(word(name, stored), table[stored]) for stored in (*known, UNKNOWN) if stored in table]


def unit(stored: str) -> str:
    """What is counted."""
    return str(UNITS.get(stored, stored))
