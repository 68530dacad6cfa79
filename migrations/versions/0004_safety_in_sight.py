"""Whether she is safe and needs a doctor stands on the card: from the referral on, whoever opens the case sees it."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ANSWERS = ('is_safe', 'needs_doctor')
KNOWN = """
    UPDATE case_card SET
        is_safe = (SELECT is_safe FROM intake WHERE intake.case_id = case_card.case_id),
        needs_doctor = (SELECT needs_doctor FROM intake WHERE intake.case_id = case_card.case_id)
"""


def upgrade() -> None:
    for name in ANSWERS:
        op.add_column('case_card', sa.Column(name, sa.String(length=40)))
    op.execute(KNOWN)


def downgrade() -> None:
    for name in reversed(ANSWERS):
        op.drop_column('case_card', name)
