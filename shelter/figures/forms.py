"""What the page of figures is asked for, in its address: nothing here names anybody."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from shelter.calendar import Period, today
from shelter.indicators import INDICATORS
from shelter.indicators.words import FACTS
from shelter.statistics.forms import YearsForm, years_asked
from shelter.statistics.queries import of_years
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import ChoiceField

from .queries import Whose
from .together import CODES

MONTHS = 12


class ScopeForm(YearsForm):
    """Which period, and whose figures."""

    periodo = ChoiceField(_later("Which period?"), kind="select")
    de = ChoiceField(_later("Whose figures?"), kind="select")

    def __init__(
        self, asked: Mapping[str, str], whose: list[Whose], periods: list[tuple[str, str]], years: list[int],
    ) -> None:
        """`years`: those from which and to which any may be asked for together; none where that is not offered."""
        asked = _together(asked) if years else asked
        periods = [*periods, *(each for each in of_years(asked.get("periodo", "")) if years and each not in periods)]
        over = next(word for word, _said in periods if Period.read(word).end < today())
        start = {"periodo": over, "de": whose[0].word}
        super().__init__(formdata=MultiDict({**start, **asked}))
        self.periodo.choices = periods
        self.offer(years)
        self.de.choices = [(each.word, each.name) for each in whose]
        self.whose = {each.word: each for each in whose}

    @property
    def period(self) -> Period:
        """The period that is asked for."""
        return Period.read(str(self.periodo.data))

    @property
    def chosen(self) -> Whose:
        """Whose figures."""
        return self.whose[str(self.de.data)]


class FiguresForm(ScopeForm):
    """Besides, which two facts are put together."""

    filas = ChoiceField(_later("A table with these rows"), kind="select", required=False)
    columnas = ChoiceField(_later("and these columns"), kind="select", required=False)

    def __init__(
        self, asked: Mapping[str, str], whose: list[Whose], periods: list[tuple[str, str]], years: list[int],
    ) -> None:
        """Any two facts by which a figure of the page is told."""
        super().__init__(asked, whose, periods, years)
        here = {name for code, each in INDICATORS.items() if code not in CODES for name in each.facts}
        facts = [(name, label) for name, (label, _words) in FACTS.items() if name in here]
        self.filas.choices = self.columnas.choices = facts

    def validate_columnas(self, field: ChoiceField) -> None:
        """A table with two facts needs two, and not the same twice."""
        if bool(field.data) != bool(self.filas.data):
            raise ValidationError(_("Choose both, the rows and the columns"))
        if field.data and field.data == self.filas.data:
            raise ValidationError(_("Choose something else than in the rows"))

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two facts; None where no table with two is asked for."""
        down, across = self.filas.data, self.columnas.data
        return (down, across) if down and across and down != across else None


def _together(asked: Mapping[str, str]) -> dict[str, str]:
    """What is asked for, two years that make one as the period: so that every link and the next question keep it."""
    first, last = asked.get("del_ano", ""), asked.get("al_ano", "")
    if not (first and last) or first > last:
        return dict(asked)
    other = {name: word for name, word in asked.items() if name not in {"del_ano", "al_ano"}}
    return {**other, "periodo": years_asked(first, last)}
