"""Every field of every form that takes words says which sealed field keeps them, or why they need none."""

from shelter.db.sealed import FIELDS
from shelter.web import TextField
from shelter.web.forms import Form

OPEN = "names no resident, and is no secret"
BY_DIGEST = "kept as a keyed digest alone"
WORDS_OF = {
    "accounts.forms.FactorForm": {"recovery": BY_DIGEST},
    "accounts.forms.SignInForm": {"email": BY_DIGEST},
    "answers.forms.CodeForm": {"code": BY_DIGEST},
    "approvals.forms.DecisionForm": {"reason": "approval.answer"},
    "cases.forms.ConsentForm": {"recipient": "consent.recipient"},
    "cases.forms.SafeContactForm": {
        "code_word": "safe_contact.code_word", "hours": "safe_contact.hours", "never": "safe_contact.never",
        "number": "safe_contact.number", "pretext": "safe_contact.pretext",
    },
    "cases.forms.SearchForm": {"q": "saved_search.words"},
    "desk.forms.AssignmentForm": {"reason": "approval.reason"},
    "desk.forms.InvitationForm": {"email": "staff.email", "name": "staff.name", "reason": "approval.reason"},
    "desk.forms.PersonForm": {"email": "staff.email", "name": "staff.name"},
    "desk.forms.RecoveryForm": {"reason": "approval.reason"},
    "documents.forms.DocumentForm": {"title": "document.title"},
    "documents.forms.WithdrawalForm": {"why": "document.title"},
    "door.forms.CardForm": {"calls": "night_card.calls"},
    "door.forms.DecisionForm": {
        "answer": "door_request.answer", "number": "door_request.number", "scope": "door_request.scope",
        "why_not_told": "door_request.why_not_told",
    },
    "door.forms.RequestForm": {
        "at_once": "door_request.at_once", "number": "door_request.number", "scope": "door_request.scope",
        "who": "door_request.who",
    },
    "followup.forms.ContactForm": {"note": "follow_up.note"},
    "intake.forms.ArrivalForm": {"safety": "intake.safety"},
    "intake.forms.PersonForm": {
        "document": "person.document", "name_used": "person.name_used", "names": "person.names",
        "phone": "person.phone", "surnames": "person.surnames",
    },
    "intake.forms.SafetyForm": {"safety": "intake.safety"},
    "intake.forms.SituationForm": {"story": "case.story", "wishes": "intake.wishes"},
    "interviews.forms.HeldForm": {"reason": "interview.reason"},
    "interviews.forms.InterviewForm": {"reason": "interview.reason"},
    "interviews.forms.PlanForm": {"reason": "interview.reason"},
    "interviews.forms._Whole": {"reason": "interview.reason"},
    "outgoing.forms.HerAnswerForm": {"representative": "consent.representative"},
    "outgoing.forms.OutgoingForm": {
        "grounds": "outgoing.grounds", "needs": "outgoing.needs", "note": "outgoing.note",
        "reply_to": "outgoing.reply_to",
    },
    "outgoing.forms.ReplyForm": {"note": "outgoing_reply.note", "who": "outgoing_reply.who"},
    "outgoing.forms.ScreeningForm": {"note": "return_screening.note"},
    "outgoing.forms.SlipForm": {"note": "outgoing_reply.note"},
    "oversight.forms.HeadForm": {"head": OPEN},
    "oversight.forms.TrailForm": {"objeto": OPEN, "persona": OPEN},
    "own.forms.PasskeyForm": {"name": OPEN},
    "partners.forms.BedsForm": {"room": OPEN},
    "partners.forms.DayForm": {"name_en": OPEN, "name_es": OPEN},
    "partners.forms.FoundationForm": {"name": OPEN},
    "partners.forms.GiveUpForm": {"note": "focal_point.note"},
    "partners.forms.HolderForm": {
        "email": "focal_point.email", "name": "focal_point.name", "note": "focal_point.note",
        "phone": "focal_point.phone",
    },
    "partners.forms.HouseChangeForm": {"name": OPEN},
    "partners.forms.HouseForm": {"address": "house.address", "name": OPEN, "rooms": OPEN},
    "partners.forms.InstitutionChangeForm": {"name_en": OPEN, "name_es": OPEN},
    "partners.forms.InstitutionForm": {"name_en": OPEN, "name_es": OPEN},
    "partners.forms.NewInstitutionForm": {"name_en": OPEN, "name_es": OPEN},
    "partners.forms.PostForm": {"name": OPEN, "unit": OPEN},
    "partners.forms.WordForm": {"name_en": OPEN, "name_es": OPEN},
    "procedures.forms.NewProcedureForm": dict.fromkeys(("title_es", "title_en", "text_es", "text_en"), OPEN),
    "procedures.forms.ProcedureForm": dict.fromkeys(("title_es", "title_en", "text_es", "text_en"), OPEN),
    "protocol.forms.AnswerForm": {
        "act": OPEN, "officer": "step_validation.officer", "post": "step_validation.post",
        "remark": "step_validation.remark",
    },
    "protocol.forms.CommentForm": {"text": "protocol_comment.text"},
    "protocol.forms.PhaseForm": {"name_en": OPEN, "name_es": OPEN},
    "protocol.forms.SlipForm": {
        "act": OPEN, "officer": "step_validation.officer", "post": "step_validation.post",
        "remark": "step_validation.remark",
    },
    "protocol.forms.StepForm": dict.fromkeys(
        ("name_es", "name_en", "procedure_es", "procedure_en", "basis_es", "basis_en"), OPEN),
    "protocol.forms.VersionForm": dict.fromkeys(("title_es", "title_en", "note_es", "note_en", "cut_off"), OPEN),
    "register.forms.ColumnsForm": {"keep_as": "saved_mapping.name"},
    "register.forms.UploadForm": {"name": OPEN, "source": OPEN},
    "register.undoing.UndoForm": {"reason": "approval.reason"},
    "residence.forms.InstructionForm": {"text": "instruction.text"},
    "referrals.forms.AnswerForm": {"reason": "referral.answer"},
    "referrals.forms.CheckForm": {"done": "safety_check.done", "lodging": "waiting.lodging"},
    "referrals.forms.ReferralForm": {
        "ages": "referral.ages", "caller": "referral.caller", "conditions": "referral.conditions",
        "contact": "referral.contact", "name": "referral.name", "needs": "referral.needs",
        "number": "referral.number", "safety": "referral.safety",
    },
    "referrals.forms.WaitEndForm": {"ending": "waiting.ending"},
    "referrals.forms.WaitingForm": {"lodging": "waiting.lodging"},
    "route.forms.CauseForm": {"note": "step_word.note"},
    "route.forms.DoneForm": {"note": "step_word.note"},
    "route.forms.SkipForm": {"note": "step_word.note"},
    "services.forms.ServiceForm": {"body": "service.body", "headline": "service.headline"},
    "transition.forms.ExitForm": {
        "code_word": "safe_contact.code_word", "hours": "safe_contact.hours", "never": "safe_contact.never",
        "number": "safe_contact.number", "plan": "exit.plan", "pretext": "safe_contact.pretext",
    },
}
"""Where each form's words go: the sealed field that keeps them, or why they need none."""


def forms_of(form=Form):
    for each in form.__subclasses__():
        yield each
        yield from forms_of(each)


def test_every_field_that_takes_words_says_where_they_are_sealed(app):
    found = {}
    for form in forms_of():
        fields = {name: getattr(form, name) for name in dir(form)}
        words = {name for name, field in fields.items() if issubclass(getattr(field, "field_class", object), TextField)}
        if words and form.__module__.startswith("shelter.") and form.__module__ != "shelter.web.components":
            found[f"{form.__module__.removeprefix('shelter.')}.{form.__name__}"] = words
    assert found == {name: set(fields) for name, fields in WORDS_OF.items()}, "say here where its words are sealed"
    named = {where for fields in WORDS_OF.values() for where in fields.values()} - {OPEN, BY_DIGEST}
    assert named <= FIELDS.keys()
