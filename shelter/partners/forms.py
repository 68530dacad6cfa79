"""Forms of partners."""

from __future__ import annotations

from typing import Any

from shelter.calendar import today
from shelter.codes.places import Channel, Province, Rank
from shelter.codes.referrals import InstitutionKind
from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    CodeField,
    DateField,
    EditForm,
    EmailField,
    Form,
    NumberField,
    PhoneField,
    RecordField,
    TextArea,
    TextField,
    TickField,
)


class AgreementForm(EditForm):
    """From when to when a foundation's agreement with the programme holds."""

    agreed_from_on = DateField(_("Agreement from"), required=False)
    agreed_to_on = DateField(_("Agreement until"), required=False)


class FoundationForm(AgreementForm):
    """A foundation that runs houses."""

    name = TextField(_("Name"), missing=_("Write the name"))
    started_on = DateField(_("In the programme since"), required=False)


class CloseForm(Form):
    """The last day of a foundation or of a house."""

    ended_on = DateField(_("Last day"), missing=_("Write the last day"))


class HouseChangeForm(EditForm):
    """What can change of a house."""

    name = TextField(
        _("Name of the house"), maxlength=80, missing=_("Write the name"),
        hint=_("A name that does not tell where it is: everybody who works here sees it."),
    )
    capacity = NumberField(
        _("For how many people"), least=1, most=500, required=False,
        hint=_("The number agreed with the programme. Leave it empty when it is the number of beds."),
    )


class HouseForm(HouseChangeForm):
    """A house, under a name that does not tell where it stands."""

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


class NewInstitutionForm(InstitutionForm):
    """A new one, perhaps in the place of another."""

    succeeds_id = RecordField(_("It takes the place of"), required=False)

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        self.valid_from.description = _("If you leave it empty and another one does this there already, it is taken "
                                        "as acting from today on.")


class InstitutionChangeForm(InstitutionForm, EditForm):
    """What was found out about one."""

    followed_by_id = RecordField(_("It was followed by"), required=False)
    to_confirm = TickField(
        _("Still to be confirmed"), hint=_("Take the mark away when you have checked what stands here."),
    )


class EndForm(Form):
    """The last day of an institution."""

    valid_to = DateField(_("Last day"), required=False)
    is_unknown = TickField(_("It ended, and the day is not known"))
    followed_by_id = RecordField(_("It was followed by"), required=False)


class PostForm(Form):
    """A post at an institution."""

    name = TextField(_("Post"), missing=_("Write the post"), hint=_("For example: focal point for trafficking"))
    unit = TextField(_("Unit or department"), required=False)


class HolderForm(Form):
    """Who holds a post from now on."""

    rank = CodeField(_("In which place?"), Rank, inline=True)
    name = TextField(_("Name"), missing=_("Write the name"))
    phone = PhoneField(_("Telephone number"), required=False)
    email = EmailField(_("E-mail"), required=False)
    channel = CodeField(_("How does this person prefer to be reached?"), Channel, inline=True)
    from_on = DateField(_("Since when?"))
    note = TextArea(
        _("Handover note"), required=False, maxlength=4000, rows=4,
        hint=_("What was agreed and what is pending. No name of a person who is in a house."),
    )

    def __init__(self, **data: Any) -> None:
        super().__init__(**{"rank": Rank.HOLDER, "channel": Channel.CALL, "from_on": today(), **data})


class GiveUpForm(Form):
    """Somebody leaves a post."""

    to_on = DateField(_("Last day"), missing=_("Write the last day"))
    note = TextArea(
        _("Handover note"), required=False, maxlength=4000, rows=4,
        hint=_("What was agreed and what is pending. No name of a person who is in a house."),
    )


class WordForm(Form):
    """A new word of a list."""

    name_es = TextField(_("Name in Spanish"), maxlength=80, missing=_("Write the name in Spanish"))
    name_en = TextField(_("Name in English"), maxlength=80, missing=_("Write the name in English"))


class DayForm(Form):
    """A day that is given free, or struck out."""

    day = DateField(_("Day"))
    is_worked = ChoiceField(
        _("What about it?"), choices=[("free", _("It is free")), ("worked", _("It is worked"))], inline=True,
    )
    name_es = TextField(_("Why, in Spanish"), maxlength=80, required=False)
    name_en = TextField(_("Why, in English"), maxlength=80, required=False)
    where = ChoiceField(
        _("Canton"), kind="select", required=False, hint=_("Leave it empty when it holds in the whole country."),
    )
    is_yearly = TickField(_("Every year on this date"))

    @property
    def marked(self) -> dict[str, Any]:
        """For the action."""
        values = self.values
        where = values.pop("where")
        return {**values, "canton": where, "is_worked": self.is_worked.data == "worked"}


class CalendarForm(Form):
    """Which calendar is shown (in the address)."""

    ano = NumberField(_("Year"), least=2000, most=2090, required=False)
    canton = ChoiceField(_("Canton"), kind="select", required=False)
