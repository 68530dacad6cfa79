"""Words about long work."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class JobState(Code):
    """How far a job is."""

    WAITING = "waiting", _("Waiting for its turn")
    RUNNING = "running", _("Being done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not done")
    CANCELLED = "cancelled", _("Cancelled")
