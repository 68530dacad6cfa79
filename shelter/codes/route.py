"""Words about the route of one case: what the team says of a step."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class Word(Code):
    """What somebody of the team said of a step. What the program told others of it is kept in the same way."""

    DONE = "done", _("It is done")
    SKIPPED = "skipped", _("It is skipped")
    CAUSE = "cause", _("Why it went over its limit")
    TOLD_TEAM = "told_team", _("The team was told that its limit was over")
    TOLD_COORDINATION = "told_coordination", _("The coordination was told that its limit was over")
