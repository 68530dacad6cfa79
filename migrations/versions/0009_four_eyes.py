"""What one person asks for and another decides; and whether an account was ever opened."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def _staff(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], ['staff.id'], name=op.f(f'fk_approval_{name}'), initially='DEFERRED', deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        'approval',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('what', sa.String(length=40), nullable=False),
        sa.Column('subject_id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid()),
        sa.Column('house_id', sa.Uuid()),
        sa.Column('parameters', sa.JSON(), nullable=False),
        sa.Column('digest', sa.String(length=32), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('asked_by_id', sa.Uuid(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by_id', sa.Uuid()),
        sa.Column('decided_at', sa.DateTime(timezone=True)),
        sa.Column('reason_sealed', sa.LargeBinary()),
        sa.Column('answer_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ['foundation_id', 'house_id'], ['house.foundation_id', 'house.id'],
            name=op.f('fk_approval_foundation_id_house_id'), initially='DEFERRED', deferrable=True,
        ),
        _staff('asked_by_id'),
        _staff('decided_by_id'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_approval')),
    )
    op.create_index('ix_approval_asked', 'approval', ['asked_by_id'])
    op.create_index('ix_approval_state', 'approval', ['state', 'expires_at'])
    op.add_column('staff', sa.Column('opened_at', sa.DateTime(timezone=True)))
    op.execute('UPDATE staff SET opened_at = coalesce(promised_at, made_at) WHERE password_hash IS NOT NULL')


def downgrade() -> None:
    op.drop_column('staff', 'opened_at')
    op.drop_table('approval')
