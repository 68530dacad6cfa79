"""When the institution knew of her; who answers for a child, and what she says herself."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('referral') as table:
        table.add_column(sa.Column('alerted_at', sa.DateTime(timezone=True)))
        table.add_column(sa.Column('is_alert_about', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('referral') as table:
        table.alter_column('is_alert_about', server_default=None)
    with op.batch_alter_table('consent') as table:
        table.add_column(sa.Column('given_by', sa.String(length=40), nullable=False, server_default='herself'))
        table.add_column(sa.Column('heard', sa.String(length=40)))
        table.add_column(sa.Column('representative_sealed', sa.LargeBinary()))
    with op.batch_alter_table('consent') as table:
        table.alter_column('given_by', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('consent') as table:
        for name in ('representative_sealed', 'heard', 'given_by'):
            table.drop_column(name)
    with op.batch_alter_table('referral') as table:
        for name in ('is_alert_about', 'alerted_at'):
            table.drop_column(name)
