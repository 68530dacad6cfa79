"""Forms of the protocol: a version, a phase, a step, a comment, what an institution answered, publishing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from shelter.calendar import today
from shelter.codes.cases import Milestone
from shelter.codes.places import Province
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit, ValidatedBy
from shelter.codes.referrals import InstitutionKind
from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    CodeField,
    DateField,
    EditForm,
    Form,
    ManyField,
    NumberField,
    RecordField,
    TextArea,
    TextField,
    TickField,
)
from shelter.web.fields import read_time

from . import words
from .first import in_order
from .models import ProtocolPhase, ProtocolStep, ProtocolVersion
from .rules import MOST, Book, first_day, said

MARKS = _("Paragraphs, lists (- or 1.), **bold** and ## headings. No name of a person who is in a house.")


def both(es: str, en: str) -> dict[str, str]:
    """A text by language; without English, its Spanish is read."""
    return {"es": es, "en": en} if en else {"es": es}


class HourField(TextField):
    """An hour on the clock, like 17:00."""

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        super().process_formdata(values)
        if self.data:
            self.data = f"{read_time(self.data):%H:%M}"


class LimitField(NumberField):
    """How long a step may take. What it is counted in is asked beside it, so the bounds of both are told."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, least=1, most=max(MOST.values()), required=False, **options)

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        try:
            super().process_formdata(values)
        except ValueError:
            hours, days = MOST[Unit.HOURS], MOST[Unit.WORKING_DAYS]
            raise ValueError(
                _("From 1 to %(hours)s hours, or from 1 to %(days)s working days", hours=hours, days=days),
            ) from None


class VersionForm(EditForm):
    """What a version is called, what is new in it, when its working days end."""

    title_es = TextField(_("Title in Spanish"), lang="es", missing=_("Write the title"))
    title_en = TextField(_("Title in English"), lang="en", required=False)
    note_es = TextArea(_("What is new and why, in Spanish"), lang="es", maxlength=2000, required=False)
    note_en = TextArea(_("What is new and why, in English"), lang="en", maxlength=2000, required=False)
    cut_off = HourField(
        _("When does a working day end?"), maxlength=8, missing=_("Write the hour, like 17:00"),
        hint=_("What starts later counts from the next working day."),
    )

    def __init__(self, version: ProtocolVersion) -> None:
        note = version.note or {}
        super().__init__(
            title_es=version.title["es"], title_en=version.title.get("en"), note_es=note.get("es"),
            note_en=note.get("en"), cut_off=f"{version.cut_off:%H:%M}", version=version.version,
        )

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        hour, minute = map(int, str(self.cut_off.data).split(":"))
        note = both(self.note_es.data or self.note_en.data, self.note_en.data)
        return {"expected": self.version_number, "title": both(self.title_es.data, self.title_en.data),
                "note": note if note["es"] else None, "cut_off": time(hour, minute)}


class PhaseForm(EditForm):
    """The name of a phase."""

    name_es = TextField(_("Name in Spanish"), lang="es", maxlength=80, missing=_("Write the name"))
    name_en = TextField(_("Name in English"), lang="en", maxlength=80, required=False)

    def __init__(self, phase: ProtocolPhase | None = None) -> None:
        name = phase.name if phase else {}
        super().__init__(name_es=name.get("es"), name_en=name.get("en"), version=phase.version if phase else None)

    @property
    def name_told(self) -> dict[str, str]:
        """For the action."""
        return both(self.name_es.data, self.name_en.data)


