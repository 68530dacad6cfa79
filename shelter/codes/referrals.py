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
