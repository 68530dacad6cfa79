"""Migrations: bring the database to the version this program needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from shelter.config import folder

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Alembic pointed at our migrations, in a checkout or an installed package.

    It is loaded when something is migrated: a server that only asks for the version has 10 MB less to carry.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Apply what is missing."""
    from alembic import command

    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Go back to a revision."""
    from alembic import command

    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def current(engine: sa.Engine) -> str | None:
    """The version that the database has; None when it is empty."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(_VERSION.name):
            return None
        return connection.scalar(sa.select(_VERSION.c.version_num))


_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def is_earlier(version: str | None) -> bool:
    """Whether a database of that version can be brought to today's."""
    return version in _known()[:-1]


def newest() -> str:
    """The version that this program needs."""
    return _known()[-1]


def _known() -> list[str]:
    """Every version, oldest first: one after the other, each the number that its file's name begins with."""
    return sorted(file.name[:4] for file in (folder("migrations") / "versions").glob("[0-9]*_*.py"))
