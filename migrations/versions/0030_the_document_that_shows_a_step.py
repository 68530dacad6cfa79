"""A step of the route is shown by a document of the case."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('step_word') as table:
        table.add_column(sa.Column('document_id', sa.Uuid()))


def downgrade() -> None:
    with op.batch_alter_table('step_word') as table:
        table.drop_column('document_id')
