"""Recovery codes, passkeys, browsers that are known; sessions know when a factor was given last; one's own trail."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_staff = {'initially': 'DEFERRED', 'deferrable': True}
    op.create_table(
        'recovery_code',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id'), **of_staff),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
        sa.UniqueConstraint('digest', name=op.f('uq_recovery_code_digest')),
    )
    op.create_index('ix_recovery_code_staff_id', 'recovery_code', ['staff_id'])
    op.create_table(
        'passkey',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('name_sealed', sa.LargeBinary()),
        sa.Column('site', sa.String(length=253), nullable=False),
        sa.Column('credential', sa.LargeBinary(length=1023), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('counter', sa.BigInteger(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_passkey_staff_id'), **of_staff),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
        sa.UniqueConstraint('credential', name=op.f('uq_passkey_credential')),
    )
    op.create_index('ix_passkey_staff_id', 'passkey', ['staff_id'])
    op.create_table(
        'known_device',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_known_device_staff_id'), **of_staff),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
        sa.UniqueConstraint('staff_id', 'digest', name=op.f('uq_known_device_staff_id_digest')),
    )
    op.create_index('ix_known_device_seen_at', 'known_device', ['seen_at'])
    for column in (
        sa.Column('fresh_at', sa.DateTime(timezone=True)),
        sa.Column('wrong_codes', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('challenge', sa.LargeBinary(length=64)),
        sa.Column('challenged_at', sa.DateTime(timezone=True)),
    ):
        op.add_column('staff_session', column)
    with op.batch_alter_table('staff_session') as batch:
        batch.alter_column('wrong_codes', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.create_index('ix_audit_entry_of_actor', 'audit_entry', ['actor_id', 'seq'])
    op.drop_index('ix_audit_entry_actor_id', 'audit_entry')


def downgrade() -> None:
    op.create_index('ix_audit_entry_actor_id', 'audit_entry', ['actor_id'])
    op.drop_index('ix_audit_entry_of_actor', 'audit_entry')
    with op.batch_alter_table('staff_session') as batch:
        for name in ('challenged_at', 'challenge', 'wrong_codes', 'fresh_at'):
            batch.drop_column(name)
    for table in ('known_device', 'passkey', 'recovery_code'):
        op.drop_table(table)
