"""Figures that are kept; where there are people already, they are counted at the next start of the program."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'tally',
        sa.Column('bucket', sa.String(length=7), nullable=False),
        sa.Column('place_id', sa.Uuid(), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('counts', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('bucket', 'place_id', 'code', name=op.f('pk_tally')),
        sqlite_with_rowid=False,
    )
    op.create_table(
        'tally_edition',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('edition', sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tally_edition')),
    )
    op.execute("INSERT INTO tally_edition (id, edition) SELECT 1, '' WHERE EXISTS (SELECT 1 FROM person)")


def downgrade() -> None:
    op.drop_table('tally_edition')
    op.drop_table('tally')
