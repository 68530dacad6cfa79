"""Words about those who come to the door or call, and ask about somebody."""

from __future__ import annotations

from typing import Any

from shelter.texts import later as _

from .base import Code


class Asker(Code):
    """Who asks."""

    POLICE = "police", _("Police")
    PROSECUTOR = "prosecutor", _("Prosecutor's office")
    JUDGE = "judge", _("Judge or court")
    FAMILY = "family", _("Somebody who says to be family")
    LAWYER = "lawyer", _("Lawyer")
    MEDIA = "media", _("Press or other media")
    INSTITUTION = "institution", _("Another institution")
    UNKNOWN = "unknown", _("Somebody who did not say")


class Approach(Code):
    """How they came."""

    IN_PERSON = "in_person", _("At the door")
    CALL = "call", _("By telephone")
    PAPER = "paper", _("With a paper that was left or sent")


class Paper(Code):
    """What was shown. `obliges` says in one sentence what that means for the house."""

    NONE = "none", _("No document")
    OFICIO = "oficio", _("Official letter (oficio)")
    SUMMONS = "summons", _("Summons or notification (boleta)")
    COURT_ORDER = "court_order", _("Order signed by a judge")
    OTHER = "other", _("Another document")

    @property
    def obliges(self) -> Any:
        """What it obliges the house to, in plain words. A line of the programme, not legal advice."""
        return _OBLIGES[self.value]


_OBLIGES = {
    "none": _("Without a document nobody has to be told anything: not even whether she is here."),
    "oficio": _("An official letter asks; it does not order. It is no court order: nobody has to be let in or handed "
                "over. The coordinator answers in writing, the minimum, within its deadline."),
    "summons": _("A summons tells somebody to appear on a day. It opens neither the door nor a file. The coordinator "
                 "and the lawyer tell her, and she decides with them what to do."),
    "court_order": _("An order that a judge signed has to be obeyed, as far as it goes and no further. Before that, "
                     "the coordinator calls the court and the lawyer: number, judge, what it orders, for whom."),
    "other": _("Whatever it is, it is no order until the coordinator and the lawyer have read it. Keep a copy, promise "
               "nothing."),
}


class Given(Code):
    """What they were answered."""

    NOTHING = "nothing", _("Neither yes nor no: nothing was confirmed or denied")
    MINIMUM = "minimum", _("The minimum, in writing")
    REFUSED = "refused", _("It was refused, with the reason")
    ORDERED = "ordered", _("What the judge ordered, and nothing more")


class Told(Code):
    """Whether she knows that somebody asked about her."""

    YES = "yes", _("Yes")
    LATER = "later", _("Not yet: it would harm her now")
    NOT_REACHED = "not_reached", _("No: she could not be reached")
    NOT_HERS = "not_hers", _("It was about nobody whom this house knows")


class RequestState(Code):
    """Whether a request is decided."""

    OPEN = "open", _("Waits for the coordinator")
    DECIDED = "decided", _("Decided")
