"""What happened that somebody should know, by codes."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

UNREAD = sa.text('read_at IS NULL')


def upgrade() -> None:
    op.create_table(
        'notice',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('word', sa.String(length=40), nullable=False),
        sa.Column('about_id', sa.Uuid()),
        sa.Column('code', sa.String(length=12)),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_notice_staff_id'), initially='DEFERRED', deferrable=True,
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    )
    op.create_index('ix_notice_at', 'notice', ['at'])
    op.create_index('ix_notice_staff', 'notice', ['staff_id', 'at'])
    op.create_index('ix_notice_unread', 'notice', ['staff_id'], sqlite_where=UNREAD, postgresql_where=UNREAD)


def downgrade() -> None:
    op.drop_table('notice')
