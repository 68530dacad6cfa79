"""Long work that somebody asked for: saved with the request, queued after it, done beside the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import ask as ask
from .actions import clear_away as clear_away
from .kinds import Kind as Kind
from .kinds import Result as Result
from .kinds import job_kind as job_kind
from .models import Job as Job
from .progress import Progress as Progress

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import jobs

    return [jobs]
