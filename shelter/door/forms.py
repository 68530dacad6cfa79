"""The forms of the door: somebody asks, what is answered, and the card."""

from __future__ import annotations

from shelter.codes.door import Approach, Asker, Given, Paper, Told
from shelter.texts import later as _
from shelter.web import CodeField, EditForm, Form, MomentField, RecordField, TextArea, TextField


class RequestForm(Form):
    """Somebody asks. It is filled at night, standing: little is required."""

    house_id = RecordField(_("At which house?"))
    asker = CodeField(_("Who asks?"), Asker, missing=_("Choose who asks"))
    who = TextField(_("Name, office, number on the badge, car"), required=False, hint=_("What they said or showed."))
    approach = CodeField(_("How?"), Approach, inline=True, missing=_("Choose how"))
    paper = CodeField(_("Did they show a document?"), Paper, missing=_("Choose which document, or none"))
    number = TextField(_("Its number"), required=False)
    scope = TextArea(_("What do they ask for?"), required=False, maxlength=2000, rows=3, hint=_("In their words."))
    came_at = MomentField(_("When?"))
    deadline_at = MomentField(_("Until when do they want an answer?"), required=False)
    at_once = TextArea(
        _("What were they told at once?"), required=False, maxlength=1000, rows=2,
        hint=_("As on the card: nobody says whether somebody is here or is not."),
    )
    case_id = RecordField(
        _("About whom?"), required=False,
        hint=_("Only if it is certain. Whoever may not see her case does not see this."),
    )


class DecisionForm(Form):
    """What they are answered, and whether she knows."""

    case_id = RecordField(_("About whom?"), required=False)
    given = CodeField(_("What are they answered?"), Given, missing=_("Choose what is answered"))
    number = TextField(_("Number of the document"), required=False)
    scope = TextArea(_("What it asks for, and for whom"), required=False, maxlength=2000, rows=3)
    answer = TextArea(
        _("Word by word"), required=False, maxlength=4000, hint=_("What was said or written, and to whom."),
    )
    told = CodeField(_("Does she know that they asked about her?"), Told, missing=_("Say whether she knows"))
    told_at = MomentField(_("When was she told?"), required=False)
    why_not_told = TextArea(_("Why not yet"), required=False, maxlength=1000, rows=2)


class CardForm(EditForm):
    """Whom to call at night."""

    calls = TextArea(
        _("Whom to call, in this order"), required=False, maxlength=600, rows=4,
        hint=_("A name and a number in each line. Never the number of a resident; never the address of the house."),
    )
