"""The lists that an administrator extends in two languages: which there are, and what stands in each."""

from __future__ import annotations

from typing import Any, NamedTuple

from shelter.codes import Extensible, book
from shelter.codes.leaving import Destination
from shelter.codes.referrals import InstitutionKind
from shelter.codes.services import Discipline, NotHeld, ServiceType
from shelter.texts import later as _


class GrowingList(NamedTuple):
    """A list: what it is called, where it is used, its vocabulary, and how its words begin (one of a discipline)."""

    title: Any
    used: Any
    vocabulary: type[Extensible]
    prefix: str = ""

    def offered(self) -> list[Extensible]:
        """The words that forms offer."""
        return [each for each in self.vocabulary.offered() if each.startswith(self.prefix)]

    def rows(self) -> list[dict[str, Any]]:
        """Every word: word, label, whether it was added here, whether it is retired."""
        words = [each for each in self.vocabulary.every() if each.startswith(self.prefix)]
        own, entries = {str(each) for each in self.vocabulary}, book.entries
        return [
            {"word": str(each), "label": each.label, "is_added": str(each) not in own, "is_retired": bool(
                (entry := entries.get((self.vocabulary.__name__, str(each)))) and entry.is_retired)}
            for each in words
        ]


def _services(discipline: Discipline) -> GrowingList:
    title = _("Services: %(discipline)s", discipline=discipline.label)
    return GrowingList(title, _("When a service is logged"), ServiceType, f"{discipline.value}.")


LISTS = {
    "instituciones": GrowingList(_("What institutions do"), _("On the page of institutions"), InstitutionKind),
    "psicologia": _services(Discipline.PSYCHOLOGY),
    "legal": _services(Discipline.LEGAL),
    "salud": _services(Discipline.MEDICAL),
    "social": _services(Discipline.SOCIAL),
    "no-realizado": GrowingList(_("Why a service did not take place"), _("When a service is logged"), NotHeld),
    "destinos": GrowingList(_("Where she goes"), _("When she leaves the house"), Destination),
}
"""By their name in the address."""
