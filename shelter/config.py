"""Settings: from the environment (SHELTER_*), from instance/config.toml, or as they stand here."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from shelter.texts import later as _later
from shelter.texts import say as _

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
LOOPBACK = ("localhost", "127.0.0.1")
"""Names under which this machine reaches itself."""


class BadSetting(ValueError):
    """A setting says something that cannot be used; the message names it and the way out."""


def folder(name: str) -> Path:
    """Templates and migrations: inside the installed package, or beside it in a checkout."""
    inside = HERE / name
    return inside if inside.is_dir() else CHECKOUT / name


def _default_instance() -> Path:
    return CHECKOUT / "instance" if (CHECKOUT / "pyproject.toml").is_file() else Path.home() / ".local/share/shelter"


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Paths are absolute; unknown names in config.toml are refused."""

    instance: Path = field(default_factory=_default_instance)
    database_url: str = ""
    key_file: Path | None = None
    anchor_folder: Path | None = None
    backup_folder: Path | None = None
    read_only: bool = False
    brand: str = "Senda"
    trusted_hosts: tuple[str, ...] = ()
    mfa_required: bool = True
    demo_password: str = ""
    locale: str = "es_EC"
    timezone: str = "America/Guayaquil"
    tls: bool = False
    proxy: bool = False
    idle_minutes: int = 15
    session_hours: int = 8
    jobs: str = ""
    redis_url: str = ""

    @property
    def jobs_in(self) -> str:
        """Where jobs are queued: as set, else where the database is."""
        return self.jobs or make_url(self.url).get_backend_name()

    @property
    def url(self) -> str:
        """The database's address: SQLite in the instance unless another is set."""
        return self.database_url or f"sqlite:///{self.instance / 'shelter.db'}"

    @property
    def database_file(self) -> Path | None:
        """SQLite's file; None for another engine."""
        url = make_url(self.url)
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    @property
    def key_path(self) -> Path:
        """Where the programme's key lies."""
        return self.key_file or self.instance / "senda.key"

    @property
    def anchors(self) -> Path:
        """Where signed heads of the audit chain are kept, outside the database."""
        return self.anchor_folder or self.instance / "anchors"

    @property
    def backups(self) -> Path:
        """Where the hourly backups are kept: better on another disk."""
        return self.backup_folder or self.instance / "backups"

    @classmethod
    def load(cls, **given: Any) -> Settings:
        """Given values first, then the environment, then config.toml, then the defaults."""
        instance = Path(given.get("instance") or os.environ.get("SHELTER_INSTANCE") or _default_instance()).absolute()
        found = {**_from_file(instance / "config.toml"), **_from_environment(), **given, "instance": instance}
        settings = cls(**{name: _read(name, value) for name, value in found.items()})
        for name, check in _CHECKS.items():
            check(name, getattr(settings, name))
        settings._fit_together()
        return settings

    def _fit_together(self) -> None:
        """What one setting asks of another."""
        if self.jobs == "postgresql" and self.database_file:
            raise _bad("jobs", _("the queue lies in the database, and that is SQLite: set SHELTER_DATABASE_URL"))
        if self.jobs == "redis" and not self.redis_url:
            raise _bad("jobs", _("set SHELTER_REDIS_URL too, like redis://127.0.0.1:6379/0"))


NAMES = {each.name for each in fields(Settings)}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSetting(_("%(file)s: not readable as TOML (%(why)s)", file=path, why=error)) from None
    if unknown := found.keys() - NAMES:
        raise BadSetting(_("%(file)s: unknown setting %(names)s", file=path, names=", ".join(sorted(unknown))))
    return found


def _from_environment() -> dict[str, str]:
    for name in sorted(each for each in os.environ if each.startswith("SHELTER_")):
        said = name.removeprefix("SHELTER_").lower()
        if said not in NAMES and (meant := get_close_matches(said, NAMES, 1, 0.8)):
            raise BadSetting(_("%(name)s is no setting: is %(meant)s meant?", name=name,
                               meant=f"SHELTER_{meant[0].upper()}"))
    return {name: os.environ[f"SHELTER_{name.upper()}"] for name in NAMES if os.environ.get(f"SHELTER_{name.upper()}")}


