"""Migrations: bring the database to the version this program needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shelter.config import folder


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Alembic pointed at our migrations, in a checkout or an installed package."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Apply what is missing."""
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Go back to a revision."""
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def current(engine: sa.Engine) -> str | None:
    """The version that the database has; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_earlier(version: str | None) -> bool:
    """Whether a database of that version can be brought to today's."""
    known = {each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    return version in known - {newest()}


def newest() -> str | None:
    """The version that this program needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
