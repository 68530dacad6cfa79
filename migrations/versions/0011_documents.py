"""Files attached to cases, sealed."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'document',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('discipline', sa.String(length=40), nullable=False),
        sa.Column('kind', sa.String(length=40)),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('corrects_id', sa.Uuid()),
        sa.Column('title_sealed', sa.LargeBinary()),
        sa.Column('content_sealed', sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ['corrects_id'], ['document.id'], name=op.f('fk_document_corrects_id'), initially='DEFERRED',
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ['foundation_id', 'case_id'], ['case.foundation_id', 'case.id'],
            name=op.f('fk_document_foundation_id_case_id'), initially='DEFERRED', deferrable=True,
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
        sa.UniqueConstraint('case_id', 'number', name=op.f('uq_document_case_id_number')),
    )
    op.create_index('ix_document_corrects', 'document', ['corrects_id'], unique=True)


def downgrade() -> None:
    op.drop_table('document')
