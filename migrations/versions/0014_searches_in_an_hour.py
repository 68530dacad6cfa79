"""How often somebody searched within the last hour is counted along an index of its own, at every search."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

SEARCHES = sa.text("action = 'person.search'")


def upgrade() -> None:
    op.create_index('ix_audit_entry_searches', 'audit_entry', ['actor_id', 'at'],
                    sqlite_where=SEARCHES, postgresql_where=SEARCHES)


def downgrade() -> None:
    op.drop_index('ix_audit_entry_searches', 'audit_entry')
