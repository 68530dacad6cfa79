"""Who may publish a report, who finds it then, and what its file is called."""

from __future__ import annotations

import uuid

from shelter.calendar import Period
from shelter.statistics.rules import Audience
from shelter.texts import say as _

FOR_OBSERVERS = frozenset({Audience.GOVERNMENT, Audience.PUBLIC})
"""What those who only read published reports find."""


def reason_not_to_publish(audience: str, made_by: uuid.UUID | None, by: uuid.UUID, *, is_published: bool) -> str:
    """By another person than its author, once, and never what is exact; empty when nothing stands against it."""
    if audience == Audience.INTERNAL:
        return str(_("A report for the programme itself holds exact figures. It cannot be published."))
    if is_published:
        return str(_("It is published already."))
    if made_by == by:
        return str(_("You prepared this report. Another person must look at it and publish it."))
    return ""


def file_name(period: Period) -> str:
    """Neutral: the period alone."""
    return f"informe-{str(period).replace('..', '-')}.pdf"
