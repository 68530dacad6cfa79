"""The forms of interviews: one that is planned, one that took place, how a planned one went."""

from __future__ import annotations

from shelter.codes.interviews import Again, InterviewPurpose, Trace
from shelter.codes.people import SpokenLanguage
from shelter.codes.services import Discipline
from shelter.texts import later as _
from shelter.web import CodeField, Form, MomentField, NumberField, RecordField, TextArea, TickField


class _Whole(Form):
    """Who asks, for what, and why again."""

    institution_id = RecordField(_("Which institution interviews her?"), required=False)
    discipline = CodeField(_("Or which discipline of ours?"), Discipline, kind="select", required=False)
    joint_id = RecordField(
        _("Who joins, so that she tells it once?"), required=False, hint=_("Another institution in the same interview"),
    )
    purpose = CodeField(_("What is it for?"), InterviewPurpose, kind="select", missing=_("Choose what it is for"))
    language = CodeField(_("In which language?"), SpokenLanguage, kind="select", required=False)
    has_interpreter = TickField(_("With an interpreter"))
    again = CodeField(_("Why is she asked to tell it again?"), Again, kind="select", required=False)
    reason = TextArea(_("In a few words"), required=False, maxlength=1000, rows=2,
                      hint=_("Why what exists is not enough. Not what she tells."))


class PlanForm(_Whole):
    """Before an interview."""

    occurs_at = MomentField(_("When is it to be?"))


class InterviewForm(_Whole):
    """One that took place."""

    occurs_at = MomentField(_("When was it?"))
    was_before = TickField(_("It was before she came to us"))
    minutes = NumberField(_("How many minutes did it last?"), least=1, most=1440, required=False)
    trace = CodeField(_("What is left of it?"), Trace, missing=_("Choose what is left of it"))


class CorrectForm(Form):
    """When it really was, or that it was not."""

    occurs_at = MomentField(_("When was it?"))
    is_mistake = TickField(_("It did not take place, or was written down by mistake"))


class HeldForm(Form):
    """How a planned one went."""

    occurs_at = MomentField(_("When was it?"))
    minutes = NumberField(_("How many minutes did it last?"), least=1, most=1440)
    trace = CodeField(_("What is left of it?"), Trace, missing=_("Choose what is left of it"))
    language = CodeField(_("In which language?"), SpokenLanguage, kind="select", required=False)
    has_interpreter = TickField(_("With an interpreter"))
    reason = TextArea(_("In a few words"), required=False, maxlength=1000, rows=2)
