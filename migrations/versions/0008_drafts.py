"""What was typed and not yet saved is kept; a form that comes again is compared with what was saved."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'draft',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.Uuid(), nullable=False),
        sa.Column('path', sa.String(length=300), nullable=False),
        sa.Column('body_sealed', sa.LargeBinary()),
        sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_draft'),
        sa.UniqueConstraint('staff_id', 'key', name='uq_draft_staff_id_key'),
    )
    op.create_index('ix_draft_saved_at', 'draft', ['saved_at'])
    op.add_column('submission', sa.Column('digest', sa.LargeBinary(length=32)))


def downgrade() -> None:
    op.drop_column('submission', 'digest')
    op.drop_table('draft')
