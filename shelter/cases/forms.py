"""Forms of the spine."""

from __future__ import annotations

from shelter.codes.cases import CaseState, Channel, ConsentAnswer, ConsentPurpose
from shelter.codes.people import SpokenLanguage
from shelter.codes.services import Discipline
from shelter.texts import later as _
from shelter.web import ChoiceField, CodeField, DateField, Form, PhoneField, RecordField, TextField


class SearchForm(Form):
    """A name, a code, a document or a telephone."""

    q = TextField(_("Name, code or document"), maxlength=80, missing=_("Write a name, a code or a document number"))


class FilterForm(Form):
    """What the list is narrowed to (in the address: nothing here names anybody)."""

    estado = ChoiceField(
        _("State"),
        required=False,
        kind="select",
        choices=[
            *((str(state.value), state.label) for state in CaseState),
            ("todos", _("All")),
        ],
    )
    casa = RecordField(_("House"), required=False)
    mios = ChoiceField(
        _("Whose"),
        required=False,
        kind="select",
        choices=[("todos", _("All that I may see")), ("mios", _("Those I care for"))],
    )


class ConsentForm(Form):
    """What she was asked and what she answered."""

    purpose = CodeField(_("What is she asked?"), ConsentPurpose)
    recipient = TextField(
        _("With whom would it be shared?"),
        required=False,
        hint=_("The institution, by its name in the list, or the person. Leave it empty when it stays in the house."),
    )
    answer = CodeField(
        _("What does she answer?"),
        ConsentAnswer,
        hint=_("Any answer is fine. Her place in the house does not depend on it."),
    )
    language = CodeField(_("In which language was it explained?"), SpokenLanguage, kind="select", required=False)
    ends_on = DateField(_("Until when is it valid?"), required=False, hint=_("Leave it empty when she did not say."))


class SafeContactForm(Form):
    """How it is safe to reach her."""

    channel = CodeField(_("How does she want to be contacted?"), Channel)
    number = PhoneField(_("Telephone number"), required=False)
    hours = TextField(_("When is it safe?"), required=False, hint=_("Days and hours, like: weekdays from 10 to 12"))
    code_word = TextField(_("Word that says that it is safe to talk"), required=False, maxlength=60)
    pretext = TextField(
        _("If another person answers, say"),
        required=False,
        maxlength=200,
        hint=_("Something ordinary, like: I am calling about the sewing course"),
    )
    never = TextField(
        _("What must never be done"), required=False, maxlength=200, hint=_("Like: leave no message, never at night")
    )


class TeamForm(Form):
    """Somebody joins the team."""

    staff_id = RecordField(_("Who"))
    discipline = CodeField(_("As"), Discipline)
