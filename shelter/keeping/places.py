"""Where backups lie and what they are called; which of them are kept how long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from shelter.calendar import local
from shelter.config import Settings

HOURLY, DAILY, MONTHLY = 24, 14, 12
KEYS_KEPT = timedelta(days=35)
"""The law's right to be forgotten needs that wrapped keys do not outlive an erasure for long."""
_NAME = re.compile(r"senda-(\d{8}T\d{6}Z)\.age")


class Artefacts(NamedTuple):
    """The two files of a backup: the data, and the wrapped keys without which they are noise."""

    data: Path
    keys: Path


def recovery_public(settings: Settings) -> Path:
    """The public half of the recovery key: backups are sealed to it."""
    return settings.instance / "recovery.pub"


def recovery_secret(settings: Settings) -> Path:
    """Where the recovery key itself is written once, to be carried away."""
    return settings.instance / "recovery-key.txt"


def artefacts(data: Path) -> Artefacts:
    """The two files that belong together, by the name of the first."""
    return Artefacts(data, data.with_name(f"{data.stem}.keys.age" if data.suffix == ".age" else f"{data.name}.keys"))


def named(folder: Path, moment: datetime) -> Artefacts:
    """The two files of a backup made at a moment."""
    return artefacts(folder / f"senda-{moment:%Y%m%dT%H%M%SZ}.age")


def made_at(data: Path) -> datetime | None:
    """When a backup was made, as its name says; None when the file is none of ours."""
    found = _NAME.fullmatch(data.name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None


def backups(folder: Path) -> dict[Path, datetime]:
    """Every backup in a folder and when it was made, the newest first."""
    found = {file: moment for file in folder.glob("senda-*.age") if (moment := made_at(file))}
    return dict(sorted(found.items(), key=lambda each: each[1], reverse=True))


def to_forget(found: dict[Path, datetime]) -> list[Path]:
    """Which backups nobody keeps: neither of the newest 24 hours, nor the last of one of the newest 14 days or 12
    months that have any."""
    kept: set[Path] = set()
    for part, many in ((_hour, HOURLY), (_day, DAILY), (_month, MONTHLY)):
        kept |= set(_last_of_each(found, part)[:many])
    return [file for file in found if file not in kept]


def _last_of_each(found: dict[Path, datetime], part: Callable[[datetime], object]) -> list[Path]:
    last: dict[object, Path] = {}
    for file, moment in found.items():  # the newest first
        last.setdefault(part(moment), file)
    return list(last.values())


def _hour(moment: datetime) -> object:
    return moment.replace(minute=0, second=0)


def _day(moment: datetime) -> date:
    return local(moment).date()


def _month(moment: datetime) -> date:
    return _day(moment).replace(day=1)


def keys_to_forget(found: Iterable[tuple[Path, datetime]], moment: datetime) -> list[Path]:
    """The key artefacts whose time is over, and those whose data are gone."""
    return [artefacts(file).keys for file, made in found if moment - made > KEYS_KEPT]
