"""Forms of one's own account."""

from __future__ import annotations

from wtforms import HiddenField

from shelter.texts import later as _
from shelter.web import ChoiceField, Form, OneTimeCodeField, PasswordField, TextField


class AccountForm(Form):
    """Language and theme."""

    language = ChoiceField(_("Language"), choices=[("es", "Español"), ("en", "English")], inline=True)
    theme = ChoiceField(
        _("Appearance"), inline=True,
        choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )


class PasswordForm(Form):
    """Another password, of one's own choice."""

    current = PasswordField(
        _("Present password"), autocomplete="current-password", missing=_("Write your present password"),
    )
    password = PasswordField(
        _("New password"), autocomplete="new-password", missing=_("Write a password"),
        hint=_("At least 12 characters. A sentence is easy to remember."),
    )
    again = PasswordField(_("The same password again"), autocomplete="new-password", missing=_("Write it once more"))


class TelephoneForm(Form):
    """The code that proves that the telephone has the new key."""

    code = OneTimeCodeField(
        _("Six-digit code"), missing=_("Write the code"),
        hint=_("The one that the application on your telephone shows now."),
    )


class PasskeyForm(Form):
    """How a passkey is called, and what the browser answered."""

    name = TextField(
        _("A name for it"), maxlength=40, missing=_("Write how you will know it again"),
        hint=_("So that you know it again, like “my telephone”. Nobody else sees it."),
    )
    passkey = HiddenField()
