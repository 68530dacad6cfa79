"""Forms of partners."""

from __future__ import annotations

from shelter.codes.places import Province
from shelter.codes.route import InstitutionKind
from shelter.texts import later as _
from shelter.web import ChoiceField, CodeField, DateField, Form, NumberField, RecordField, TextArea, TextField


class FoundationForm(Form):
    """A foundation that runs houses."""

    name = TextField(_("Name"), missing=_("Write the name"))
    started_on = DateField(_("In the programme since"), required=False)


class HouseForm(Form):
    """A house, under a name that does not tell where it stands."""

    name = TextField(
        _("Name of the house"), maxlength=80, missing=_("Write the name"),
        hint=_("A name that does not tell where it is: everybody who works here sees it."),
    )
    canton = ChoiceField(_("Canton"), kind="select", missing=_("Choose the canton"))
    address = TextField(
        _("Address"), maxlength=200, required=False, hint=_("It is kept sealed, and no list shows it."),
    )
    rooms = TextArea(
        _("Rooms and beds"), rows=5, maxlength=3000, missing=_("Write at least one room"),
        hint=_("One room a line, with its number of beds. For example: Room A: 3"),
    )


class BedsForm(Form):
    """More beds for a house."""

    room = TextField(_("Room"), maxlength=40, missing=_("Write the room"))
    count = NumberField(_("How many beds"), least=1, most=20, missing=_("Write how many"))


class InstitutionForm(Form):
    """An office of the route."""

    name_es = TextField(_("Name in Spanish"), maxlength=160, missing=_("Write the name"))
    name_en = TextField(_("Name in English"), maxlength=160, required=False)
    kind = CodeField(_("What it does on the route"), InstitutionKind, kind="select", missing=_("Choose what it does"))
    province = CodeField(
        _("Province"), Province.by_name(), kind="select", required=False,
        hint=_("Leave it empty when it works in the whole country."),
    )
    valid_from = DateField(_("Exists since"), required=False)
    succeeds_id = RecordField(_("It takes the place of"), required=False)


class EndForm(Form):
    """The last day of an institution."""

    valid_to = DateField(_("Last day"), missing=_("Write the last day"))