def _read(name: str, value: Any) -> Any:
    kind = str(Settings.__dataclass_fields__[name].type)
    try:
        return _READERS[kind](value)
    except (KeyError, ValueError, TypeError):
        raise _bad(name, _("%(value)s is no %(kind)s", value=repr(value), kind=_IN_WORDS[kind])) from None


def _bad(name: str, problem: str) -> BadSetting:
    return BadSetting(f"SHELTER_{name.upper()}: {problem}")


_YES_OR_NO = {
    **dict.fromkeys(("1", "true", "yes", "on", "sí", "si"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def _bool(value: Any) -> bool:
    return _YES_OR_NO[str(value).strip().lower()]


def _number(value: Any) -> int:
    if isinstance(value, bool) or int(value) < 1:
        raise ValueError(value)
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _path(value: Any) -> Path | None:
    return Path(value).absolute() if value else None


def _texts(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else map(_text, value)
    return tuple(part.strip() for part in parts if part.strip())


_READERS: dict[str, Callable[[Any], Any]] = {
    "bool": _bool, "int": _number, "str": _text, "Path": _path, "Path | None": _path, "tuple[str, ...]": _texts,
}
_IN_WORDS: dict[str, Any] = {
    "bool": _later("yes or no"), "int": _later("whole number above 0"), "str": _later("text"), "Path": _later("path"),
    "Path | None": _later("path"), "tuple[str, ...]": _later("list of names"),
}


def _is_database(name: str, url: str) -> None:
    try:
        parts = make_url(url or "sqlite://")
    except ArgumentError:
        raise _bad(name, _("not an address of a database, like postgresql://user@host/name")) from None
    if parts.get_backend_name() not in {"sqlite", "postgresql"}:
        raise _bad(name, _("only sqlite and postgresql are known"))
    if url and parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_absolute():
        raise _bad(name, _("SQLite needs an absolute path: sqlite:////folder/shelter.db"))


def _is_zone(name: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise _bad(name, _("%(value)s is not a time zone, like America/Guayaquil", value=repr(zone))) from None


def _is_locale(name: str, locale: str) -> None:
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        raise _bad(name, _("%(value)s is not a locale, like es_EC", value=repr(locale))) from None


def _is_folder(name: str, folder: Path | None) -> None:
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder) if folder else None
    if there and there.exists() and not there.is_dir():
        raise _bad(name, _("%(value)s is a file and no folder", value=there))


def _at_most(most: int) -> Callable[[str, int], None]:
    def check(name: str, value: int) -> None:
        if value > most:
            raise _bad(name, _("%(value)s is too much: at most %(most)s", value=value, most=most))

    return check


def _are_hosts(name: str, hosts: tuple[str, ...]) -> None:
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise _bad(name, _("%(value)s is not a name of a machine, like senda.local", value=repr(host)))


_HOST = re.compile(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")
def _is_queue(name: str, place: str) -> None:
    if place not in {"", "inline", "sqlite", "postgresql", "redis"}:
        raise _bad(name, _("jobs are queued in sqlite, postgresql or redis; inline does them at once"))


def _is_redis(name: str, url: str) -> None:
    if url and not re.fullmatch(r"(rediss?|unix)://\S+", url):
        raise _bad(name, _("not an address of Redis, like redis://127.0.0.1:6379/0"))


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "database_url": _is_database, "timezone": _is_zone, "locale": _is_locale, "instance": _is_folder,
    "anchor_folder": _is_folder, "backup_folder": _is_folder, "trusted_hosts": _are_hosts,
    "jobs": _is_queue, "redis_url": _is_redis, "idle_minutes": _at_most(240), "session_hours": _at_most(24),
}
