"""Words about long work."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class JobState(Code):
    """How far a job is. One that failed may go better another time; one that was refused would be refused again."""

    WAITING = "waiting", _("Waiting for its turn")
    RUNNING = "running", _("Being done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not done")
    REFUSED = "refused", _("Not done")
    CANCELLED = "cancelled", _("Cancelled")
