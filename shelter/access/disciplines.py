"""Who writes and who reads each discipline, and how the page says it."""

from __future__ import annotations

from shelter.codes.services import Discipline
from shelter.texts import later as _

from .permissions import Permission as P
from .policy import allows
from .reach import Reader, Subject

WRITE = {
    Discipline.PSYCHOLOGY: P.PSYCHOLOGY_WRITE, Discipline.LEGAL: P.LEGAL_WRITE,
    Discipline.MEDICAL: P.MEDICAL_WRITE, Discipline.SOCIAL: P.SOCIAL_WRITE,
}
READ = {
    Discipline.PSYCHOLOGY: P.PSYCHOLOGY_READ, Discipline.LEGAL: P.LEGAL_READ,
    Discipline.MEDICAL: P.MEDICAL_READ, Discipline.SOCIAL: P.SOCIAL_READ,
}
READERS = {
    Discipline.PSYCHOLOGY: _("Visible only to: psychology team"),
    Discipline.LEGAL: _("Visible only to: legal team"),
    Discipline.MEDICAL: _("Visible only to: health team"),
    Discipline.SOCIAL: _("Visible only to: social work team"),
}
OF_THE_CHOSEN = _("Visible only to: the team of the service you choose")


def written_by(reader: Reader, case: Subject | None = None) -> list[Discipline]:
    """The disciplines whose services this reader logs: for a case, or for anybody."""
    return [each for each in Discipline if allows(reader, WRITE[each], case)]


def may_read(reader: Reader, discipline: Discipline, case: Subject) -> bool:
    """Whether the reader may open the notes of a discipline about a case."""
    return allows(reader, READ[discipline], case)


def readable(reader: Reader, case: Subject) -> list[Discipline]:
    """The disciplines whose notes about a case the reader may open."""
    return [each for each in Discipline if may_read(reader, each, case)]
