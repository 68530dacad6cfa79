"""Fields that choose: one or several of what is offered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from shelter.codes import Code, Extensible
from shelter.codes.people import Unanswered
from shelter.texts import language
from shelter.texts import later as _later
from shelter.texts import say as _

from .fields import HouseField
from .locale import countries

Option = tuple[str, Any, bool, Any]


class ChoiceField(HouseField):
    """One of several values. `choices` gives (value, label) or (value, label, hint); it may be set by the form."""

    kind = "radio"
    missing = _later("Choose one")

    def __init__(
        self, label: Any = None, *, choices: Iterable[tuple[Any, ...]] = (), kind: str = "radio", **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.kind = kind
        self._choices: list[tuple[Any, ...]] = list(choices)

    @property
    def choices(self) -> list[tuple[Any, ...]]:
        """What may be chosen."""
        return self._offered()

    @choices.setter
    def choices(self, choices: Iterable[tuple[Any, ...]]) -> None:
        """Set after the form was read, they are what its answer is read against, again."""
        self._choices = list(choices)
        if self.raw_data is not None:
            self.process_errors = []
            try:
                self.process_formdata(self.raw_data)
            except ValueError as error:
                self.process_errors.append(str(error))

    def _offered(self) -> list[tuple[Any, ...]]:
        return self._choices

    @property
    def options(self) -> list[Option]:
        """For the macro: value, label, whether it is chosen, hint."""
        chosen = "" if self.data is None else str(self.data)
        found: list[Option] = [
            (str(value), label, str(value) == chosen, hint[0] if hint else None) for value, label, *hint in self.choices
        ]
        if self.kind == "select" and not self.required:
            found.insert(0, ("", _("Choose…"), not chosen, None))
        elif self.kind == "select" and not chosen:
            found.insert(0, ("", _("Choose…"), True, None))
        return found

    def shown(self, value: Any) -> Any:
        """The label of a value."""
        return next((label for each, label, *_hint in self.choices if str(each) == str(value)), _("nothing"))

    def process_formdata(self, values: list[Any]) -> None:
        """One of the choices, or nothing."""
        text = str(values[0]) if values else ""
        self.data = self._find(text) if text else None

    def _find(self, text: str) -> Any:
        for value, *_label in self.choices:
            if str(value) == text:
                return value
        raise ValueError(_("Choose one of the options"))


class CodeField(ChoiceField):
    """One word of a vocabulary; with `unanswered`, also why there is no answer."""

    def __init__(
        self,
        label: Any = None,
        vocabulary: type[Code] | Iterable[Code] = (),
        *,
        unanswered: bool = False,
        **options: Any,
    ) -> None:
        self._list = vocabulary if isinstance(vocabulary, type) and issubclass(vocabulary, Extensible) else None
        words = () if self._list else [*vocabulary, *(Unanswered if unanswered else ())]
        super().__init__(label, choices=[(each, each.label) for each in words], **options)

    def _offered(self) -> list[tuple[Any, ...]]:
        """A list that can grow is read when the form is used; a word that was retired stays where it stands already."""
        if self._list and not self._choices:
            kept = [self.object_data] if self.object_data else []
            words = dict.fromkeys([*self._list.offered(), *map(self._list, kept)])
            self._choices = [(each, each.label) for each in words]
        return self._choices


class RecordField(ChoiceField):
    """One of several records, by id."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"kind": "select", **options})

    def _find(self, text: str) -> Any:
        try:
            wanted = str(uuid.UUID(text))
        except ValueError:
            raise ValueError(_("Choose one of the options")) from None
        return super()._find(wanted)


class CountryField(ChoiceField):
    """A country. There are many: their options are written once for each language."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"kind": "select", **options})

    def _offered(self) -> list[tuple[Any, ...]]:
        return countries(language())

    @property
    def written(self) -> Markup:
        """For the macro, in place of options."""
        return _written(language(), self.data or "")


@lru_cache(maxsize=100)
def _written(language: str, chosen: str) -> Markup:
    option, selected = Markup('<option value="{}"{}>{}</option>'), Markup(" selected")
    offered = [("", _("Choose…")), *countries(language)]
    return Markup("\n").join(option.format(code, selected if code == chosen else "", name) for code, name in offered)


class ManyField(ChoiceField):
    """Several of several values."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"kind": "checkboxes", "required": False, **options})

    @property
    def options(self) -> list[Option]:
        """For the macro."""
        chosen = {str(each) for each in self.data or ()}
        return [
            (str(value), label, str(value) in chosen, hint[0] if hint else None) for value, label, *hint in self.choices
        ]

    def process_formdata(self, values: list[Any]) -> None:
        """All must be among the choices."""
        self.data = list(dict.fromkeys(self._find(str(each)) for each in values))

    def shown(self, value: Any) -> Any:
        """The labels of several values."""
        return ", ".join(str(super(ManyField, self).shown(each)) for each in value or ()) or _("nothing")
