"""Words about outgoing referrals: on what basis, what leaves, what is answered."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class Basis(Code):
    """Why somebody outside may know of her. Without her consent: the Ecuadorian law that allows it."""

    CONSENT = "consent", _("Her consent")
    VITAL = "vital", _("Emergency: her life or health, or somebody else's, is in danger (LOPDP, art. 7)")
    CHILD = "child", _("Protection of a girl, boy or adolescent: duty to report within 24 hours (CNA, art. 72)")
    ORDER = "order", _("Order of a judge (LOPDP, art. 7)")


class Shared(Code):
    """What may leave. What is asked for always does; the rest is chosen."""

    NEEDS = "needs", _("What is asked for")
    NAME_USED = "name_used", _("The name she uses")
    FULL_NAME = "full_name", _("Names and surnames")
    AGE = "age", _("Age in years")
    NATIONALITY = "nationality", _("Nationality")
    DOCUMENT = "document", _("Identity document")
    LANGUAGE = "language", _("Language")
    NOTE = "note", _("Note for whoever attends her")


class OutgoingState(Code):
    """Where an outgoing referral stands. Three of these are answers."""

    PREPARED = "prepared", _("Prepared, nothing has left")
    SENT = "sent", _("Sent, no answer yet")
    RECEIVED = "received", _("Received")
    ATTENDED = "attended", _("Attended")
    NOT_ATTENDED = "not_attended", _("Not attended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Became(Code):
    """What became of what was sent, for the figures: the words of `OutgoingState` that can stand there."""

    SENT = "sent", _("No answer yet")
    RECEIVED = "received", _("Received, not attended yet")
    ATTENDED = "attended", _("Attended")
    NOT_ATTENDED = "not_attended", _("Not attended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class NotAttended(Code):
    """Why an institution did not attend her; no blame."""

    NO_PLACE = "no_place", _("No place or appointment")
    NOT_COMPETENT = "not_competent", _("It is not for this institution")
    NO_DOCUMENT = "no_document", _("A document is missing")
    DID_NOT_COME = "did_not_come", _("She did not come")
    DECLINED = "declined", _("She did not want to")
    OTHER = "other", _("Another reason")


class Through(Code):
    """How an answer came."""

    SLIP = "slip", _("With the slip")
    CALL = "call", _("By telephone")
    LETTER = "letter", _("By letter or e-mail")
    IN_PERSON = "in_person", _("In person, or she told us")


class NotTold(Code):
    """Why she was not told that something left without her consent. Who sent it is asked again, until she was."""

    UNSAFE = "unsafe", _("It would put her in danger now")
    ABSENT = "absent", _("She is not here")
    UNWELL = "unwell", _("Her health does not allow it")
    TOO_YOUNG = "too_young", _("She is too young to be told; her representative is")


class WithdrawnWhy(Code):
    """Why an outgoing referral is taken back."""

    NO_ANSWER = "no_answer", _("Nobody answered")
    NOT_NEEDED = "not_needed", _("It is not needed any more")
    SHE_DECIDED = "she_decided", _("She decided so")
    UNSAFE = "unsafe", _("It is not safe for her")
    MISTAKE = "mistake", _("It was a mistake")


class Screening(Code):
    """What is asked before anybody of her country is told, and before she returns."""

    REFUGE = "refuge", _("Is she afraid to return, or may she need refuge?")
    RETURN = "return", _("Is it safe for her to return, as far as can be known?")
