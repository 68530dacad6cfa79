"""Agreements and ends of houses, beds out of use, successors, posts and their holders, lists, the working calendar."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

FOLLOWED = """
    UPDATE institution SET followed_by_id = (
        SELECT later.id FROM institution AS later WHERE later.succeeds_id = institution.id LIMIT 1)
"""
SUCCEEDS = """
    UPDATE institution SET succeeds_id = (
        SELECT earlier.id FROM institution AS earlier WHERE earlier.followed_by_id = institution.id LIMIT 1)
"""


def reference(table: str, *columns: str, to: str, targets: tuple[str, ...] = ('id',)) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns, [f'{to}.{each}' for each in targets], name=op.f(f"fk_{table}_{'_'.join(columns)}"),
        initially='DEFERRED', deferrable=True,
    )


def primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}'))


def upgrade() -> None:
    for name in ('agreed_from_on', 'agreed_to_on'):
        op.add_column('foundation', sa.Column(name, sa.Date()))
    op.add_column('house', sa.Column('capacity', sa.Integer()))
    op.add_column('house', sa.Column('ended_on', sa.Date()))
    _institutions()
    _posts()
    op.create_table(
        'bed_outage',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('foundation_id', sa.Uuid(), nullable=False),
        sa.Column('house_id', sa.Uuid(), nullable=False),
        sa.Column('bed_id', sa.Uuid(), nullable=False),
        sa.Column('reason', sa.String(40), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('until_on', sa.Date()),
        sa.Column('ended_on', sa.Date()),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        reference('bed_outage', 'foundation_id', 'house_id', to='house', targets=('foundation_id', 'id')),
        reference('bed_outage', 'house_id', 'bed_id', to='bed', targets=('house_id', 'id')),
        primary('bed_outage'),
    )
    op.create_index('ix_bed_outage_bed', 'bed_outage', ['bed_id', 'from_on'])
    op.create_table(
        'list_word',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('vocabulary', sa.String(40), nullable=False),
        sa.Column('word', sa.String(40), nullable=False),
        sa.Column('name', sa.JSON()),
        sa.Column('is_retired', sa.Boolean(), nullable=False),
        primary('list_word'),
        sa.UniqueConstraint('vocabulary', 'word', name=op.f('uq_list_word_vocabulary_word')),
    )
    op.create_table(
        'calendar_day',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('canton', sa.String(4)),
        sa.Column('is_worked', sa.Boolean(), nullable=False),
        sa.Column('is_yearly', sa.Boolean(), nullable=False),
        sa.Column('name', sa.JSON()),
        primary('calendar_day'),
    )
    op.create_index(op.f('ix_calendar_day_day'), 'calendar_day', ['day'])


def _institutions() -> None:
    flags = ('has_ended', 'to_confirm')
    for name in flags:
        op.add_column('institution', sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('institution', sa.Column('note', sa.JSON()))
    op.add_column('institution', sa.Column('followed_by_id', sa.Uuid()))
    op.execute(FOLLOWED)
    with op.batch_alter_table('institution') as batch:
        for name in flags:
            batch.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        batch.drop_constraint('fk_institution_succeeds_id', type_='foreignkey')
        batch.drop_column('succeeds_id')
        batch.create_foreign_key(op.f('fk_institution_followed_by_id'), 'institution', ['followed_by_id'], ['id'],
                                 initially='DEFERRED', deferrable=True)
    op.create_index(op.f('ix_institution_followed_by_id'), 'institution', ['followed_by_id'])


def _posts() -> None:
    """Nobody could write down a focal point until now: the table is empty, and made anew."""
    op.drop_table('focal_point')
    op.create_table(
        'post',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('institution_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('unit', sa.String(120)),
        reference('post', 'institution_id', to='institution'),
        primary('post'),
    )
    op.create_index(op.f('ix_post_institution_id'), 'post', ['institution_id'])
    op.create_table(
        'focal_point',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('post_id', sa.Uuid(), nullable=False),
        sa.Column('rank', sa.String(40), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('to_on', sa.Date()),
        sa.Column('verified_on', sa.Date()),
        sa.Column('channel', sa.String(40), nullable=False),
        *(sa.Column(f'{name}_sealed', sa.LargeBinary()) for name in ('name', 'phone', 'email', 'note')),
        sa.CheckConstraint('to_on IS NULL OR to_on >= from_on', name=op.f('ck_focal_point_ends_after_it_starts')),
        reference('focal_point', 'post_id', to='post'),
        primary('focal_point'),
    )
    op.create_index('ix_focal_point_post', 'focal_point', ['post_id', 'rank', 'from_on'])


def downgrade() -> None:
    for table in ('calendar_day', 'list_word', 'bed_outage', 'focal_point', 'post'):
        op.drop_table(table)
    op.create_table(
        'focal_point',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('institution_id', sa.Uuid(), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('to_on', sa.Date()),
        sa.Column('name_sealed', sa.LargeBinary()),
        sa.Column('phone_sealed', sa.LargeBinary()),
        reference('focal_point', 'institution_id', to='institution'),
        primary('focal_point'),
    )
    op.create_index(op.f('ix_focal_point_institution_id'), 'focal_point', ['institution_id'])
    op.add_column('institution', sa.Column('succeeds_id', sa.Uuid()))
    op.execute(SUCCEEDS)
    op.drop_index(op.f('ix_institution_followed_by_id'), 'institution')
    with op.batch_alter_table('institution') as batch:
        batch.drop_constraint('fk_institution_followed_by_id', type_='foreignkey')
        for name in ('followed_by_id', 'note', 'to_confirm', 'has_ended'):
            batch.drop_column(name)
        batch.create_foreign_key(op.f('fk_institution_succeeds_id'), 'institution', ['succeeds_id'], ['id'],
                                 initially='DEFERRED', deferrable=True)
    with op.batch_alter_table('house') as batch:
        for name in ('ended_on', 'capacity'):
            batch.drop_column(name)
    with op.batch_alter_table('foundation') as batch:
        for name in ('agreed_to_on', 'agreed_from_on'):
            batch.drop_column(name)
