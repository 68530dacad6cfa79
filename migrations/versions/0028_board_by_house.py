"""The board is read along its house, what is due first; closed cases are not on it; a step tells its phase."""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('route_card') as table:
        table.add_column(sa.Column('house_id', sa.Uuid()))
        table.add_column(sa.Column('institution_id', sa.Uuid()))
        table.alter_column('due_at', nullable=True)
        table.drop_column('phase')
    op.execute('UPDATE route_card SET house_id = (SELECT house_id FROM "case" WHERE "case".id = route_card.case_id)')
    op.execute('UPDATE route_card SET due_at = NULL WHERE case_id IN (SELECT id FROM "case" WHERE closed_at IS NOT NULL)')
    op.execute('UPDATE route_card SET institution_id = (SELECT route_lap.institution_id FROM route_lap'
               ' WHERE route_lap.case_id = route_card.case_id AND route_lap.step = route_card.step'
               ' AND route_lap.started_at = route_card.started_at)')
    with op.batch_alter_table('route_card') as table:
        table.drop_column('started_at')
        table.alter_column('house_id', nullable=False)
        table.create_foreign_key(
            op.f('fk_route_card_foundation_id_house_id'), 'house', ['foundation_id', 'house_id'],
            ['foundation_id', 'id'], deferrable=True, initially='DEFERRED')
        table.create_index('ix_route_card_house', ['house_id', 'due_at', 'case_id'])


def downgrade() -> None:
    op.execute("UPDATE route_card SET due_at = '9999-12-31 00:00:00.000000' WHERE due_at IS NULL")
    with op.batch_alter_table('route_card') as table:
        table.drop_index('ix_route_card_house')
        table.drop_constraint(op.f('fk_route_card_foundation_id_house_id'), type_='foreignkey')
        table.drop_column('house_id')
        table.drop_column('institution_id')
        table.add_column(sa.Column('started_at', sa.DateTime(timezone=True)))
        table.add_column(sa.Column('phase', sa.String(length=40)))
        table.alter_column('due_at', nullable=False)
