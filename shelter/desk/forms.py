"""Forms of the desk."""

from __future__ import annotations

from shelter.access import Role
from shelter.texts import later as _
from shelter.web import CodeField, DateField, EmailField, Form, RecordField, TextField


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


class InvitationForm(PersonForm, AssignmentForm):
    """A new member of staff, with her first role."""
