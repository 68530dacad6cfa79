"""The form in which a code is typed."""

from __future__ import annotations

from shelter.texts import later as _
from shelter.web import Form, TextField


class CodeForm(Form):
    """The code of a slip."""

    code = TextField(
        _("Code"), maxlength=60, missing=_("Write the code that stands on the slip"),
        hint=_("Seven groups of four letters and digits. Capital letters and hyphens do not matter."),
    )
