"""searching."""

from alembic import op
from model import searching
revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade():
    searching.make(op.get_bind())


def downgrade():
    searching.lift(op.get_bind())
