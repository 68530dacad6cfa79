"""Forms of accounts."""

from __future__ import annotations

from wtforms import HiddenField

from shelter.rules import RuleBroken
from shelter.texts import later as _
from shelter.web import (
    EmailField,
    Form,
    OneTimeCodeField,
    PasswordField,
    TextField,
    TickField,
)


class SignInForm(Form):
    """E-mail and password; and the code before them when somebody is trying passwords."""

    asks_code = False
    email = EmailField(_("E-mail"), autocomplete="username", missing=_("Write your e-mail"))
    password = PasswordField(_("Password"), autocomplete="current-password", missing=_("Write your password"))
    code = OneTimeCodeField(
        _("Six-digit code"), required=False, hint=_("Or one of your recovery codes, if you do not have the telephone."),
    )


class FactorForm(Form):
    """The second factor: a passkey's answer, the six digits or a recovery code."""

    passkey = HiddenField()
    code = OneTimeCodeField(
        _("Six-digit code"), hint=_("It is in the application on your telephone."), maxlength=12,
    )
    recovery = TextField(
        _("Recovery code"), maxlength=60, autocomplete="off",
        hint=_("One of those that you printed, like 7kq2-…. It works once."),
    )

    def is_good(self) -> bool:
        """Posted, with one of the three: none of them alone is required, and none is called optional."""
        self.code.required = self.recovery.required = False
        if super().is_good() and not (self.passkey.data or self.code.data or self.recovery.data):
            self.refuse(RuleBroken(_("Write the code"), "code"))
        self.code.required = self.recovery.required = True
        return self.is_posted and self.status == 200


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
