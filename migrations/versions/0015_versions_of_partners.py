"""Foundations, houses and institutions count their versions: who saves over somebody else's change is told."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

COUNTED = ('foundation', 'house', 'institution')


def upgrade() -> None:
    for table in COUNTED:
        op.add_column(table, sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        with op.batch_alter_table(table) as batch:
            batch.alter_column('version', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    for table in reversed(COUNTED):
        with op.batch_alter_table(table) as batch:
            batch.drop_column('version')
