"""Words about what two people decide."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class ApprovalState(Code):
    """How far a request is on its way."""

    WAITING = "waiting", _("Waiting for a second person")
    APPROVED = "approved", _("Approved, to be done")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Too late: 24 hours passed")
