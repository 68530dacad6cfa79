"""A one-time token may concern any record, not only an account."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_one_time_token_staff_id', 'one_time_token')
    with op.batch_alter_table('one_time_token') as batch:
        batch.drop_constraint('fk_one_time_token_staff_id', type_='foreignkey')
        batch.alter_column('staff_id', new_column_name='subject_id', existing_type=sa.Uuid(), existing_nullable=False)
        batch.add_column(sa.Column('made_at', sa.DateTime(timezone=True)))
    op.execute('UPDATE one_time_token SET made_at = expires_at')
    with op.batch_alter_table('one_time_token') as batch:
        batch.alter_column('made_at', existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index('ix_one_time_token_subject', 'one_time_token', ['subject_id', 'purpose'])


def downgrade() -> None:
    op.drop_index('ix_one_time_token_subject', 'one_time_token')
    op.execute("DELETE FROM one_time_token WHERE purpose <> 'activation'")
    with op.batch_alter_table('one_time_token') as batch:
        batch.drop_column('made_at')
        batch.alter_column('subject_id', new_column_name='staff_id', existing_type=sa.Uuid(), existing_nullable=False)
    with op.batch_alter_table('one_time_token') as batch:
        batch.create_foreign_key(
            'fk_one_time_token_staff_id', 'staff', ['staff_id'], ['id'], initially='DEFERRED', deferrable=True,
        )
    op.create_index('ix_one_time_token_staff_id', 'one_time_token', ['staff_id'])
