"""Forms of accounts."""

from __future__ import annotations

from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    EmailField,
    Form,
    OneTimeCodeField,
    PasswordField,
    TickField,
)


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(_("E-mail"), autocomplete="username", missing=_("Write your e-mail"))
    password = PasswordField(_("Password"), autocomplete="current-password", missing=_("Write your password"))


class OneTimeCodeForm(Form):
    """The second factor."""

    code = OneTimeCodeField(
        _("Six-digit code"), hint=_("It is in the application on your telephone."), missing=_("Write the code"),
    )


class UnlockForm(Form):
    """The password once more."""

    password = PasswordField(_("Password"), autocomplete="current-password", missing=_("Write your password"))


class ActivationForm(Form):
    """The first password, the second factor, the promise of confidentiality."""

    password = PasswordField(
        _("New password"), autocomplete="new-password", missing=_("Write a password"),
        hint=_("At least 12 characters. A sentence is easy to remember."),
    )
    again = PasswordField(_("The same password again"), autocomplete="new-password", missing=_("Write it once more"))
    code = OneTimeCodeField(
        _("Six-digit code"), required=False, missing=_("Write the code"),
        hint=_("The one that the application on your telephone shows now."),
    )
    promise = TickField(
        _("I will keep what I read here to myself, use it only to care for the residents, "
          "and never take it out of the house."),
        required=True, missing=_("Without this promise the account cannot be opened"),
    )


class AccountForm(Form):
    """Language and theme."""

    language = ChoiceField(_("Language"), choices=[("es", "Español"), ("en", "English")], inline=True)
    theme = ChoiceField(
        _("Appearance"), inline=True,
        choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
