"""The protocol of the route in versions, operating procedures, and who has read what the team is asked to read."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0021'
branch_labels = None
depends_on = None

LATER = {'initially': 'DEFERRED', 'deferrable': True}


def upgrade() -> None:
    op.create_table(
        'protocol_version',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('title', sa.JSON(), nullable=False),
        sa.Column('note', sa.JSON()),
        sa.Column('cut_off', sa.Time(), nullable=False),
        sa.Column('based_on_id', sa.Uuid()),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('starts_on', sa.Date()),
        sa.Column('published_at', sa.DateTime(timezone=True)),
        sa.Column('published_by_id', sa.Uuid()),
        sa.Column('stamp', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['based_on_id'], ['protocol_version.id'],
                                name=op.f('fk_protocol_version_based_on_id'), **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_protocol_version_by_id'), **LATER),
        sa.ForeignKeyConstraint(['published_by_id'], ['staff.id'], name=op.f('fk_protocol_version_published_by_id'),
                                **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protocol_version')),
        sa.UniqueConstraint('number', name=op.f('uq_protocol_version_number')),
        sa.UniqueConstraint('starts_on', name=op.f('uq_protocol_version_starts_on')),
    )
    op.create_table(
        'protocol_writer',
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'],
                                name=op.f('fk_protocol_writer_protocol_id'), **LATER),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_protocol_writer_staff_id'), **LATER),
        sa.PrimaryKeyConstraint('protocol_id', 'staff_id', name=op.f('pk_protocol_writer')),
    )
    op.create_table(
        'protocol_phase',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('name', sa.JSON(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'], name=op.f('fk_protocol_phase_protocol_id'),
                                **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protocol_phase')),
        sa.UniqueConstraint('protocol_id', 'key', name=op.f('uq_protocol_phase_protocol_id_key')),
    )
    op.create_table(
        'protocol_step',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('phase_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('name', sa.JSON(), nullable=False),
        sa.Column('procedure', sa.JSON(), nullable=False),
        sa.Column('responsible', sa.String(length=40)),
        sa.Column('institution_id', sa.Uuid()),
        sa.Column('start', sa.String(length=40), nullable=False),
        sa.Column('starts_with', sa.String(length=40)),
        sa.Column('starts_detail', sa.String(length=40), nullable=False),
        sa.Column('after', sa.String(length=40), nullable=False),
        sa.Column('limit_amount', sa.Integer()),
        sa.Column('limit_unit', sa.String(length=40)),
        sa.Column('standing', sa.String(length=40), nullable=False),
        sa.Column('basis', sa.JSON()),
        sa.Column('evidence', sa.String(length=80), nullable=False),
        sa.Column('happening', sa.String(length=40)),
        sa.Column('happening_detail', sa.String(length=40), nullable=False),
        sa.Column('applies_to', sa.String(length=200), nullable=False),
        sa.Column('is_beside', sa.Boolean(), nullable=False),
        sa.Column('may_be_skipped', sa.Boolean(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'], name=op.f('fk_protocol_step_protocol_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['phase_id'], ['protocol_phase.id'], name=op.f('fk_protocol_step_phase_id'), **LATER),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_protocol_step_institution_id'),
                                **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protocol_step')),
        sa.UniqueConstraint('protocol_id', 'key', name=op.f('uq_protocol_step_protocol_id_key')),
    )
    op.create_index(op.f('ix_protocol_step_phase_id'), 'protocol_step', ['phase_id'])
    op.create_index(op.f('ix_protocol_step_digest'), 'protocol_step', ['digest'])
    op.create_table(
        'protocol_comment',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('step_key', sa.String(length=40), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('text_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'],
                                name=op.f('fk_protocol_comment_protocol_id'), **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_protocol_comment_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protocol_comment')),
    )
    op.create_index('ix_protocol_comment_protocol', 'protocol_comment', ['protocol_id', 'step_key', 'at'])
    op.create_table(
        'step_validation',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('step_key', sa.String(length=40), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('institution_id', sa.Uuid(), nullable=False),
        sa.Column('agrees', sa.Boolean(), nullable=False),
        sa.Column('answered_on', sa.Date(), nullable=False),
        sa.Column('way', sa.String(length=40), nullable=False),
        sa.Column('by_id', sa.Uuid()),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('act', sa.String(length=80), nullable=False),
        sa.Column('officer_sealed', sa.LargeBinary()),
        sa.Column('post_sealed', sa.LargeBinary()),
        sa.Column('remark_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'], name=op.f('fk_step_validation_protocol_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_step_validation_institution_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_step_validation_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_step_validation')),
    )
    op.create_index(op.f('ix_step_validation_protocol_id'), 'step_validation', ['protocol_id'])
    op.create_index(op.f('ix_step_validation_digest'), 'step_validation', ['digest'])
    op.create_index(op.f('ix_step_validation_institution_id'), 'step_validation', ['institution_id'])
    op.create_table(
        'validation_request',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('protocol_id', sa.Uuid(), nullable=False),
        sa.Column('institution_id', sa.Uuid(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['protocol_id'], ['protocol_version.id'],
                                name=op.f('fk_validation_request_protocol_id'), **LATER),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'],
                                name=op.f('fk_validation_request_institution_id'), **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_validation_request_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_validation_request')),
        sa.UniqueConstraint('protocol_id', 'institution_id',
                            name=op.f('uq_validation_request_protocol_id_institution_id')),
    )
    op.create_table(
        'procedure',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid()),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(['foundation_id'], ['foundation.id'], name=op.f('fk_procedure_foundation_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure')),
    )
    op.create_index(op.f('ix_procedure_foundation_id'), 'procedure', ['foundation_id'])
    op.create_table(
        'procedure_edition',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('procedure_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('title', sa.JSON(), nullable=False),
        sa.Column('text', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('published_at', sa.DateTime(timezone=True)),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['procedure_id'], ['procedure.id'], name=op.f('fk_procedure_edition_procedure_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_procedure_edition_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_edition')),
        sa.UniqueConstraint('procedure_id', 'number', name=op.f('uq_procedure_edition_procedure_id_number')),
    )
    op.create_table(
        'reading_asked',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('about_id', sa.Uuid(), nullable=False),
        sa.Column('series_id', sa.Uuid()),
        sa.Column('foundation_id', sa.Uuid()),
        sa.Column('title', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('reminded_at', sa.DateTime(timezone=True)),
        sa.Column('replaced_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(['foundation_id'], ['foundation.id'], name=op.f('fk_reading_asked_foundation_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_reading_asked_by_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_asked')),
    )
    op.create_index(op.f('ix_reading_asked_about_id'), 'reading_asked', ['about_id'])
    is_open = sa.text('replaced_at IS NULL')
    op.create_index('ix_reading_asked_open', 'reading_asked', ['asked_at'], sqlite_where=is_open,
                    postgresql_where=is_open)
    op.create_table(
        'acknowledgement',
        sa.Column('asked_id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['asked_id'], ['reading_asked.id'], name=op.f('fk_acknowledgement_asked_id'), **LATER),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_acknowledgement_staff_id'), **LATER),
        sa.PrimaryKeyConstraint('asked_id', 'staff_id', name=op.f('pk_acknowledgement')),
    )


def downgrade() -> None:
    for table in ('acknowledgement', 'reading_asked', 'procedure_edition', 'procedure', 'validation_request',
                  'step_validation', 'protocol_comment', 'protocol_step', 'protocol_phase', 'protocol_writer',
                  'protocol_version'):
        op.drop_table(table)
