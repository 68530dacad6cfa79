"""Words about referrals and institutions."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code, Extensible


class InstitutionKind(Extensible):
    """What an institution does on the route."""

    PROSECUTOR = "prosecutor", _("Prosecutor's office")
    POLICE = "police", _("Police")
    PROTECTION = "protection", _("Rights protection board")
    SOCIAL = "social", _("Social inclusion")
    HEALTH = "health", _("Health")
    EDUCATION = "education", _("Education")
    FOREIGN_AFFAIRS = "foreign_affairs", _("Foreign affairs")
    OMBUDSMAN = "ombudsman", _("Ombudsman")
    LOCAL = "local", _("Local government")
    INTERNATIONAL = "international", _("International organisation")
    NGO = "ngo", _("Civil society organisation")
    GOVERNMENT = "government", _("Government and interior")
    MIGRATION = "migration", _("Migration authority")
    EQUALITY = "equality", _("Rights and equality council")
    LABOUR = "labour", _("Labour authority")
    JUSTICE = "justice", _("Administration of justice")
    CONSULATE = "consulate", _("Consulate or embassy of another country")


class Urgency(Code):
    """When a place is needed."""

    TODAY = "today", _("Today")
    DAYS = "72h", _("Within 72 hours")
    PLANNED = "planned", _("On an agreed date")


class ReferralState(Code):
    """What became of a referral."""

    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REDIRECTED = "redirected", _("Redirected")
    DECLINED = "declined", _("Could not be received")


class Means(Code):
    """How an institution asked."""

    CALL = "call", _("By telephone")
    LETTER = "letter", _("By letter or e-mail")
    IN_PERSON = "in_person", _("In person")


class DeclineReason(Code):
    """Why somebody could not be received. Not that there was no complaint, no papers, no consent: none is a reason."""

    NO_BED = "no_bed", _("There is no bed")
    CHILDREN = "children", _("There is no place for her children")
    ACCESS = "access", _("The house cannot be used with her disability")
    MEDICAL = "medical", _("She needs medical care that the house does not have")
    SECURITY = "security", _("She would not be safe in this house")
    NOT_HER_WISH = "not_her_wish", _("She does not want to come")
    NOT_TRAFFICKING = "not_trafficking", _("It is not about trafficking")
    OTHER = "other", _("Another reason")


class UnmetNeed(Code):
    """What somebody needed and the programme could not give."""

    BED = "bed", _("A bed")
    CHILDREN = "children", _("A place for her children")
    ACCESS = "access", _("A place that can be used with a disability")
    INTERPRETER = "interpreter", _("An interpreter")
    MEDICAL = "medical", _("Medical care")
    SECURITY = "security", _("A safer place")
    OTHER = "other", _("Something else")


class HowSheIs(Code):
    """What the daily safety check found."""

    SAFE = "safe", _("She is safe")
    UNEASY = "uneasy", _("Something worries her, or us")
    IN_DANGER = "in_danger", _("She is in danger")
    NOT_REACHED = "not_reached", _("She could not be reached")


class WaitEnd(Code):
    """How it ended that somebody waited outside."""

    PLACED = "placed", _("She has a place in a house")
    SAFE_ELSEWHERE = "safe_elsewhere", _("She is safe elsewhere and needs no place")
    NOT_HER_WISH = "not_her_wish", _("She does not want to be called any more")
    LOST = "lost", _("She could not be found any more")
    DIED = "died", _("She died")
    OTHER = "other", _("Another reason")
