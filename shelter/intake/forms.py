"""Forms of an arrival: five questions a page at most, safety first."""

from __future__ import annotations

from shelter.codes.cases import Answer, ConsentAnswer, Exploitation
from shelter.codes.people import DocumentKind, Sex, SpokenLanguage
from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    CodeField,
    CountryField,
    DateField,
    EditForm,
    Form,
    ManyField,
    PartialDateField,
    PhoneField,
    RecordField,
    TextArea,
    TextField,
)


class SafetyForm(EditForm):
    """The first page of an arrival. In this order."""

    is_safe = CodeField(
        _("Is she safe now?"), Answer, inline=True, missing=_("Answer this first: yes, no, or not known")
    )
    needs_doctor = CodeField(
        _("Does she need a doctor now?"), Answer, inline=True, missing=_("Answer this: yes, no, or not known")
    )
    language = CodeField(_("Which language does she speak?"), SpokenLanguage, kind="select", required=False)
    needs_interpreter = CodeField(_("Does she need an interpreter?"), Answer, inline=True, required=False)
    safety = TextArea(
        _("What the team must know to keep her safe"),
        required=False,
        maxlength=2000,
        rows=3,
        readers=_("Seen by the team that cares for her"),
        hint=_("The night shift does not read this. What it has to do goes into “For the night”."),
    )


class ArrivalForm(SafetyForm):
    """The same for somebody at the door, in a house."""

    house_id = RecordField(_("In which house?"))


class PersonForm(EditForm):
    """Who she is, as far as she wants to say."""

    name_used = TextField(
        _("Name she wants to be called"), missing=_("Write the name she wants to be called; it can be any name")
    )
    names = TextField(_("Names on her document"), required=False)
    surnames = TextField(_("Surnames on her document"), required=False)
    birth = PartialDateField(
        _("Date of birth"), required=False, hint=_("The year alone is enough when she does not remember.")
    )
    sex = CodeField(_("Gender, as she says it"), Sex, unanswered=True, required=False)
    nationality = CountryField(_("Nationality"), required=False)
    document_kind = CodeField(_("Document"), DocumentKind, kind="select", required=False)
    document = TextField(
        _("Document number"), required=False, maxlength=30, hint=_("Only if she has one and wants to show it.")
    )
    phone = PhoneField(_("Her own telephone"), required=False)


class SituationForm(EditForm):
    """What she wants comes before what happened. Her story is never required."""

    wishes = TextArea(_("What she wants, in her own words"), required=False, maxlength=4000, rows=3)
    found = ManyField(
        _("Forms of exploitation that were recognised"), choices=[(form, form.label) for form in Exploitation]
    )
    others_ruled_out = CodeField(
        _("Were the other forms ruled out?"),
        [Answer.YES, Answer.NO],
        inline=True,
        required=False,
        hint=_("Without a yes they stay as not known."),
    )
    exploited_in = CountryField(_("Country where it happened"), required=False)
    story = TextArea(
        _("What she wants to tell"),
        required=False,
        hint=_("Do not ask her to repeat it. This can stay empty for ever."),
    )


_ANSWERS = [(answer, answer.label) for answer in ConsentAnswer]


class ConsentsForm(Form):
    """After safety, and never a condition."""

    language = CodeField(_("In which language was it explained?"), SpokenLanguage, kind="select", required=False)
    referral = ChoiceField(
        _("May we share what is needed to refer her to a service?"), choices=_ANSWERS, required=False
    )
    figures = ChoiceField(
        _("May her story be told, without her name, in what we publish?"),
        choices=_ANSWERS,
        required=False,
        hint=_("The totals of reports count everybody and show nobody."),
    )
    follow_up = ChoiceField(_("May we contact her after she leaves?"), choices=_ANSWERS, required=False)
    prosecution = ChoiceField(
        _("May we share information with the prosecutor's office?"), choices=_ANSWERS, required=False
    )
    ends_on = DateField(_("Until when is it valid?"), required=False, hint=_("Leave it empty when she did not say."))


class FinishForm(Form):
    """The end of the short intake."""
