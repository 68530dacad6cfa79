"""Slips for answers without an account."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'slip',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('word', sa.String(length=40), nullable=False),
        sa.Column('about_id', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid()),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('spent_at', sa.DateTime(timezone=True)),
        sa.Column('revoked_at', sa.DateTime(timezone=True)),
        sa.Column('code_sealed', sa.LargeBinary()),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_slip')),
    )
    op.create_index('ix_slip_about', 'slip', ['about_id', 'word'])


def downgrade() -> None:
    op.drop_table('slip')
