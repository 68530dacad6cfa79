"""A long trail is narrowed along an index of its own for each question that an auditor asks."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

REFUSED = sa.text("decision = 'refused'")
ALSO = ('action', 'foundation_id', 'object_id')
NARROW = ('object_id',)


def upgrade() -> None:
    for name in NARROW:
        op.drop_index(f'ix_audit_entry_{name}', 'audit_entry')
    for name in ALSO:
        op.create_index(f'ix_audit_entry_{name}', 'audit_entry', [name, 'seq'])
    op.create_index('ix_audit_entry_refused', 'audit_entry', ['seq'], sqlite_where=REFUSED, postgresql_where=REFUSED)


def downgrade() -> None:
    for name in ('refused', *ALSO):
        op.drop_index(f'ix_audit_entry_{name}', 'audit_entry')
    for name in NARROW:
        op.create_index(f'ix_audit_entry_{name}', 'audit_entry', [name])
