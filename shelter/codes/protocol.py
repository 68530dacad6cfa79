"""Words about the protocol of the assistance route: its steps, their clocks, and how a version lives."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class Standing(Code):
    """Where a limit comes from. Only what is law or agreed, and validated, can be late."""

    LAW = "law", _("Law")
    PROTOCOL = "protocol", _("Protocol")
    TARGET = "target", _("Target")


class Start(Code):
    """What starts the clock of a step."""

    ALERT = "alert", _("The alert")
    MILESTONE = "milestone", _("Something that happened in the case")
    STEP = "step", _("Another step that is done")


class Unit(Code):
    """How a limit is counted."""

    HOURS = "hours", _("hours")
    WORKING_DAYS = "working_days", _("working days")


class Evidence(Code):
    """What shows that a step is done."""

    MILESTONE = "milestone", _("Something recorded in the case")
    DOCUMENT = "document", _("A document attached to the case")
    WORD = "word", _("The word of somebody on the team, with a note")


class Condition(Code):
    """To whom a step applies. What follows from the file is found there; the rest is declared in the case."""

    CHILD = "child", _("Girl, boy or adolescent")
    DOUBTFUL_MAJORITY = "doubtful_majority", _("Doubt whether she is of age")
    FOREIGN = "foreign", _("From another country")
    FOUND_ABROAD = "found_abroad", _("Found abroad")
    IN_DANGER = "in_danger", _("In danger")
    PREGNANT = "pregnant", _("Pregnant")
    INTERPRETER = "interpreter", _("Needs an interpreter")
    DISABILITY = "disability", _("With a disability")
    NO_DOCUMENTS = "no_documents", _("Without identity documents")


class VersionState(Code):
    """The life of a version of the protocol."""

    DRAFT = "draft", _("Draft")
    COMMENTS = "comments", _("Open to comments")
    VALIDATION = "validation", _("With the institutions, to be validated")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")


class StepState(Code):
    """Where a step stands in a case."""

    WAITING = "waiting", _("Not yet")
    RUNNING = "running", _("Running")
    DUE = "due", _("Due soon")
    OVER = "over", _("Over its limit")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    ENDED = "ended", _("Ended without being done")


class SkipReason(Code):
    """Why a step that may be skipped was."""

    NOT_NEEDED = "not_needed", _("It is not needed")
    DECLINED = "declined", _("She does not want it")
    NOT_SAFE = "not_safe", _("It would not be safe for her")
    DONE_ELSEWHERE = "done_elsewhere", _("It was done elsewhere")
    OTHER = "other", _("Another reason")


class DelayCause(Code):
    """Why a step is over its limit; asked once."""

    NO_ANSWER = "no_answer", _("The institution did not answer")
    NO_PLACE = "no_place", _("There was no place or appointment")
    NO_CONSENT = "no_consent", _("She did not consent")
    NOT_FOUND = "not_found", _("She could not be found")
    NO_DOCUMENT = "no_document", _("A document was missing")
    NO_STAFF = "no_staff", _("Nobody of the team was available")
    NO_MEANS = "no_means", _("No transport, interpreter or money")
    NOT_RECORDED = "not_recorded", _("It was done and not recorded")
    OTHER = "other", _("Another cause")


class LimitEnd(Code):
    """What became of a limit that ended: kept, or passed and why."""

    IN_TIME = "in_time", _("Done within the limit")
    NOT_SAID = "not_said", _("Passed, nobody has said why")
    NO_ANSWER = "no_answer", _("Passed: the institution did not answer")
    NO_PLACE = "no_place", _("Passed: there was no place or appointment")
    NO_CONSENT = "no_consent", _("Passed: she did not consent")
    NOT_FOUND = "not_found", _("Passed: she could not be found")
    NO_DOCUMENT = "no_document", _("Passed: a document was missing")
    NO_STAFF = "no_staff", _("Passed: nobody of the team was available")
    NO_MEANS = "no_means", _("Passed: no transport, interpreter or money")
    NOT_RECORDED = "not_recorded", _("Passed: it was done and not recorded")
    OTHER = "other", _("Passed: another cause")


class ValidatedBy(Code):
    """How an institution answered about the steps that are its own."""

    LETTER = "letter", _("By letter")
    MEETING = "meeting", _("In a meeting with minutes")
    ANSWER = "answer", _("On the answer page")


class ReadingKind(Code):
    """What the team is asked to read."""

    PROTOCOL = "protocol", _("Protocol of the route")
    PROCEDURE = "procedure", _("Operating procedure")
