"""Asking for the years from one to another, beside a list of periods."""

from __future__ import annotations

from wtforms.validators import ValidationError

from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import ChoiceField, Form


class YearsForm(Form):
    """Two years in place of a period of the list; both or none."""

    del_ano = ChoiceField(_later("Or from the year"), kind="select", required=False,
                          hint=_later("Instead of the period above."))
    al_ano = ChoiceField(_later("to the year"), kind="select", required=False)

    def offer(self, years: list[int]) -> None:
        """The years that may be chosen; without any, neither is asked."""
        if not years:
            del self.del_ano, self.al_ano
            return
        self.del_ano.choices = self.al_ano.choices = [(year, str(year)) for year in years]

    def validate_al_ano(self, field: ChoiceField) -> None:
        """Two, in their order."""
        if bool(field.data) != bool(self.del_ano.data):
            raise ValidationError(_("Choose both years, the first and the last"))
        if field.data and field.data < self.del_ano.data:
            raise ValidationError(_("The last year is before the first"))


def years_asked(first: str, last: str) -> str:
    """A period of whole years as it is written: `2010..2018`, or `2014` of one alone."""
    return first if first == last else f"{first}..{last}"
