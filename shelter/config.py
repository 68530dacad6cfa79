"""Settings: from the environment (SHELTER_*), from instance/config.toml, or as they stand here."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent


class BadSetting(ValueError):  # noqa: N818
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
    brand: str = "Senda"
    trusted_hosts: tuple[str, ...] = ()
    mfa_required: bool = True
    demo_password: str = ""
    locale: str = "es_EC"
    timezone: str = "America/Guayaquil"
    exit_site: str = ""
    tls: bool = False
    idle_minutes: int = 15
    session_hours: int = 8

    @property
    def url(self) -> str:
        """The database's address: SQLite in the instance unless another is set."""
        return self.database_url or f"sqlite:///{self.instance / 'shelter.db'}"

    @property
    def key_path(self) -> Path:
        """Where the programme's key lies."""
        return self.key_file or self.instance / "senda.key"

    @property
    def anchors(self) -> Path:
        """Where signed heads of the audit chain are kept, outside the database."""
        return self.anchor_folder or self.instance / "anchors"

    @classmethod
    def load(cls, **given: Any) -> Settings:
        """Given values first, then the environment, then config.toml, then the defaults."""
        instance = Path(given.get("instance") or os.environ.get("SHELTER_INSTANCE") or _default_instance()).absolute()
        found = {**_from_file(instance / "config.toml"), **_from_environment(), **given, "instance": instance}
        return cls(**{name: _read(name, value) for name, value in found.items()})


NAMES = {each.name for each in fields(Settings)}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: not readable as TOML ({error})") from None
    if unknown := found.keys() - NAMES:
        raise BadSetting(f"{path}: unknown setting {', '.join(sorted(unknown))}")
    return found


def _from_environment() -> dict[str, str]:
    return {name: os.environ[f"SHELTER_{name.upper()}"] for name in NAMES if os.environ.get(f"SHELTER_{name.upper()}")}


def _read(name: str, value: Any) -> Any:
    kind = Settings.__dataclass_fields__[name].type
    try:
        if kind == "bool" and isinstance(value, str):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]
        if kind == "int":
            return int(value)
    except (KeyError, ValueError):
        raise BadSetting(f"SHELTER_{name.upper()}: {value!r} is not a {kind}") from None
    if "Path" in str(kind):
        return Path(value).absolute() if value else None
    if "tuple" in str(kind) and isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value
