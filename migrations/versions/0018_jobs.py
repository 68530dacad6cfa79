"""Long work that somebody asked for."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'job',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('about_id', sa.Uuid()),
        sa.Column('language', sa.String(length=5), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True)),
        sa.Column('ended_at', sa.DateTime(timezone=True)),
        sa.Column('is_unwanted', sa.Boolean(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('order_sealed', sa.LargeBinary()),
        sa.Column('problem_sealed', sa.LargeBinary()),
        sa.Column('facts_sealed', sa.LargeBinary()),
        sa.Column('file_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_job_by_id'), initially='DEFERRED',
                                deferrable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    )
    op.create_index('ix_job_by', 'job', ['by_id', 'asked_at'])
    op.create_index('ix_job_state', 'job', ['state'])
    op.create_index('ix_job_about', 'job', ['about_id'])
    op.create_index(op.f('ix_job_expires_at'), 'job', ['expires_at'])


def downgrade() -> None:
    op.drop_table('job')
