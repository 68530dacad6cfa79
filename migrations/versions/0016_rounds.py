"""What the house does by itself is a round; a job is what somebody asked for. When each was made last begins anew."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('job_run')
    _table('last_round')


def downgrade() -> None:
    op.drop_table('last_round')
    _table('job_run')


def _table(name: str) -> None:
    op.create_table(
        name,
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True)),
        sa.Column('done_at', sa.DateTime(timezone=True)),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('problem', sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f(f'pk_{name}')),
    )
