"""scanned files."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.add_column(sa.Column('status', sa.String(length=16), server_default='unscanned', nullable=False))
        batch_op.add_column(sa.Column('tried_at', model.base.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_stored_file_status'), ['status'], unique=False)


def downgrade():
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stored_file_status'))
        batch_op.drop_column('tried_at')
        batch_op.drop_column('status')
