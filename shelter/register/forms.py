"""A file that is sent, what its columns tell, what its words mean."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from wtforms import Field
from wtforms.meta import DefaultMeta

from shelter.rules import RuleBroken
from shelter.texts import later as _
from shelter.web import ChoiceField, FileField, Form, RecordField, TextArea, TextField
from shelter.web.choices import Option

from . import uploads
from .models import ImportedFile, Register
from .queries import Twin
from .reading import Column
from .reading.columns import FORMS, NEEDED, in_order
from .reading.facts import FACTS, FORM_OF_EXPLOITATION

NEW, PROGRAMME, NOT_KNOWN = "new", "programme", "unknown"
REPLACES, OTHERS = "replaces", "others"


class UploadForm(Form):
    """A file, and the register that it fills."""

    file = FileField(
        _("File"), accept=".csv,.txt,.tsv,.xlsx", missing=_("Choose a file"), most=uploads.LARGEST,
        too_large=uploads.TOO_LARGE,
        hint=_("CSV or XLSX, at most 10 MB, one line for each case. Leave out names, documents and telephones: a "
               "historic register holds codes only."),
    )
    register = ChoiceField(_("Which register does it fill?"), missing=_("Say which register it fills"))
    name = TextField(_("Name of the new register"), required=False, maxlength=80,
                     hint=_("For example: Casa Norte, 2009 to 2018"))
    source = TextArea(_("Where do these cases come from?"), required=False, maxlength=400, rows=2,
                      hint=_("Who wrote them down, where and when. Reports cite it."))
    foundation = ChoiceField(_("Whose register is it?"), kind="select")
    replaces = RecordField(_("Does it correct a file that was imported before?"), required=False,
                           hint=_("Then the cases of that one no longer count."))

    def __init__(
        self, registers: Sequence[Register], scopes: Sequence[tuple[uuid.UUID | None, str]],
        files: Sequence[ImportedFile],
    ) -> None:
        super().__init__(register=NEW if not registers else None, foundation=scopes[0][0] or PROGRAMME)
        self.registers = {each.id: each for each in registers}
        self.files = {each.id: each for each in files}
        self.register.choices = [*((each.id, each.name) for each in registers), (NEW, _("Another one, a new one"))]
        self.foundation.choices = [(each or PROGRAMME, name) for each, name in scopes]
        self.replaces.choices = [(each.id, f"{each.name} · {each.register.name}") for each in files]

    def validate(self, extra_validators: Any = None) -> bool:
        """A new register has a name, an owner and a source; what is replaced lies in the same register."""
        self.foundation.required = self.register.data == NEW  # of a known one it is not asked, nor sent by a script
        good: bool = super().validate(extra_validators)
        if self.register.data == NEW:
            for field, said in ((self.name, str(_("Write a name for the register"))),
                                (self.source, str(_("Say where the cases come from")))):
                if not field.data:
                    field.errors, good = [*field.errors, said], False
        if self.register.data == NEW and any(self._is_called(each) for each in self.registers.values()):
            self.name.errors, good = [str(_("There is a register of that name: choose it above"))], False
        older = self.files.get(cast(uuid.UUID, self.replaces.data))
        if good and older and older.register_id != self.register.data:
            self.replaces.errors, good = [str(_("That file lies in another register"))], False
        return good

    def _is_called(self, register: Register) -> bool:
        whose = None if self.foundation.data == PROGRAMME else self.foundation.data
        said = str(self.name.data or "").casefold()
        return register.name.casefold() == said and register.foundation_id == whose

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        name, content = self.file.data
        known = self.registers.get(cast(uuid.UUID, self.register.data))
        older = self.files.get(cast(uuid.UUID, self.replaces.data))
        whose = None if self.foundation.data == PROGRAMME else self.foundation.data
        return {
            "name": name, "content": content, "register": known.name if known else self.name.data,
            "source": known.source if known else self.source.data,
            "foundation_id": known.foundation_id if known else whose, "replaces": older.digest if older else None,
        }


def name_of(fact: str) -> str:
    """What the field of a fact is called in a form."""
    return fact.replace(".", "_")


_EMPTY = _("(empty)")
_ONE_FOR_ALL = _("One column that names the form")


class ColumnField(ChoiceField):
    """Which column tells a fact; none, when the file does not say it."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"kind": "select", **options})

    @property
    def options(self) -> list[Option]:
        """For the macro."""
        chosen = str(self.data or "")
        found: list[Option] = [(name, name, name == chosen, None) for name, _name in self.choices]
        return [("", str(_("– the file does not say it")), not chosen, None), *found]

    def pre_validate(self, form: Any) -> None:
        """Nothing is an answer too."""


