"""cases counted by an index."""

import sqlalchemy as sa
from alembic import op
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

SIGHT = ['handler', 'finished', 'state', 'unit_id', 'flow', 'kind', 'area_id', 'reporter_id', 'excluded']


def upgrade():
    op.drop_index('ix_subject_unit_id', table_name='subject')
    op.drop_index('ix_subject_unit_state', table_name='subject')
    op.create_index('ix_subject_unit', 'subject', ['unit_id', 'submitted_at', 'id'], unique=False)
    nobody, somebody = sa.text("excluded = ''"), sa.text("excluded != ''")
    op.create_index('ix_subject_sight', 'subject', SIGHT, sqlite_where=nobody, postgresql_where=nobody)
    op.create_index('ix_subject_shut', 'subject', ['handler', 'finished', 'id'], sqlite_where=somebody, postgresql_where=somebody)


def downgrade():
    op.drop_index('ix_subject_shut', table_name='subject')
    op.drop_index('ix_subject_sight', table_name='subject')
    op.drop_index('ix_subject_unit', table_name='subject')
    op.create_index('ix_subject_unit_state', 'subject', ['unit_id', 'state', 'id'], unique=False)
    op.create_index('ix_subject_unit_id', 'subject', ['unit_id'], unique=False)
