"""One historic case by hand: the same facts as in a file, with the same rules."""

from __future__ import annotations

from typing import Any

from shelter.web import Form

from .reading.facts import FACTS
from .rules import case_of


def name_of(fact: str) -> str:
    """What the field of a fact is called in the form."""
    return fact.replace(".", "_")


class RegisterCaseForm(Form):
    """A field for each fact that a case may have; `name_of` tells its name."""

    @property
    def case(self) -> dict[str, Any]:
        """What is stored, by the fields of RegisterCase; RuleBroken when the facts cannot be true together."""
        return case_of({fact: self[name_of(fact)].data for fact in FACTS})


for _fact, _field in FACTS.items():
    setattr(RegisterCaseForm, name_of(_fact), _field)
