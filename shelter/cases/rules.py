"""Rules of the spine, in plain values."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from stdnum.ec import ci

from shelter.calendar import PartialDate, add_months, age_on, minute
from shelter.codes.cases import Answer, AnsweredBy, CaseState, ConsentAnswer, ConsentPurpose, Heard
from shelter.codes.people import AgeBand, DocumentKind
from shelter.codes.protocol import Condition
from shelter.rules import RuleBroken
from shelter.texts import plain
from shelter.texts import say as _

FOLLOW_UP_MONTHS = (1, 3, 6, 12)
"""Contacts after leaving, in months (design default of the programme's transition protocol)."""

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"  # no vowels: no words; no 0 O 1 I L
MINUTE = timedelta(minutes=1)


def new_code() -> str:
    """A case code: random, tells neither year nor house nor order. 27⁶ possibilities."""
    letters = "".join(secrets.choice(ALPHABET) for _place in range(6))
    return f"{letters[:3]}-{letters[3:]}"


MOST_SEARCHES = 30
"""By name, of one person in an hour: one more is told to the coordination and to the auditors."""


def read_code(text: str) -> str:
    """A case code as it may be typed: small letters, without its hyphen, with spaces."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return f"{letters[:3]}-{letters[3:]}"


def is_code(text: str) -> bool:
    """Whether a text can be a case code at all: most of what is searched for cannot."""
    return len(text) == 7 and set(text) <= {*ALPHABET, "-"}


def not_in_future(moment: datetime, now: datetime, field: str) -> None:
    """What happened, happened already."""
    if moment > now + MINUTE:
        raise RuleBroken(_("This cannot be later than now"), field)


def not_before(moment: datetime, earliest: datetime, field: str, message: str) -> None:
    """Things follow each other. Moments are typed to the minute: within the same one they may."""
    if moment < minute(earliest):
        raise RuleBroken(message, field)


def its_moments_move(state: CaseState) -> None:
    """What a closed case says stays as it is."""
    if state is CaseState.CLOSED:
        raise RuleBroken(_("This case is closed: its moments stay as they are"))


LONG_AGO = timedelta(days=2 * 366)
"""Nobody is known of for longer before her case is opened: it is another year that was typed."""


def not_long_before(alert: datetime, opened: datetime, field: str) -> None:
    """An alert of years ago is a year that was typed wrong, and every clock would be over by thousands of days."""
    if alert < opened - LONG_AGO:
        raise RuleBroken(_("This is more than two years before the case: look at the year again"), field)


def may_be_the_alert(at: datetime, now: datetime, first_at: datetime | None, opened_at: datetime) -> None:
    """The alert comes first: whatever else is known of a case came after it, or at the same minute."""
    not_in_future(at, now, "at")
    not_long_before(at, opened_at, "at")
    if first_at and at > first_at:
        raise RuleBroken(_("Other things happened in this case before that: the alert came first"), "at")


def may_be_born(birth: PartialDate | None, arrived: date) -> None:
    """Nobody arrives before being born; nobody here is older than 120."""
    if birth and birth.earliest > arrived:
        raise RuleBroken(_("The date of birth cannot be later than the day of arrival"), "birth")
    if birth and arrived.year - birth.year > 120:
        raise RuleBroken(_("Check the year of birth: it would make her older than 120"), "birth")


def age(birth: PartialDate | None, day: date) -> int | None:
    """In whole years, the younger where her birth leaves doubt (CNA, art. 5); None: not known."""
    return age_on(birth, day) if birth else None


def age_band(birth: PartialDate | None, day: date) -> AgeBand | None:
    """The band on a day; None when the birth date is not known."""
    return AgeBand.of(max(0, age_on(birth, day))) if birth else None


OF_AGE, ADOLESCENT = 18, 12
"""From when on nobody else answers for her; and from when on a child is always heard (CNA, arts. 4 and 60)."""


def declared_age(age: int | None, declared: Collection[Condition]) -> int | None:
    """Whose majority is in doubt is under 18 (CNA, art. 5); so is, of any age, who is declared a child."""
    if Condition.DOUBTFUL_MAJORITY in declared:
        return OF_AGE - 1 if age is None else min(age, OF_AGE - 1)
    return 0 if age is None and Condition.CHILD in declared else age


def speaks_for_her(given_by: AnsweredBy, age: int | None) -> bool:
    """Whether who answered is who may: she from 18 on, somebody else before. `age`: the younger where in doubt."""
    return age is None or (given_by is AnsweredBy.HERSELF) == (age >= OF_AGE)


def answers_for_her(
    given_by: AnsweredBy, answer: ConsentAnswer, heard: Heard | None, representative: str | None, age: int | None,
) -> None:
    """A child's consent is given by who may give it, by name; she is heard, and her no is a no."""
    may = speaks_for_her(given_by, age)
    if given_by is AnsweredBy.HERSELF:
        if answer is ConsentAnswer.GIVEN and not may:
            raise RuleBroken(
                _("She is under 18: who represents her or an authority answers, and she is heard"), "given_by")
        return
    if not may:
        raise RuleBroken(_("She is of age: nobody else answers for her"), "given_by")
    if not representative:
        raise RuleBroken(_("Write who answers for her, and by what right"), "representative")
    if heard is None or (heard is Heard.TOO_YOUNG and age is not None and age >= ADOLESCENT):
        raise RuleBroken(_("Ask her too, and choose what she says: from twelve years on she is always heard"), "heard")
    if answer is ConsentAnswer.GIVEN and heard is Heard.OBJECTS:
        raise RuleBroken(_("She does not want it, so it does not leave by consent. Record it as a no."), "heard")


def refuge_first(refuge: Answer | None, field: str) -> None:
    """Nobody of her country is told, and she is not sent back, before it is known that she needs no refuge."""
    if refuge is Answer.YES:
        raise RuleBroken(_("She may need refuge: nobody of her country is told, and she is not sent back"), field)
    if refuge is not Answer.NO:
        raise RuleBroken(_("First ask her whether she is afraid to return: it is under «Refuge and return»"), field)


def may_return(refuge: Answer | None, safe: Answer | None, field: str) -> None:
    """After both screenings alone. None: not asked yet."""
    refuge_first(refuge, field)
    if safe is not Answer.YES:
        raise RuleBroken(_("First assess the risk of her return: it is under «Refuge and return»"), field)


def is_doubtful(kind: DocumentKind | None, number: str | None) -> bool:
    """Whether an Ecuadorian cédula's check digit is wrong. It is kept all the same, and marked."""
    return kind is DocumentKind.CEDULA and bool(number) and not ci.is_valid(number or "")


def clean_document(number: str | None) -> str:
    """A document number as it is compared: capital letters and digits alone."""
    return "".join(letter for letter in (number or "").upper() if letter.isalnum())


def clean_phone(number: str | None) -> str:
    """A telephone number as it is compared: the last nine digits."""
    return "".join(letter for letter in number or "" if letter.isdigit())[-9:]


def follow_ups_due(left_on: date) -> list[tuple[int, date]]:
    """When to be in touch after leaving: (month, day)."""
    return [(month, add_months(left_on, month)) for month in FOLLOW_UP_MONTHS]


# --- consents ---------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Asked:
    """A consent as it is read: what she was asked, what she answered, until when, and whether she took it back."""

    id: uuid.UUID
    purpose: ConsentPurpose
    answer: ConsentAnswer
    asked_at: datetime
    ends_on: date | None
    withdrawn_at: datetime | None
    by_id: uuid.UUID
    recipient: str | None
    institution_id: uuid.UUID | None = None
    fields: tuple[str, ...] | None = None
    is_written: bool = False
    given_by: AnsweredBy = AnsweredBy.HERSELF
    representative: str | None = None

    def is_in_force(self, day: date) -> bool:
        """Given, not taken back, not past its end."""
        is_over = self.ends_on is not None and day > self.ends_on
        return self.answer is ConsentAnswer.GIVEN and not self.withdrawn_at and not is_over


def in_force(asked: Iterable[Asked], day: date) -> list[Asked]:
    """Of all she was asked (newest first), what holds on a day: her last word to each question counts.

    A question is a purpose, a recipient and what exactly is shared; a no is a no to all that the same recipient had
    been granted, however its name is written and whatever the question was called; a no without a recipient, or to one
    that no institution is known by, to every institution: in doubt she said no.
    """
    found: list[Asked] = []
    questions, noes = set[object](), list[Asked]()
    for each in asked:
        question, holds = (each.purpose, each.recipient, each.fields), each.is_in_force(day)
        if holds and question not in questions and not any(_is_no_to(no, each) for no in noes):
            found.append(each)
        questions.add(question)
        if not holds:
            noes.append(each)
    return found


def _is_no_to(no: Asked, other: Asked) -> bool:
    """Whether a no, or the end of a yes, takes back something that she had agreed to before."""
    if not _is_about(no, other) or (no.recipient and not other.recipient):
        return False
    if not no.recipient or spelled(no.recipient) == spelled(other.recipient):
        return True
    if no.institution_id or (no.answer is ConsentAnswer.GIVEN and not no.withdrawn_at):
        return no.institution_id is not None and no.institution_id == other.institution_id
    if no.answer is not ConsentAnswer.GIVEN and other.institution_id:
        return True
    hers = _telling(no.recipient)
    return not hers or bool(hers & _telling(other.recipient))


def _is_about(no: Asked, other: Asked) -> bool:
    """Whether both are the same question. Who does not want to be referred does not want any institution to know."""
    if no.purpose is other.purpose:
        return True
    if not {no.purpose, other.purpose} <= _TO_INSTITUTIONS or other.institution_id is None:
        return False
    is_to_any = no.purpose is ConsentPurpose.REFERRAL and no.answer is not ConsentAnswer.GIVEN
    return is_to_any or no.institution_id == other.institution_id


_TO_INSTITUTIONS = {ConsentPurpose.REFERRAL, ConsentPurpose.PROSECUTION}
_GENERAL = frozenset({
    "ministerio", "nacional", "general", "estado", "ecuador", "consejo", "junta", "casa", "fundacion", "centro",
    "oficina", "direccion", "unidad", "provincial", "cantonal",
})


def _telling(name: str | None) -> set[str]:
    """The words of a name by which somebody may be meant."""
    return {word for word in spelled(name).split() if len(word) > 3} - _GENERAL


def spelled(name: str | None) -> str:
    """A name as it is compared: whatever its capitals, accents and spaces."""
    return plain(name or "")


# --- what a text that leaves may tell ---------------------------------------------------------------------------------

NUMBER = 5
"""Letters and digits at least by which a document can be told from any other number."""


def names_nobody(texts: Mapping[str, str | None], names: Iterable[str | None]) -> None:
    """Her name leaves where it was ticked and agreed to, in no other text of a letter; at the door nobody says it.

    `texts` by field. Words are compared without accents and in small letters, from three letters on; a number however
    its digits are parted.
    """
    known = list(names)
    hers = {word for name in known for word in _words(name) if len(word) > 2} - _JOINS
    numbers = {number for name in known if len(number := clean_document(name)) >= NUMBER and not number.isalpha()}
    for field, text in texts.items():
        if (hers & _words(text) or any(word in spelt for spelt in _spelt(text) for word in hers)
                or any(number in clean_document(text) for number in numbers)):
            raise RuleBroken(
                _("Her name, or a part of it, stands in this text: leave it out"), field)


def tells_no_place(texts: Mapping[str, str | None], name: str, address: str | None) -> None:
    """Where the house is leaves in no text: neither its name nor its street, in two words that follow each other.

    A name of a single word is not said at all.
    """
    hers = {*_pairs(name), *_pairs(address)}
    alone = _words(name) - _BETWEEN
    for field, text in texts.items():
        if hers & set(_pairs(text)) or (len(alone) == 1 and alone & _words(text)):
            raise RuleBroken(_("This tells where the house is: leave it out"), field)


def _pairs(text: str | None) -> Iterator[tuple[str, str]]:
    """Words that follow each other, without those that join them."""
    return pairwise(word for word in plain(text or "").split() if word not in _BETWEEN)


def _words(text: str | None) -> set[str]:
    return set(plain(text or "").split())


def _spelt(text: str | None) -> Iterator[str]:
    """What letters that stand apart say when they are read together."""
    return (each.replace(" ", "") for each in re.findall(r"(?:\b\w\b ?){3,}", plain(text or "")))


_JOINS = frozenset({"del", "las", "los", "san", "van", "von", "dos"})
_BETWEEN = frozenset({"de", "del", "la", "las", "los", "y"})


TELEPHONE = r"\+?[0-9][0-9 ()-]{5,24}(\s*ext\.?\s*[0-9]{1,6})?"
"""How the telephone number of an office is written."""
