"""Words about a case: its state, its stage, what happened to the person, what happens in the case."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class CaseState(Code):
    """HTCDS cas_Status."""

    OPEN = "open", _("In the house or arriving")
    FOLLOW_UP = "follow_up", _("In follow-up")
    CLOSED = "closed", _("Closed")


class Stage(Code):
    """Where on the assistance route the person is."""

    ARRIVAL = "arrival", _("Arrival")
    SHELTER = "shelter", _("In the house")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSED = "closed", _("Closed")


class Exploitation(Code):
    """Forms of exploitation: COIP art. 91 and HTCDS vic_TypeOfExploitation."""

    SEXUAL = "sexual", _("Sexual exploitation")
    LABOUR = "labour", _("Forced labour")
    SERVITUDE = "servitude", _("Servitude")
    FORCED_MARRIAGE = "forced_marriage", _("Servile marriage or union")
    BEGGING = "begging", _("Begging")
    ORGAN_REMOVAL = "organ_removal", _("Removal of organs or tissue")
    ILLEGAL_ADOPTION = "illegal_adoption", _("Illegal adoption")
    FORCED_RECRUITMENT = "forced_recruitment", _("Forced recruitment or punishable acts")
    OTHER = "other", _("Another form")


class Answer(Code):
    """Yes, no, or not known: an unknown is never counted as a no."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


class Milestone(Code):
    """What can happen in a case. The route, the follow-up schedule and the figures read nothing else."""

    REFERRED = "referred", _("Referral received")
    OPENED = "opened", _("Case opened")
    SAFETY_CHECKED = "safety_checked", _("Immediate safety checked")
    IDENTIFIED = "identified", _("Basic information recorded")
    CONSENTED = "consented", _("Consent asked")
    INTAKE_DONE = "intake_done", _("Intake finished")
    ADMITTED = "admitted", _("Admitted to the house")
    MOVED = "moved", _("Changed bed")
    SERVICE_GIVEN = "service_given", _("Service given")
    SERVICE_MISSED = "service_missed", _("Service that could not take place")
    ATTACHED = "attached", _("Document attached")
    EXITED = "exited", _("Left the house")
    FOLLOWED_UP = "followed_up", _("Follow-up contact")
    KEPT_IN_TOUCH = "kept_in_touch", _("Spoke with her after she left")
    CLOSED = "closed", _("Case closed")
    ALERTED = "alerted", _("Alert raised")
    INTERVIEWED = "interviewed", _("Told what happened, in an interview")
    INTERVIEW_STRUCK = "interview_struck", _("Interview that was written down by mistake")
    REFERRED_OUT = "referred_out", _("Referred to an institution")
    REFERRAL_ANSWERED = "referral_answered", _("Answer of an institution")


class ConsentPurpose(Code):
    """What a consent is for. Shelter is never among them: it does not depend on consent."""

    REFERRAL = "referral", _("Share what is needed to refer her to a service")
    FIGURES = "figures", _("Tell her story, without name, in what is published")
    FOLLOW_UP = "follow_up", _("Contact her after she leaves")
    PROSECUTION = "prosecution", _("Share information with the prosecutor's office")


class ConsentAnswer(Code):
    """What she answered. Not asking yet is an answer of its own."""

    GIVEN = "given", _("Yes, she agrees")
    REFUSED = "refused", _("No, she does not agree")
    LATER = "later", _("She wants to decide later")


class AnsweredBy(Code):
    """Who answers what she is asked. Of a child somebody else does, and she is heard."""

    HERSELF = "herself", _("She herself, who is 18 or older as far as is known")
    REPRESENTATIVE = "representative", _("Her mother, her father or who represents her by law")
    GUARDIAN = "guardian", _("A guardian whom a judge named")
    AUTHORITY = "authority", _("A judge or the rights protection board, in writing")


class Heard(Code):
    """What a child says herself when somebody answers for her."""

    AGREES = "agrees", _("She agrees")
    OBJECTS = "objects", _("She does not want it")
    TOO_YOUNG = "too_young", _("She is too young to say")


class Channel(Code):
    """How a person can be reached."""

    CALL = "call", _("Telephone call")
    MESSAGE = "message", _("Text message")
    VISIT = "visit", _("Visit")
    THIRD_PERSON = "third_person", _("Through a person she trusts")
    NONE = "none", _("She does not want to be contacted")
