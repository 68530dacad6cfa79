"""Outgoing referrals and their answers, slips for answers without an account, exactly what she agrees to share."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

LATER = {'initially': 'DEFERRED', 'deferrable': True}
OPEN = sa.text("state IN ('prepared', 'sent', 'received')")
UNSEEN = sa.text("basis != 'consent' AND reviewed_at IS NULL")
OF_CASE = (['foundation_id', 'case_id'], ['case.foundation_id', 'case.id'])


def upgrade() -> None:
    with op.batch_alter_table('consent') as table:
        table.add_column(sa.Column('institution_id', sa.Uuid()))
        table.add_column(sa.Column('fields', sa.JSON(none_as_null=True)))
        table.add_column(sa.Column('is_written', sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_foreign_key(op.f('fk_consent_institution_id'), 'institution', ['institution_id'], ['id'], **LATER)
    with op.batch_alter_table('consent') as table:
        table.alter_column('is_written', server_default=None)
    op.create_table(
        'slip',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('word', sa.String(length=40), nullable=False),
        sa.Column('about_id', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid()),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('spent_at', sa.DateTime(timezone=True)),
        sa.Column('revoked_at', sa.DateTime(timezone=True)),
        sa.Column('code_sealed', sa.LargeBinary()),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_slip')),
    )
    op.create_index('ix_slip_about', 'slip', ['about_id', 'word'])
    op.create_table(
        'outgoing',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('reference', sa.String(length=12), nullable=False),
        sa.Column('institution_id', sa.Uuid(), nullable=False),
        sa.Column('institution_kind', sa.String(length=40), nullable=False),
        sa.Column('post_id', sa.Uuid()),
        sa.Column('service', sa.String(length=40), nullable=False),
        sa.Column('urgency', sa.String(length=40), nullable=False),
        sa.Column('basis', sa.String(length=40), nullable=False),
        sa.Column('consent_id', sa.Uuid()),
        sa.Column('fields', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('age_band', sa.String(length=40)),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True)),
        sa.Column('sent_by_id', sa.Uuid()),
        sa.Column('heard_at', sa.DateTime(timezone=True)),
        sa.Column('reminded_at', sa.DateTime(timezone=True)),
        sa.Column('told_at', sa.DateTime(timezone=True)),
        sa.Column('not_told', sa.String(length=40)),
        sa.Column('reviewed_at', sa.DateTime(timezone=True)),
        sa.Column('reviewed_by_id', sa.Uuid()),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True)),
        sa.Column('withdrawn_why', sa.String(length=40)),
        *(sa.Column(f'{name}_sealed', sa.LargeBinary()) for name in ('needs', 'note', 'grounds', 'reply_to', 'sent')),
        sa.ForeignKeyConstraint(*OF_CASE, name=op.f('fk_outgoing_foundation_id_case_id'), **LATER),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_outgoing_institution_id'),
                                **LATER),
        sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_outgoing_post_id'), **LATER),
        sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_outgoing_consent_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing')),
        sa.UniqueConstraint('reference', name=op.f('uq_outgoing_reference')),
    )
    op.create_index('ix_outgoing_case', 'outgoing', ['case_id', 'made_at'])
    op.create_index('ix_outgoing_institution', 'outgoing', ['institution_id', 'state'])
    op.create_index('ix_outgoing_sent', 'outgoing', ['sent_at'])
    op.create_index('ix_outgoing_waiting', 'outgoing', ['state', 'sent_at'], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index('ix_outgoing_review', 'outgoing', ['case_id'], sqlite_where=UNSEEN, postgresql_where=UNSEEN)
    op.create_table(
        'outgoing_reply',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('outgoing_id', sa.Uuid(), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('reason', sa.String(length=40)),
        sa.Column('through', sa.String(length=40), nullable=False),
        sa.Column('attended_on', sa.Date()),
        sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid()),
        sa.Column('who_sealed', sa.LargeBinary()),
        sa.Column('note_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(*OF_CASE, name=op.f('fk_outgoing_reply_foundation_id_case_id'), **LATER),
        sa.ForeignKeyConstraint(['outgoing_id'], ['outgoing.id'], name=op.f('fk_outgoing_reply_outgoing_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_reply')),
    )
    op.create_index('ix_outgoing_reply', 'outgoing_reply', ['outgoing_id', 'entered_at'])
    op.create_table(
        'return_screening',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('answer', sa.String(length=40), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('note_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(*OF_CASE, name=op.f('fk_return_screening_foundation_id_case_id'), **LATER),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_screening')),
    )
    op.create_index('ix_return_screening_case', 'return_screening', ['case_id', 'made_at'])


def downgrade() -> None:
    for name in ('return_screening', 'outgoing_reply', 'outgoing', 'slip'):
        op.drop_table(name)
    with op.batch_alter_table('consent') as table:
        table.drop_constraint(op.f('fk_consent_institution_id'), type_='foreignkey')
        for name in ('is_written', 'fields', 'institution_id'):
            table.drop_column(name)
