"""Forms of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from shelter.access import Role
from shelter.web import ChoiceField, CodeField, DateField, EmailField, Form, OneTimeCodeField, PasswordField, RecordField, TextField, TickField


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(_("E-mail"), autocomplete="username", missing=_("Write your e-mail"))
    password = PasswordField(_("Password"), autocomplete="current-password", missing=_("Write your password"))


class OneTimeCodeForm(Form):
    """The second factor."""

    code = OneTimeCodeField(_("Six-digit code"), hint=_("It is in the application on your telephone."), missing=_("Write the code"))


class UnlockForm(Form):
    """The password once more."""

    password = PasswordField(_("Password"), autocomplete="current-password", missing=_("Write your password"))


class ActivationForm(Form):
    """The first password, the second factor, the promise of confidentiality."""

    password = PasswordField(_("New password"), autocomplete="new-password", hint=_("At least 12 characters. A sentence is easy to remember."))
    again = PasswordField(_("The same password again"), autocomplete="new-password")
    code = OneTimeCodeField(_("Six-digit code"), required=False, hint=_("The one that the application on your telephone shows now."))
    promise = TickField(
        _("I will keep what I read here to myself, use it only to care for the residents, and never take it out of the house."),
        required=True, missing=_("Without this promise the account cannot be opened"),
    )


class AccountForm(Form):
    """Language and theme."""

    language = ChoiceField(_("Language"), choices=[("es", "Español"), ("en", "English")], inline=True)
    theme = ChoiceField(_("Appearance"), choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))], inline=True)


class InvitationForm(Form):
    """A new member of staff."""

    name = TextField(_("Name"))
    email = EmailField(_("E-mail"))
    role = CodeField(_("Role"), Role)
    house_id = RecordField(_("House"), required=False, hint=_("For the roles that work in a house."))
    to_on = DateField(_("Until"), required=False, hint=_("For volunteers and replacements: the day it ends."))
