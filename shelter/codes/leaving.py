"""Words about leaving the house and about what comes after."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code, Extensible


class ExitReason(Code):
    """Why she left."""

    PLAN_DONE = "plan_done", _("Plan completed")
    OWN_DECISION = "own_decision", _("Her own decision")
    TRANSFER = "transfer", _("Moved to another house")
    RETURN = "return", _("Voluntary return to her country")
    REUNION = "reunion", _("Reunited with her family")
    MAJORITY = "majority", _("Came of age")
    UNPLANNED = "unplanned", _("Unplanned departure")
    DEATH = "death", _("Death")
    NOT_TRAFFICKED = "not_trafficked", _("It was not trafficking")


class Destination(Extensible):
    """Where she lives afterwards."""

    INDEPENDENT = "independent", _("Independent housing")
    FAMILY = "family", _("With her family")
    SUPPORTED = "supported", _("Semi-independent, with support")
    OTHER_HOUSE = "other_house", _("Another house")
    FOSTER = "foster", _("Foster care")
    ABROAD = "abroad", _("Return to her country")
    HEALTH_CARE = "health_care", _("Health institution")
    UNKNOWN = "unknown", _("Not known")


class Outcome(Code):
    """How she is at a follow-up contact."""

    STABLE = "stable", _("Stable")
    PROGRESS = "progress", _("Making progress")
    AT_RISK = "at_risk", _("At risk")
    NOT_REACHED = "not_reached", _("Could not be reached")
    UNSAFE = "unsafe", _("It was not safe to talk")
    RETRAFFICKED = "retrafficked", _("Exploited again")
    BACK_IN_HOUSE = "back_in_house", _("Came back to the house")
    DECLINED = "declined", _("Does not want more contact")
    DIED = "died", _("Died")


SPOKE_WITH_HER = frozenset({
    Outcome.STABLE, Outcome.PROGRESS, Outcome.AT_RISK, Outcome.RETRAFFICKED, Outcome.BACK_IN_HOUSE, Outcome.DECLINED,
})
"""Outcomes that fulfil a follow-up that was due; the others leave it open."""


class FollowUpMonth(Code):
    """After how long a contact is due."""

    FIRST = "1", _("1 month")
    THIRD = "3", _("3 months")
    SIXTH = "6", _("6 months")
    TWELFTH = "12", _("12 months")


class InstructionKind(Code):
    """What the night shift is told: what to give, or what to do."""

    GIVE = "give", _("Give")
    DO = "do", _("Do")
