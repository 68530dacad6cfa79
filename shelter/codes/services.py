"""Words about services: the disciplines, what each gives, how, and why not (catalogue of the field)."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code, Extensible


class Discipline(Code):
    """Who gives a service; each has a sealed compartment of its own."""

    PSYCHOLOGY = "psychology", _("Psychology")
    LEGAL = "legal", _("Legal")
    MEDICAL = "medical", _("Health")
    SOCIAL = "social", _("Social work and independence")


class ServiceType(Extensible):
    """What was given. `of` tells the discipline."""

    FIRST_AID = "psychology.first_aid", _("Psychological first aid")
    CRISIS = "psychology.crisis", _("Crisis intervention")
    INDIVIDUAL = "psychology.individual", _("Individual session")
    GROUP = "psychology.group", _("Group session")
    FAMILY = "psychology.family", _("Family session")
    PSYCHIATRY = "psychology.psychiatry", _("Referral to psychiatry")
    RIGHTS = "legal.rights", _("Information on rights")
    COMPLAINT = "legal.complaint", _("Accompaniment to file a complaint")
    PROTECTION = "legal.protection", _("Protective measures")
    SPAVT = "legal.spavt", _("Admission to the victim and witness protection system")
    IDENTITY = "legal.identity", _("Identity document")
    MIGRATION = "legal.migration", _("Migration status or refuge")
    HEARING = "legal.hearing", _("Hearing or proceeding")
    REPARATION = "legal.reparation", _("Comprehensive reparation")
    TRIAGE = "medical.triage", _("Triage")
    CHECK_UP = "medical.check_up", _("General check-up")
    REPRODUCTIVE = "medical.reproductive", _("Sexual and reproductive health")
    VACCINE = "medical.vaccine", _("Vaccination")
    DENTAL = "medical.dental", _("Dental care")
    TREATMENT = "medical.treatment", _("Treatment or medication")
    EMERGENCY = "medical.emergency", _("Emergency care")
    BASIC_KIT = "social.basic_kit", _("Clothing, food or hygiene kit")
    SCHOOL = "social.school", _("Return to school")
    LIFE_SKILLS = "social.life_skills", _("Life skills")
    VOCATIONAL = "social.vocational", _("Vocational training")
    JOB = "social.job", _("Job search or placement")
    ESCORT = "social.escort", _("Accompaniment or transport")
    INTERPRETING = "social.interpreting", _("Interpretation")
    RETURN = "social.return", _("Voluntary return to her country")

    @property
    def of(self) -> Discipline:
        """The discipline that gives it."""
        return Discipline(self.partition(".")[0])

    @classmethod
    def in_discipline(cls, discipline: Discipline) -> list[ServiceType]:
        """The services of one discipline that are offered, in the order of the catalogue."""
        start = f"{discipline.value}."
        return [each for each in cls.every() if each.startswith(start) and not cls._is_retired(each)]


class Modality(Code):
    """How it was given."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("By telephone")
    VIDEO = "video", _("By video call")
    GROUP = "group", _("In a group")


class NotHeld(Extensible):
    """Why a service could not take place, without blame."""

    NOT_THAT_DAY = "not_that_day", _("She preferred another day")
    UNWELL = "unwell", _("She was unwell")
    STAFF_AWAY = "staff_away", _("The professional could not attend")
    INSTITUTION = "institution", _("The institution could not attend")
    OTHER = "other", _("Another reason")
