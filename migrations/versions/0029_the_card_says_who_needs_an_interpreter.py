"""Whether she needs an interpreter stands on the card, where a route and an arrival find it."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('case_card') as table:
        table.add_column(sa.Column('needs_interpreter', sa.String(length=40)))
    op.execute('UPDATE case_card SET needs_interpreter ='
               ' (SELECT needs_interpreter FROM intake WHERE intake.case_id = case_card.case_id)')


def downgrade() -> None:
    with op.batch_alter_table('case_card') as table:
        table.drop_column('needs_interpreter')
