"""What was corrected is found by the row that corrects it."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

CORRECTS = sa.text('corrects_id IS NOT NULL')


def upgrade() -> None:
    for table in ('service', 'timeline_entry'):
        op.create_index(
            f'ix_{table}_corrects', table, ['corrects_id'], sqlite_where=CORRECTS, postgresql_where=CORRECTS,
        )


def downgrade() -> None:
    for table in ('timeline_entry', 'service'):
        op.drop_index(f'ix_{table}_corrects', table)
