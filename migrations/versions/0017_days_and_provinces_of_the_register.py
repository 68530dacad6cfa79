"""Historic cases may know the day on which they were registered, and the province."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('register_case') as table:
        table.add_column(sa.Column('registered_on', sa.Date()))
        table.add_column(sa.Column('province', sa.String(length=2)))


def downgrade() -> None:
    with op.batch_alter_table('register_case') as table:
        table.drop_column('province')
        table.drop_column('registered_on')