class ColumnsForm(Form):
    """Which column of the file tells each fact, and how its dates are written."""

    order = ChoiceField(
        _("How are its dates written?"), inline=True,
        choices=[("dmy", _("Day first: 27/3/2014")), ("mdy", _("Month first: 3/27/2014"))],
    )
    keep_as = TextField(_("Keep these columns for other files, under the name"), required=False, maxlength=60)

    def __init__(self, header: Sequence[str], columns: Iterable[Column], order: str) -> None:
        self.known = {column.fact: column for column in columns}
        told = {name_of(fact): column.name for fact, column in self.known.items()}
        super().__init__(order=order, **told)
        names = [(name, name) for name in dict.fromkeys(header) if name]
        for fact in (*FACTS, FORMS):
            self[name_of(fact)].choices = names

    @property
    def columns(self) -> tuple[Column, ...]:
        """What was chosen; the words of a column that stays are kept."""
        found = []
        for fact in (*FACTS, FORMS):
            name, before = self[name_of(fact)].data, self.known.get(fact)
            if name:
                found.append(before if before and before.name == name else Column(name, fact))
        return tuple(found)

    def validate(self, extra_validators: Any = None) -> bool:
        """What every case needs is told by some column, and no fact by two."""
        if not super().validate(extra_validators):
            return False
        try:
            if not any(column.fact in NEEDED for column in in_order(self.columns)):
                raise RuleBroken(str(_("Say which column tells the year, or the day, of registration")), NEEDED[0])
        except RuleBroken as broken:
            self.refuse(broken)
            return False
        return True


for _fact, _field in FACTS.items():
    setattr(ColumnsForm, name_of(_fact), ColumnField(_field.args[0]))
setattr(ColumnsForm, FORMS, ColumnField(_ONE_FOR_ALL))


def words_form(columns: Iterable[Column], unread: Mapping[str, Mapping[str, int]]) -> WordsForm:
    """A form that asks what the words mean that could not be read; none of it has to be answered."""
    asked: dict[str, tuple[str, str]] = {}
    fields: dict[str, Any] = {}
    for column in columns:
        for word, count in unread.get(column.name, {}).items():
            name = f"w{len(asked)}"
            asked[name] = (column.name, word)
            choices = [*_meanings(column.fact), (NOT_KNOWN, _("Not known"))]
            fields[name] = ChoiceField(_word(word, count), kind="select", required=False, choices=choices)
    form: WordsForm = type("WordsForm", (WordsForm,), fields)()
    form.asked = asked
    return form


def _word(word: str, count: int) -> str:
    return f"{word or _EMPTY} · {count}"


class TwinForm(Form):
    """Asks about a file with nearly the same cases; where there is none, it asks nothing.

    A file that takes the place of another already cannot take a second one's, and none that of another register's.
    """

    same = ChoiceField(_("What is the file that you are importing?"),
                       missing=_("Say whether it takes the place of that file, or holds other cases"))

    def __init__(self, twin: Twin | None, *, may_replace: bool) -> None:
        super().__init__()
        self.twin = twin
        if twin is None:
            del self.same
            return
        if twin.is_elsewhere:
            self.same.missing = _("If they are other cases, say so; if they are the same, forget this file")
        place = (REPLACES, _("It takes the place of that file"), _("The cases of that one no longer count."))
        other = (OTHERS, _("They are other cases"), _("All of them count, besides those that are in."))
        self.same.choices = [place, other] if may_replace and not twin.is_elsewhere else [other]

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        said = self.same.data if self.twin else None
        return {"replaces": self.twin.file.digest if self.twin and said == REPLACES else None,
                "others": said == OTHERS}


class WordsForm(Form):
    """By the name of a field the column and the word that it asks about."""

    asked: dict[str, tuple[str, str]]

    @property
    def words(self) -> dict[str, dict[str, str | None]]:
        """By column, what each answered word means."""
        found: dict[str, dict[str, str | None]] = {}
        for name, (column, word) in self.asked.items():
            if meaning := self[name].data:
                found.setdefault(column, {})[word] = None if meaning == NOT_KNOWN else str(meaning)
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Something is answered."""
        good: bool = super().validate(extra_validators)
        if good and self.asked and not self.words:
            self.refuse(RuleBroken(_("Say what one of them means at least"), next(iter(self.asked))))
            return False
        return good

    def of(self, column: str) -> list[Field]:
        """The fields that ask about the words of a column."""
        return [self[name] for name, (each, _word) in self.asked.items() if each == column]


def _meanings(fact: str) -> list[tuple[Any, Any]]:
    unbound = FACTS.get(fact, FORM_OF_EXPLOITATION)
    choices = unbound.bind(form=None, name="fact", _meta=DefaultMeta()).choices
    return [(value, label) for value, label, *_hint in choices if str(value) != NOT_KNOWN]
