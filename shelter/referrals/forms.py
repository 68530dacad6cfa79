"""Forms of referrals: what a caller says, the answer, and the daily word with those who wait outside."""

from __future__ import annotations

from typing import Any

from shelter.codes.cases import Answer, Channel
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import DeclineReason, HowSheIs, Means, ReferralState, UnmetNeed, Urgency, WaitEnd
from shelter.texts import later as _
from shelter.web import (
    CodeField,
    Form,
    HourField,
    ManyField,
    MomentField,
    NumberField,
    PhoneField,
    RecordField,
    TextArea,
    TextField,
    TickField,
)

ANSWERS = (ReferralState.ACCEPTED, ReferralState.REDIRECTED, ReferralState.DECLINED)


class ReferralForm(Form):
    """What a caller or a letter says. Safety first; the name may come later."""

    house_id = RecordField(_("For which house?"))
    is_safe = CodeField(_("Is she safe now?"), Answer, inline=True)
    safety = TextArea(
        _("What makes it unsafe now, and what is being done?"), required=False, maxlength=1000, rows=2,
        hint=_("In danger now: 911 first, then this page."),
        missing=_("Write what makes it unsafe now, and what is being done"),
    )
    needs_doctor = CodeField(_("Does she need a doctor now?"), Answer, inline=True)
    language = CodeField(_("Which language does she speak?"), SpokenLanguage, kind="select", required=False)
    needs_interpreter = CodeField(_("Does she need an interpreter?"), Answer, inline=True, required=False)
    urgency = CodeField(_("When does she need a place?"), Urgency)
    means = CodeField(_("How does the institution ask?"), Means, inline=True, required=False)
    institution_id = RecordField(_("Which institution refers her?"))
    post_id = RecordField(
        _("Its focal point"), required=False,
        hint=_("The post. Who holds it today stands on the referral. Leave it empty for others."),
    )
    caller = TextField(_("Who calls, and from which post?"), required=False)
    contact = TextField(_("How to answer them"), required=False, hint=_("Telephone or e-mail of the office"))
    received_at = MomentField(_("When did the referral come in?"))
    alerted_at = HourField(
        _("When did the institution know of her?"), required=False,
        hint=_("The alert: the limits of the route count from here. Empty when they did not say: then from the call."),
    )
    is_alert_about = TickField(_("The hour is approximate"))
    name = TextField(_("Name she wants to be called"), required=False, hint=_("If it was said. It can come later."))
    children = NumberField(_("Children who come with her"), most=20)
    ages = TextField(_("Their ages, if they are known"), required=False, hint=_("For example: 3 and 8"))
    contact_channel = CodeField(_("How can she be reached safely?"), Channel, required=False)
    number = PhoneField(_("Telephone number, hers or of the person she trusts"), required=False)
    conditions = TextArea(
        _("When, how and what never"), required=False, maxlength=1000, rows=2,
        hint=_("Hours, a word that says that it is safe to talk, what must never be said"),
    )
    needs = TextArea(
        _("What does she need?"),
        required=False,
        maxlength=4000,
        hint=_("Only what is needed to receive her. Her story is not."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Of somebody who is not safe it is written down what is being done."""
        self.safety.required = self.is_safe.data is Answer.NO
        return bool(super().validate(extra_validators))


class AnswerForm(Form):
    """Accept, send on to a house or an institution, or say that she cannot be received."""

    state = CodeField(_("What do you answer?"), ANSWERS)
    to_house_id = RecordField(_("To which house?"), required=False)
    is_told = TickField(_("She knows, and agrees, that what was written here goes to that house"))
    to_institution_id = RecordField(_("Or to which institution?"), required=False)
    decline_reason = CodeField(_("Why can she not be received?"), DeclineReason, kind="select", required=False)
    reason = TextArea(_("Where instead, or why not"), required=False, maxlength=2000)
    unmet = ManyField(
        _("What could not be met?"), choices=[(each, each.label) for each in UnmetNeed],
        hint=_("It is counted, without her name, so that somebody looks for the means."),
    )


class WaitingForm(Form):
    """Where she is until there is a place for her."""

    lodging = TextArea(
        _("Where does she sleep tonight, and who is with her?"), maxlength=1000, rows=3,
        missing=_("Write where she is safe meanwhile"),
        hint=_("A hotel, a family, another house. Only what is needed to find her."),
    )


class CheckForm(Form):
    """One day's word with her."""

    checked_at = MomentField(_("When did you speak with her, or try?"))
    how = CodeField(_("How is she?"), HowSheIs, missing=_("Choose how she is"))
    done = TextArea(_("What was done"), required=False, maxlength=2000, rows=3)
    lodging = TextArea(
        _("Where she is now, if it changed"), required=False, maxlength=1000, rows=2,
    )


class WaitEndForm(Form):
    """She waits no more."""

    ended = CodeField(_("How did it end?"), WaitEnd)
    ending = TextArea(_("In a few words"), required=False, maxlength=1000, rows=2)
