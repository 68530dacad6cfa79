"""The route of each case: what the team says, what is declared of her, and where the case stands."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

KEPT = 'kept_in_touch'
_ENTRY = sa.table('timeline_entry', *(sa.column(name, kind) for name, kind in (
    ('id', sa.Uuid()), ('foundation_id', sa.Uuid()), ('case_id', sa.Uuid()), ('milestone', sa.String()),
    ('occurred_at', sa.DateTime(timezone=True)), ('precision', sa.String()), ('entered_at', sa.DateTime(timezone=True)),
    ('by_id', sa.Uuid()), ('about_id', sa.Uuid()), ('detail', sa.String()), ('age_band', sa.String()),
)))


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(['foundation_id', 'case_id'], ['case.foundation_id', 'case.id'],
                                   name=op.f(f'fk_{table}_foundation_id_case_id'), initially='DEFERRED', deferrable=True)


def upgrade() -> None:
    op.create_table(
        'step_word',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('step', sa.String(length=40), nullable=False),
        sa.Column('word', sa.String(length=40), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('reason', sa.String(length=40)),
        sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid()),
        sa.Column('taken_back_at', sa.DateTime(timezone=True)),
        sa.Column('note_sealed', sa.LargeBinary()),
        _of_case('step_word'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_step_word')),
    )
    op.create_index('ix_step_word_case', 'step_word', ['case_id'])
    op.create_table(
        'route_conditions',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('declared_sealed', sa.LargeBinary()),
        sa.Column('version', sa.Integer(), nullable=False),
        _of_case('route_conditions'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_route_conditions')),
        sa.UniqueConstraint('case_id', name=op.f('uq_route_conditions_case_id')),
    )
    op.create_table(
        'route_lap',
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('step', sa.String(length=40), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('house_id', sa.Uuid(), nullable=False),
        sa.Column('version_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=40)),
        sa.Column('institution_id', sa.Uuid()),
        sa.Column('started_at', sa.DateTime(timezone=True)),
        sa.Column('due_at', sa.DateTime(timezone=True)),
        sa.Column('ended_at', sa.DateTime(timezone=True)),
        sa.Column('end', sa.String(length=40)),
        _of_case('route_lap'),
        sa.ForeignKeyConstraint(['foundation_id', 'house_id'], ['house.foundation_id', 'house.id'],
                                name=op.f('fk_route_lap_foundation_id_house_id'), initially='DEFERRED', deferrable=True),
        sa.PrimaryKeyConstraint('case_id', 'step', 'number', name=op.f('pk_route_lap')),
        sqlite_with_rowid=False,
    )
    op.create_index('ix_route_lap_ended', 'route_lap', ['ended_at'])
    op.create_index('ix_route_lap_due', 'route_lap', ['due_at'])
    op.create_table(
        'route_card',
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('version_id', sa.Uuid(), nullable=False),
        sa.Column('phase', sa.String(length=40)),
        sa.Column('step', sa.String(length=40)),
        sa.Column('started_at', sa.DateTime(timezone=True)),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        _of_case('route_card'),
        sa.PrimaryKeyConstraint('case_id', name=op.f('pk_route_card')),
    )
    op.create_index('ix_route_card_due', 'route_card', ['due_at', 'case_id'])
    op.create_table(
        'route_edition',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('edition', sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_route_edition')),
    )
    _tell_what_was_kept()


def _tell_what_was_kept() -> None:
    """What a contact after the exit fulfilled now stands on the timeline, with its month."""
    contact = sa.table('follow_up', *(sa.column(name, kind) for name, kind in (
        ('id', sa.Uuid()), ('foundation_id', sa.Uuid()), ('case_id', sa.Uuid()), ('month', sa.Integer()),
        ('occurred_at', sa.DateTime(timezone=True)), ('entered_at', sa.DateTime(timezone=True)), ('by_id', sa.Uuid()),
        ('age_band', sa.String()), ('is_fulfilled', sa.Boolean()),
    )))
    entries = [
        {'id': uuid.uuid4(), 'foundation_id': each.foundation_id, 'case_id': each.case_id, 'milestone': KEPT,
         'occurred_at': each.occurred_at, 'precision': 'moment', 'entered_at': each.entered_at, 'by_id': each.by_id,
         'about_id': each.id, 'detail': str(each.month), 'age_band': each.age_band}
        for each in op.get_bind().execute(sa.select(contact).where(contact.c.is_fulfilled))
    ]
    if entries:
        op.bulk_insert(_ENTRY, entries)


def downgrade() -> None:
    op.execute(sa.delete(_ENTRY).where(_ENTRY.c.milestone == KEPT))
    for table in ('route_edition', 'route_card', 'route_lap', 'route_conditions', 'step_word'):
        op.drop_table(table)
