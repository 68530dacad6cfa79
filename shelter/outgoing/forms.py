"""Forms of outgoing referrals: a new one, her answer, sending, what the institution answered."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from shelter.codes.cases import Answer, AnsweredBy, ConsentAnswer, Heard
from shelter.codes.outgoing import Basis, NotAttended, NotTold, OutgoingState, Screening, Shared, Through, WithdrawnWhy
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import Urgency
from shelter.codes.services import ServiceType
from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    CodeField,
    DateField,
    Form,
    ManyField,
    RecordField,
    TextArea,
    TextField,
    TickField,
)

from .rules import ANSWERS, CHOSEN, left_to_say


class OutgoingForm(Form):
    """To whom, for what, and what they would be told."""

    to = RecordField(_("To which institution?"), missing=_("Choose an institution"))
    service = CodeField(_("For which service?"), ServiceType, kind="select", missing=_("Choose a service"))
    urgency = CodeField(_("When is it needed?"), Urgency)
    needs = TextArea(
        _("What do you ask them for?"), maxlength=1000, rows=3, missing=_("Write what you ask for"),
        hint=_("In one or two sentences, without her story and without her name: this always leaves."),
    )
    basis = CodeField(_("On what basis does it leave?"), Basis)
    grounds = TextArea(
        _("What makes it necessary, or what was ordered"), required=False, maxlength=2000, rows=3,
        hint=_("For the review. It does not leave."),
    )
    fields = ManyField(
        _("What else do they need to know?"), choices=[(each, each.label) for each in CHOSEN],
        hint=_("Tick only what they cannot work without. What is not known yet does not leave."),
    )
    note = TextArea(
        _("Note for whoever attends her"), required=False, maxlength=1000, rows=3,
        hint=_("It leaves too, and she is asked about it. Only with her consent."),
    )
    reply_to = TextField(
        _("Where do you wait for the answer?"), missing=_("Write a telephone number or an e-mail of the office"),
        hint=_("Telephone or e-mail of the foundation's office, never of the house. It is printed."),
    )

    @property
    def chosen(self) -> list[Shared]:
        """What was ticked."""
        return [Shared(each) for each in self.fields.data or ()]


class HerAnswerForm(Form):
    """What she answers to exactly this; of a child, who answers for her, and what she says."""

    given_by = CodeField(_("Who answers?"), AnsweredBy, required=False)
    representative = TextField(
        _("Who is it, and by what right?"), required=False,
        hint=_("Name, and the paper that shows it. Never somebody who harmed her, or who may have."),
    )
    heard = CodeField(_("What does she say herself?"), Heard, required=False, inline=True)
    answer = CodeField(
        _("What does she answer?"), ConsentAnswer,
        hint=_("Any answer is fine. Her place in the house does not depend on it."),
    )
    language = CodeField(_("In which language was it explained?"), SpokenLanguage, kind="select", required=False)
    ends_on = DateField(_("Until when is it valid?"), required=False, hint=_("Leave it empty when she did not say."))
    is_written = TickField(_("She signed it"))
    seen = HiddenField()

    @property
    def said(self) -> dict[str, Any]:
        """For the action: her answer, and the mark of what was read to her."""
        return {**self.values, "seen": self.seen.data}


class SendForm(Form):
    """The last question before it leaves."""

    was_told = ChoiceField(
        _("Does she know that this leaves without her consent?"), inline=True,
        missing=_("Say whether she was told"),
        choices=[("yes", _("Yes, she was told")), ("no", _("Not yet"))],
    )
    not_told = CodeField(_("Why not yet?"), NotTold, required=False)
    seen = HiddenField()

    def __init__(self, basis: Basis) -> None:
        super().__init__()
        self.was_told.required = basis is not Basis.CONSENT

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        said = {"yes": True, "no": False}.get(str(self.was_told.data or ""))
        return {"was_told": said, "not_told": self.not_told.data, "seen": self.seen.data}


class ReplyForm(Form):
    """What the institution answered, as somebody of the house heard it."""

    state = CodeField(_("What did they answer?"), ANSWERS)
    attended_on = DateField(_("On which day was she attended?"), required=False)
    reason = CodeField(_("Why was she not attended?"), NotAttended, required=False)
    through = CodeField(_("How did the answer come?"), Through, inline=True)
    who = TextField(_("Who answered?"), required=False, hint=_("Name and post, if they said it."))
    note = TextArea(
        _("What they say or recommend"), required=False, maxlength=2000, rows=3,
        hint=_("The counter-referral: what was done, what follows."),
    )
    is_correction = TickField(_("This corrects the answer that stands there"))


class SlipForm(Form):
    """What whoever holds the slip answers. Nothing here asks for a name."""

    state = CodeField(_("What can you tell?"), ANSWERS)
    attended_on = DateField(_("On which day?"), required=False)
    reason = CodeField(_("Why not?"), NotAttended, required=False)
    note = TextArea(
        _("Anything else"), required=False, maxlength=500, rows=3,
        hint=_("Please write no name and nothing that tells who she is."),
    )

    def __init__(self, stands: OutgoingState) -> None:
        super().__init__()
        self.state.choices = [(each, each.label) for each in left_to_say(stands)]

    @property
    def reply(self) -> dict[str, Any]:
        """For the action."""
        return {**self.values, "state": OutgoingState(str(self.state.data)), "through": Through.SLIP}


class WithdrawForm(Form):
    """Why it is taken back."""

    why = CodeField(_("Why is it withdrawn?"), WithdrawnWhy)


class ScreeningForm(Form):
    """One of the two screenings."""

    kind = CodeField(_("What is it about?"), Screening)
    answer = CodeField(_("What was found?"), Answer, inline=True)
    note = TextArea(
        _("What this rests on"), required=False, maxlength=4000,
        hint=_("What she said, who was asked, what is known of those who harmed her. It stays in the house."),
    )
