"""The letter: exactly what leaves, field by field, and the sheet on which it is printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from shelter.answers.paper import Printed
from shelter.calendar import PartialDate, age_on, now, oldest_on, today
from shelter.cases.models import Case, Person
from shelter.cases.queries import Asked
from shelter.codes.cases import AnsweredBy
from shelter.codes.outgoing import Basis, OutgoingState, Shared
from shelter.db import vault
from shelter.texts import say as _
from shelter.texts import speaking
from shelter.web.locale import country
from shelter.web.paper import pdf

from .models import Outgoing
from .rules import NAMES_HER

Lines = list[tuple[str, str]]


def lines(case: Case, outgoing: Outgoing) -> Lines:
    """What would leave now: (word of Shared, text). What is not known does not leave."""
    person = case.person
    known = {
        Shared.NEEDS: outgoing.needs, Shared.NOTE: outgoing.note, Shared.NAME_USED: person.name_used,
        Shared.FULL_NAME: " ".join(each for each in (person.names, person.surnames) if each),
        Shared.AGE: _age(person.birth), Shared.DOCUMENT: _document(person),
        Shared.NATIONALITY: country(person.nationality) if person.nationality else None,
        Shared.LANGUAGE: person.language.label if person.language else None,
    }
    return [(str(each), str(known[each])) for each in outgoing.shared if known[each]]


def as_read(case: Case, outgoing: Outgoing) -> Lines:
    """The same in Spanish, as it is kept when she is asked and when it leaves."""
    with speaking("es"):
        return lines(case, outgoing)


def mark(case: Case, outgoing: Outgoing) -> str:
    """A mark of what would leave, and to whom; another as soon as a word of it is another. It tells none."""
    told = [outgoing.reference, outgoing.institution.name["es"], outgoing.basis, as_read(case, outgoing)]
    return vault.keys.digest(json.dumps(told, ensure_ascii=False).encode())


def _age(birth: PartialDate | None) -> str | None:
    if birth is None:
        return None
    least, most = age_on(birth, today()), oldest_on(birth, today())
    if least == most:
        return str(_("%(years)s years", years=least))
    return str(_("%(least)s or %(most)s years", least=least, most=most))


def _document(person: Person) -> str | None:
    return f"{person.document_kind.label}: {person.document}" if person.document_kind and person.document else None


@dataclass(frozen=True)
class Sheet:
    """A letter, read by its template. `holder`: who holds the post to which it goes, on the day it is printed.

    An officer's name is sealed like any other; it stands on the paper that goes to that office, and nowhere else.
    """

    outgoing: Outgoing
    foundation: str
    signed_by: str
    printed_by: str
    slip: Printed | None
    consent: Asked | None
    holder: str | None = None

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What left, with its labels, word for word as it was sent."""
        return [(label(word), value) for word, value in self.outgoing.left]

    @property
    def to(self) -> str:
        """The institution."""
        return self.outgoing.institution.name["es"]

    @property
    def is_by_consent(self) -> bool:
        """Whether it cites her consent."""
        return self.outgoing.basis is Basis.CONSENT

    @property
    def is_for_a_child(self) -> bool:
        """Whether somebody else answered for her."""
        return self.consent is not None and self.consent.given_by is not AnsweredBy.HERSELF

    @property
    def consented_to(self) -> str:
        """What she agreed to share, of what leaves."""
        return ", ".join(label(word).lower() for word, _text in self.outgoing.left)

    @property
    def printed_at(self) -> datetime:
        """The moment of printing."""
        return now()


def label(word: str) -> str:
    """What a line of a letter is called."""
    return str(Shared(word).label)


def for_review(outgoing: Outgoing) -> Lines:
    """What left, for whoever looks at it and need not know who she is: that her name left, and not which."""
    return [(word, str(_("It left. It is not shown for the review.")) if Shared(word) in NAMES_HER else value)
            for word, value in outgoing.left]


def may_be_printed(outgoing: Outgoing) -> bool:
    """Sent, and not withdrawn."""
    return outgoing.state not in {OutgoingState.PREPARED, OutgoingState.WITHDRAWN}


def printed(sheet: Sheet) -> bytes:
    """The letter as PDF, in Spanish."""
    with speaking("es"):
        return pdf(render_template("outgoing/letter.html", sheet=sheet, lang="es"))
