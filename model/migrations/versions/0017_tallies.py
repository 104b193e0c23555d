"""tallies."""

import model.base
import sqlalchemy as sa
from alembic import op
from model import tally
revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('tally',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cell', sa.Text(), nullable=False),
    sa.Column('report', sa.String(length=64), nullable=False),
    sa.Column('clock', sa.String(length=64), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('flow', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('finished', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('length', sa.BigInteger(), nullable=False),
    sa.Column('runs', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.BigInteger(), nullable=False),
    sa.Column('extended', sa.Integer(), nullable=False),
    sa.Column('below', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tally')),
    sa.UniqueConstraint('cell', name=op.f('uq_tally_cell'))
    )
    op.create_index('ix_tally_report', 'tally', ['report', 'clock', 'year', 'below', 'flow', 'unit_id'], unique=False)
    op.create_table('tally_part',
    sa.Column('subject_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('tally_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('runs', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.BigInteger(), nullable=False),
    sa.Column('extended', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', 'tally_id', name=op.f('pk_tally_part')),
    sqlite_with_rowid=False
    )
    op.create_table('tally_due',
    sa.Column('subject_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('times', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('subject_id', name=op.f('pk_tally_due'))
    )
    op.create_table('tally_state',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reports', sa.String(length=64), nullable=False),
    sa.Column('last_id', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Boolean(), nullable=False),
    sa.Column('looked_at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('tree', model.base.Json, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tally_state'))
    )
    tally.watch(op.get_bind())


def downgrade():
    tally.unwatch(op.get_bind())
    op.drop_table('tally_state')
    op.drop_table('tally_due')
    op.drop_table('tally_part')
    op.drop_table('tally')
