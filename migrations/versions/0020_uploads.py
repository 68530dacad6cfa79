"""Files on their way into a register, who brought them, mappings that are kept, and imports that were undone."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0018'
branch_labels = None
depends_on = None

LATER = {'initially': 'DEFERRED', 'deferrable': True}


def upgrade() -> None:
    with op.batch_alter_table('register') as table:
        table.drop_constraint(op.f('uq_register_name'), type_='unique')
        table.create_unique_constraint(op.f('uq_register_foundation_id_name'), ['foundation_id', 'name'])
    with op.batch_alter_table('imported_file') as table:
        table.add_column(sa.Column('by_id', sa.Uuid()))
        table.add_column(sa.Column('cases', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('refused', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('undone_at', sa.DateTime(timezone=True)))
        table.add_column(sa.Column('name_sealed', sa.LargeBinary()))
        table.create_foreign_key(op.f('fk_imported_file_by_id'), 'staff', ['by_id'], ['id'], **LATER)
    op.execute('UPDATE imported_file SET cases = (SELECT count(*) FROM register_case WHERE file_id = imported_file.id)')
    with op.batch_alter_table('imported_file') as table:
        table.alter_column('cases', server_default=None)
        table.alter_column('refused', server_default=None)
    op.create_table(
        'upload',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid()),
        sa.Column('register', sa.String(length=80), nullable=False),
        sa.Column('source', sa.String(length=400), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('replaces', sa.String(length=64)),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('name_sealed', sa.LargeBinary()),
        sa.Column('mapping_sealed', sa.LargeBinary()),
        sa.Column('content_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_upload_by_id'), **LATER),
        sa.ForeignKeyConstraint(['foundation_id'], ['foundation.id'], name=op.f('fk_upload_foundation_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    )
    op.create_index(op.f('ix_upload_by_id'), 'upload', ['by_id'])
    op.create_index(op.f('ix_upload_expires_at'), 'upload', ['expires_at'])
    op.create_table(
        'saved_mapping',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid()),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('name_sealed', sa.LargeBinary()),
        sa.Column('text_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(['foundation_id'], ['foundation.id'], name=op.f('fk_saved_mapping_foundation_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_saved_mapping_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_mapping')),
    )


def downgrade() -> None:
    op.drop_table('saved_mapping')
    op.drop_table('upload')
    op.execute("DELETE FROM register_case WHERE file_id IN (SELECT id FROM imported_file WHERE undone_at IS NOT NULL)")
    op.execute('UPDATE imported_file SET replaces_id = NULL WHERE replaces_id IN '
               '(SELECT id FROM imported_file WHERE undone_at IS NOT NULL)')
    op.execute('DELETE FROM imported_file WHERE undone_at IS NOT NULL')
    with op.batch_alter_table('imported_file') as table:
        table.drop_constraint(op.f('fk_imported_file_by_id'), type_='foreignkey')
        for name in ('name_sealed', 'undone_at', 'refused', 'cases', 'by_id'):
            table.drop_column(name)
    with op.batch_alter_table('register') as table:
        table.drop_constraint(op.f('uq_register_foundation_id_name'), type_='unique')
        table.create_unique_constraint(op.f('uq_register_name'), ['name'])
