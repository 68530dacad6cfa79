"""The facts of a historic case, each as a field of the house: a value means in a file what it means in a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.meta import DefaultMeta

from shelter.calendar import PartialDate, today
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.codes.places import Province
from shelter.register.rules import FORM, OLDEST
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import ChoiceField, CodeField, CountryField, DateField, NumberField
from shelter.web.fields import FIRST_YEAR, HouseField

from . import spelling


class OneOfField(ChoiceField):
    """One of several options, said in one of several ways."""

    def process_formdata(self, values: list[Any]) -> None:
        """Spaces around it say nothing."""
        super().process_formdata([str(each).strip() for each in values])

    def _find(self, text: str) -> Any:
        found = self._meaning(text)
        if found is None:
            raise ValueError(_("No option is called so: choose one, or let the mapping say what the word means"))
        return found

    def _meaning(self, text: str) -> Any:
        raise NotImplementedError


class WordField(OneOfField, CodeField):
    """A stored word; a file may write it in capitals."""

    def _meaning(self, text: str) -> Any:
        return next((value for value, *_label in self.choices if value == text.casefold()), None)


class ProvinceField(OneOfField):
    """A province of Ecuador, by its code or its name."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, choices=[(each, each.label) for each in Province.by_name()], kind="select", **options)

    def _meaning(self, text: str) -> Any:
        return spelling.province(text)


class AnyCountryField(OneOfField, CountryField):
    """A country, by its letters or its name."""

    def _meaning(self, text: str) -> Any:
        return spelling.country(text)


class YearField(NumberField):
    """A year that has come, in four digits."""

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        text = str(values[0]).strip() if values else ""
        self.data = _year(text) if text else None


class DayField(DateField):
    """A day that has come, as people write it; `order` tells which number comes first."""

    order = "dmy"

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        text = str(values[0]).strip() if values else ""
        self.data = self._read(text) if text else None

    def _read(self, text: str) -> Any:
        return _day(text, self.order)


class BirthField(DayField):
    """When somebody was born: a day, or only the year. No day of birth is stored, only the age band it leads to."""

    kind = "text"

    @property
    def text(self) -> str:
        """As typed: it is never read back from a record."""
        return str(self.raw_data[0]) if self.raw_data else ""

    def _read(self, text: str) -> PartialDate:
        if text.isdecimal():
            return PartialDate(_year(text))
        born = _day(text, self.order)
        return PartialDate(born.year, born.month, born.day)


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= today().year):
        raise ValueError(_("Write a year from %(first)s to %(last)s, in four digits",
                           first=FIRST_YEAR, last=today().year))
    return int(text)


def _day(text: str, order: str) -> date:
    try:
        found = spelling.day(text, order)
    except RuleBroken as broken:
        raise ValueError(broken.message) from None
    if found > today():
        raise ValueError(_("This day has not come yet"))
    return found


FACTS: dict[str, UnboundField] = {
    "year": YearField(_later("Year of registration"), required=False),
    "registered_on": DayField(_later("Day of registration"), required=False),
    "sex": WordField(_later("Sex"), Sex, required=False),
    "age_band": WordField(_later("Age band"), AgeBand, kind="select", required=False),
    "age": NumberField(_later("Age when registered"), most=OLDEST, required=False),
    "birth": BirthField(_later("Date or year of birth"), required=False),
    "nationality": AnyCountryField(_later("Nationality"), required=False),
    "country_of_exploitation": AnyCountryField(_later("Country of exploitation"), required=False),
    "province": ProvinceField(_later("Province"), required=False),
    **{f"{FORM}{form}": WordField(form.label, Answer, inline=True, required=False) for form in Exploitation},
}
"""What a column may tell and a form may ask, in the order in which both say it."""

FORM_OF_EXPLOITATION: UnboundField = WordField(_later("Form of exploitation"), Exploitation, required=False)
"""What a word means in a column that names the forms ("sexual; begging")."""

Read = Callable[[str], Any]
"""From the text of a value to what is stored; RuleBroken with the reason when it cannot be read."""


def reader(fact: str, order: str = "dmy") -> Read:
    """Read texts through the field of a fact, as a form does; None for an empty one."""
    unbound = FACTS.get(fact, FORM_OF_EXPLOITATION)
    field: HouseField = unbound.bind(form=None, name="fact", _meta=DefaultMeta())
    if isinstance(field, DayField):
        field.order = order

    def read(text: str) -> Any:
        field.process(MultiDict({"fact": text}))
        if not field.validate(None):
            raise RuleBroken(field.errors[0])
        return field.data

    return read
