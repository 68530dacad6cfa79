"""Every part that pages are made of, on one page, for developers: registered only when the program is debugged."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from shelter.access import PUBLIC
from shelter.calendar import PartialDate, now, today
from shelter.codes.cases import Answer
from shelter.rules import RuleBroken
from shelter.texts import later as _

from .charts import Mark, bars
from .choices import ChoiceField, CodeField, CountryField, ManyField
from .fields import (
    DateField,
    EmailField,
    MomentField,
    NumberField,
    OneTimeCodeField,
    PartialDateField,
    PasswordField,
    PhoneField,
    TextArea,
    TextField,
    TickField,
)
from .forms import Form
from .page import page
from .section import Section


class EveryField(Form):
    """A field of each kind."""

    name = TextField(_("Name and surname"), hint=_("It is only used to sign in: nothing is sent to it."))
    note = TextArea(_("Note"), required=False, readers=_("Psychology"))
    email = EmailField(_("E-mail"))
    phone = PhoneField(_("Telephone number"), required=False)
    password = PasswordField(_("Password"))
    code = OneTimeCodeField(_("Six-digit code"))
    number = NumberField(_("Age"), least=1, most=120, required=False)
    day = DateField(_("Date"))
    moment = MomentField(_("When"))
    born = PartialDateField(_("Date of birth"))
    theme = ChoiceField(_("Appearance"), inline=True, choices=[("light", _("Light")), ("dark", _("Dark"))])
    is_safe = CodeField(_("Is she safe now?"), Answer)
    country = CountryField(_("Nationality"))
    many = ManyField(_("Roles"), choices=[("a", _("Administrator")), ("b", _("Auditor"))])
    tick = TickField(_("Yes"))


def init_app(app: Flask) -> None:
    """Only for those who build: a house never debugs."""
    if app.debug:
        components = Section("components", __name__)
        components.add_url_rule("/componentes", "index", index, needs=PUBLIC)
        app.register_blueprint(components)


def index() -> ResponseReturnValue:
    """Everything in each of its states."""
    wrong = EveryField(formdata=MultiDict())
    for field in wrong:
        field.id = f"wrong-{field.id}"
    for name in ("name", "day", "is_safe", "theme"):
        wrong.refuse(RuleBroken(str(_("Complete this")), name))
    wrong.name.now_says = wrong.name.shown("Rosa")
    wrong.status = 200
    chart = bars("Light: 12, Dark: 7", [Mark(str(_("Light")), 12, "12"), Mark(str(_("Dark")), 7, "7")])
    filled = EveryField(
        name="Rosa", day=today(), moment=now(), born=PartialDate(2001, 4), number=25, is_safe=Answer.YES,
    )
    return page("ui/components.html", filled=filled, wrong=wrong, chart=chart, icons=_icons())


def _icons() -> list[str]:
    return ["bed", "bell", "calendar", "cases", "check", "clock", "exit", "file", "help", "lock", "people", "shield"]
