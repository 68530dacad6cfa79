"""Words about interviews: who had her tell what happened, for what, and what is left of it."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class InterviewPurpose(Code):
    """What an interview was for."""

    FIRST = "first", _("First interview")
    COMPLAINT = "complaint", _("Complaint or statement")
    TESTIMONY = "testimony", _("Testimony before a judge")
    EXPERT = "expert", _("Expert assessment")
    EXAMINATION = "examination", _("Medical or forensic examination")
    PROTECTION = "protection", _("Protective measures")
    MIGRATION = "migration", _("Refuge or migration status")
    CARE = "care", _("Plan of care or assessment")
    OTHER = "other", _("Something else")


class Trace(Code):
    """What is left of an interview, that could be shared instead of another one."""

    NOTHING = "nothing", _("Nothing but notes")
    WRITTEN = "written", _("A written record or report")
    RECORDED = "recorded", _("A recording")
    ANTICIPATED = "anticipated", _("Anticipated testimony before a judge")


class Again(Code):
    """Why she is asked to tell it once more."""

    ORDERED = "ordered", _("A judge ordered it")
    NEW_FACTS = "new_facts", _("There are new facts")
    HER_WISH = "her_wish", _("She wants to tell it herself")
    NOT_ACCEPTED = "not_accepted", _("The institution does not accept what exists")
    OTHER_QUESTION = "other_question", _("Another question, which nobody asked her before")
    NOTHING_KEPT = "nothing_kept", _("Nothing is left of the earlier ones")


class InterviewState(Code):
    """Where an interview stands."""

    PLANNED = "planned", _("Planned")
    HELD = "held", _("She told it")
    CANCELLED = "cancelled", _("It was not needed, or did not take place")
