"""The cases of somebody's team, and the referrals of a house, are listed along indexes of their own."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

PRESENT = sa.text('left_at IS NULL')
OPENED = 'UPDATE team_member SET opened_at = (SELECT opened_at FROM "case" WHERE "case".id = team_member.case_id)'


def index(*columns: str) -> None:
    op.create_index(
        'ix_team_member_staff', 'team_member', columns, sqlite_where=PRESENT, postgresql_where=PRESENT,
    )


def upgrade() -> None:
    op.drop_index('ix_team_member_staff', 'team_member')
    op.drop_index('ix_team_member_case', 'team_member')
    op.add_column('team_member', sa.Column('opened_at', sa.DateTime(timezone=True)))
    op.execute(OPENED)
    with op.batch_alter_table('team_member') as batch:
        batch.alter_column('opened_at', existing_type=sa.DateTime(timezone=True), nullable=False)
    index('staff_id', 'opened_at', 'case_id')
    op.create_index('ix_team_member_case', 'team_member', ['case_id', 'staff_id'])
    op.create_index('ix_referral_received', 'referral', ['house_id', 'received_at'])


def downgrade() -> None:
    op.drop_index('ix_referral_received', 'referral')
    op.drop_index('ix_team_member_staff', 'team_member')
    op.drop_index('ix_team_member_case', 'team_member')
    with op.batch_alter_table('team_member') as batch:
        batch.drop_column('opened_at')
    index('staff_id', 'case_id')
    op.create_index('ix_team_member_case', 'team_member', ['case_id'])