class StepForm(EditForm):
    """A step: what is done, who answers for it, its clock, what shows that it is done, to whom it applies."""

    name_es = TextField(_("Name in Spanish"), lang="es", missing=_("Write the name"))
    name_en = TextField(_("Name in English"), lang="en", required=False)
    procedure_es = TextArea(_("What is done and how, in Spanish"), lang="es", rows=10, hint=MARKS,
                            missing=_("Write what is done and how"))
    procedure_en = TextArea(_("What is done and how, in English"), lang="en", rows=10, required=False)
    responsible = CodeField(
        _("Which institution is responsible?"), InstitutionKind, kind="select", required=False,
        hint=_("Leave it empty when the team of the house does it."),
    )
    institution_id = RecordField(
        _("Which one, where there are several of that kind?"), required=False,
        hint=_("Leave it empty when it is the one of the province, or there is no other."),
    )
    start = CodeField(_("What starts its clock?"), Start)
    starts_with = ChoiceField(_("Which happening?"), kind="select", required=False)
    after = ChoiceField(_("Which step?"), kind="select", required=False)
    limit_amount = LimitField(_("Limit"), hint=_("Leave it empty for none."))
    limit_unit = CodeField(_("Counted in"), Unit, inline=True, required=False)
    standing = CodeField(
        _("What is this limit?"), Standing,
        hint=_("Law and protocol are said to be late only when the institution has validated them; of a target it is "
               "said that it was missed."),
    )
    basis_es = TextArea(_("Legal basis, in Spanish"), lang="es", maxlength=1000, rows=2, required=False)
    basis_en = TextArea(_("Legal basis, in English"), lang="en", maxlength=1000, rows=2, required=False)
    evidence = ManyField(_("What shows that it is done?"), choices=[(each, each.label) for each in Evidence],
                         required=True, missing=_("Say what shows that it is done"))
    happening = ChoiceField(_("Which happening shows it?"), kind="select", required=False)
    applies_to = ManyField(
        _("To whom does it apply?"), choices=[(each, each.label) for each in Condition],
        hint=_("To everybody, when nothing is ticked; else to whom any of it is true of."),
    )
    is_beside = TickField(
        _("It runs beside the others"),
        hint=_("Without this mark it waits until the step before it in its phase is done, even if its clock could "
               "start sooner. With it, it waits for nothing but what starts its clock, and the next one does not wait "
               "for it."),
    )
    may_be_skipped = TickField(
        _("It may be skipped, with a reason"),
        hint=_("The step that waits for it starts at the moment when it is skipped."),
    )

    def __init__(
        self, book: Book, nameable: Sequence[tuple[uuid.UUID, str]], step: ProtocolStep | None = None,
    ) -> None:
        given = {**now_says(step), "version": step.version} if step else {"start": Start.ALERT,
                                                                         "standing": Standing.TARGET,
                                                                         "evidence": [Evidence.WORD]}
        super().__init__(**given)
        self.institution_id.choices = nameable
        self.starts_with.choices = self.happening.choices = words.happenings()
        self.after.choices = [(each.key, said(each)) for each in book.steps if step is None or each.key != step.key]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: a number wants to know of what."""
        is_good = bool(super().validate(extra_validators))
        if self.limit_amount.data and not self.limit_unit.data:
            self.limit_unit.errors = [*self.limit_unit.errors, str(_("Choose hours or working days"))]
            return False
        return is_good

    @property
    def told(self) -> dict[str, Any]:
        """For the action: the columns of the step."""
        start, (starts_with, starts_detail) = self.start.data, _parts(self.starts_with.data)
        is_seen = Evidence.MILESTONE in (self.evidence.data or ())
        happening, happening_detail = _parts(self.happening.data if is_seen else None)
        is_milestone = start is Start.MILESTONE
        basis = both(self.basis_es.data or self.basis_en.data, self.basis_en.data)
        return {
            "name": both(self.name_es.data, self.name_en.data),
            "procedure": both(self.procedure_es.data, self.procedure_en.data),
            "responsible": self.responsible.data, "institution_id": self.institution_id.data, "start": start,
            "starts_with": starts_with if is_milestone else None,
            "starts_detail": starts_detail if is_milestone else "",
            "after": (self.after.data or "") if start is Start.STEP else "",
            "limit_amount": self.limit_amount.data,
            "limit_unit": self.limit_unit.data if self.limit_amount.data else None,
            "standing": self.standing.data, "basis": basis if basis["es"] else None,
            "evidence": in_order(self.evidence.data or ()), "happening": happening,
            "happening_detail": happening_detail, "applies_to": in_order(self.applies_to.data or ()),
            "is_beside": self.is_beside.data, "may_be_skipped": self.may_be_skipped.data,
        }


def now_says(step: ProtocolStep) -> dict[str, Any]:
    """What the form says of a step, by field."""
    basis = step.basis or {}
    return {
        "name_es": step.name["es"], "name_en": step.name.get("en"), "procedure_es": step.procedure["es"],
        "procedure_en": step.procedure.get("en"), "responsible": step.responsible,
        "institution_id": step.institution_id, "start": step.start,
        "starts_with": _joined(step.starts_with, step.starts_detail), "after": step.after or None,
        "limit_amount": step.limit_amount, "limit_unit": step.limit_unit, "standing": step.standing,
        "basis_es": basis.get("es"), "basis_en": basis.get("en"), "evidence": step.evidence.split(),
        "happening": _joined(step.happening, step.happening_detail), "applies_to": step.applies_to.split(),
        "is_beside": step.is_beside, "may_be_skipped": step.may_be_skipped,
    }


def _joined(milestone: Milestone | None, detail: str) -> str | None:
    return milestone and (f"{milestone}:{detail}" if detail else milestone.value)


def _parts(word: str | None) -> tuple[Milestone | None, str]:
    milestone, _colon, detail = (word or "").partition(":")
    return (Milestone(milestone), detail) if milestone else (None, "")


class CommentForm(Form):
    """What somebody of the team says of a step, or of all of a version."""

    text = TextArea(_("Your comment"), maxlength=4000, missing=_("Write your comment"),
                    hint=_("About the protocol, never about a person who is in a house."))


class AnswerForm(EditForm):
    """What an institution answered about steps that are its own, as they stood on this page."""

    keys = ManyField(_("About which steps?"), required=True, missing=_("Choose at least one step"))
    agrees = ChoiceField(
        _("What does it say?"), choices=[("yes", _("It agrees with them")), ("no", _("It asks for changes"))],
        inline=True,
    )
    remark = TextArea(_("What it wants changed"), maxlength=4000, required=False)
    answered_on = DateField(_("When did it answer?"))
    way = CodeField(_("How?"), [ValidatedBy.LETTER, ValidatedBy.MEETING], inline=True)
    act = TextField(_("Number of the letter or of the minutes"), maxlength=80, missing=_("Write the number"))
    officer = TextField(_("Who signs it"), missing=_("Write the name"))
    post = TextField(_("With which post"), missing=_("Write the post"))

    def __init__(self, version: ProtocolVersion, steps: list[tuple[str, str]]) -> None:
        super().__init__(answered_on=today(), way=ValidatedBy.LETTER, version=version.version)
        self.keys.choices = steps

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        return {**self.values, "agrees": self.agrees.data == "yes", "seen": self.version_number}


class SlipForm(Form):
    """What an institution answers by its slip, without an account."""

    keys = ManyField(_("With which steps does your institution agree?"))
    remark = TextArea(_("What should change in the others?"), maxlength=4000, required=False)
    officer = TextField(_("Your name"), missing=_("Write your name"))
    post = TextField(_("Your post"), missing=_("Write your post"))
    act = TextField(_("Number of your letter, if there is one"), maxlength=80, required=False)

    def __init__(self, steps: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self.keys.choices = steps


class PublishForm(EditForm):
    """From when on a version holds, as it stood on this page."""

    starts_on = DateField(_("From which day does it hold?"))

    def __init__(self, version: ProtocolVersion, latest: date | None) -> None:
        super().__init__(starts_on=first_day(today(), latest), version=version.version)
        if latest:
            self.starts_on.description = _("Tomorrow at the earliest: cases that were opened today stay on the version "
                                           "that they follow.")

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        return {**self.values, "seen": self.version_number}


class PlaceForm(Form):
    """For which province the institutions are shown (in the address)."""

    provincia = CodeField(_("Province"), Province.by_name(), kind="select", required=False)
