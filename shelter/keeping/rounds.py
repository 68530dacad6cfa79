"""What is kept safe without anybody asking: a signed head, a backup each hour, a look at everything each night."""

from __future__ import annotations

import logging
import shutil
from datetime import time

from flask import current_app

from shelter.audit import anchor_the_end, head, machine, note
from shelter.calendar import now
from shelter.config import Settings
from shelter.rounds import every, nightly

from .backup import make
from .checking import check
from .places import artefacts, backups, keys_to_forget, named, to_forget

log = logging.getLogger("shelter")
ENOUGH = 500 * 1024 * 1024  # bytes that are left to the house


class NoRoom(OSError):
    """The disk is too full for another backup."""


class SomethingDamaged(RuntimeError):
    """The nightly look found damage; `shelter verify` says what."""


@every(minutes=10)
def sign_head() -> None:
    """The head of the audit chain, signed, outside the database; once is enough while nobody works."""
    anchor_the_end(head())


@every(hours=1)
def back_up() -> None:
    """A backup, after those that nobody keeps any longer have made room."""
    settings: Settings = current_app.extensions["settings"]
    forget_old(settings)
    settings.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = settings.database_file
    needed = ENOUGH + 3 * (file.stat().st_size if file else 0)
    if shutil.disk_usage(settings.backups).free < needed:
        raise NoRoom
    make(named(settings.backups, now()), by=machine)


def forget_old(settings: Settings) -> None:
    """24 hourly, 14 daily and 12 monthly backups are kept; wrapped keys 35 days, so that what was erased stays so."""
    found = backups(settings.backups)
    for file in [*keys_to_forget(found.items(), now()), *to_forget(found)]:
        file.unlink(missing_ok=True)
    for file in settings.backups.glob("senda-*.keys.age"):
        if not any(artefacts(data).keys == file and data.exists() for data in found):
            file.unlink(missing_ok=True)


@nightly(time(3, 20))
def look_at_everything() -> None:
    """As `shelter verify`."""
    report = check()
    note("verify.run", by=machine, sound=report.is_sound, values=report.values, keys=report.keys)
    for line in report.lines:
        log.error("%s", line)
    if not report.is_sound:
        raise SomethingDamaged
