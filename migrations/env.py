"""How Alembic runs here: on a connection given to it, foreign keys off on SQLite while tables are copied."""

from alembic import context

import shelter.house  # noqa: F401 (loads every model)
from shelter.db import Model

connection = context.config.attributes["connection"]
driver = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
if driver:
    driver.execute("PRAGMA foreign_keys=off")  # outside any transaction, where alone it has an effect
try:
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_type=True,
                      transactional_ddl=True)  # SQLite too: all of it or nothing, the check included
    with context.begin_transaction():
        context.run_migrations()
        if driver and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"the migration leaves rows without what they refer to: {broken[:5]}")
    connection.commit()
finally:
    if driver:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=on")
