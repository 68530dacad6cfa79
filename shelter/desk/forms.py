"""Forms of the desk."""

from __future__ import annotations

from shelter.access import Role
from shelter.texts import later as _
from shelter.web import CodeField, DateField, EmailField, Form, RecordField, TextArea, TextField


class PersonForm(Form):
    """Who is invited."""

    name = TextField(_("Name and surname"), missing=_("Write the name"))
    email = EmailField(
        _("E-mail"), hint=_("It is only used to sign in: nothing is sent to it."), missing=_("Write the e-mail"),
    )


class AssignmentForm(Form):
    """A role, and where."""

    role = CodeField(_("Role"), Role, missing=_("Choose the role"))
    house_id = RecordField(_("House"), required=False, missing=_("Choose the house"))
    to_on = DateField(
        _("Until"), required=False,
        hint=_("For volunteers and replacements: the last day. Leave it empty for the others."),
    )
    reason = TextArea(
        _("Why"), required=False, maxlength=500, rows=3,
        hint=_("For the second person: who she is and why she needs this role."),
    )


class InvitationForm(PersonForm, AssignmentForm):
    """A new member of staff, with her first role."""


class RecoveryForm(Form):
    """Whose account, and why."""

    staff_id = RecordField(_("Who cannot sign in?"), missing=_("Choose the person"))
    reason = TextArea(
        _("What happened, and how do you know that it is this person?"), maxlength=500, rows=3,
        missing=_("Write what happened"), hint=_("She is with you, or you know her voice. Never by message alone."),
    )
