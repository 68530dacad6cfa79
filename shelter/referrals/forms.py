"""Forms of referrals."""

from __future__ import annotations

from shelter.codes.cases import Answer
from shelter.codes.people import SpokenLanguage
from shelter.codes.referrals import ReferralState, Urgency
from shelter.texts import later as _
from shelter.web import CodeField, Form, MomentField, NumberField, RecordField, TextArea, TextField

ANSWERS = (ReferralState.ACCEPTED, ReferralState.REDIRECTED, ReferralState.DECLINED)


class ReferralForm(Form):
    """What a caller or a letter says. Safety first; the name may come later."""

    house_id = RecordField(_("For which house?"))
    is_safe = CodeField(_("Is she safe now?"), Answer, inline=True)
    needs_doctor = CodeField(_("Does she need a doctor now?"), Answer, inline=True)
    language = CodeField(_("Which language does she speak?"), SpokenLanguage, kind="select", required=False)
    urgency = CodeField(_("When does she need a place?"), Urgency)
    institution_id = RecordField(_("Which institution refers her?"))
    caller = TextField(_("Who calls, and from which post?"), required=False)
    contact = TextField(_("How to answer them"), required=False, hint=_("Telephone or e-mail of the office"))
    received_at = MomentField(_("When did the referral come in?"))
    name = TextField(_("Name she wants to be called"), required=False, hint=_("If it was said. It can come later."))
    children = NumberField(_("Children who come with her"), most=20)
    needs = TextArea(
        _("What does she need?"),
        required=False,
        maxlength=4000,
        hint=_("Only what is needed to receive her. Her story is not."),
    )


class AnswerForm(Form):
    """Accept, redirect, or say that she cannot be received."""

    state = CodeField(_("What do you answer?"), ANSWERS)
    reason = TextArea(_("Where instead, or why not"), required=False, maxlength=2000)
