"""joined cases, code names, readings."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('case_link',
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['subject.id'], name=op.f('fk_case_link_case_id')),
    sa.ForeignKeyConstraint(['subject_id'], ['subject.id'], name=op.f('fk_case_link_subject_id')),
    sa.PrimaryKeyConstraint('subject_id', 'field', 'case_id', name=op.f('pk_case_link'))
    )
    op.create_index(op.f('ix_case_link_case_id'), 'case_link', ['case_id'], unique=False)
    op.create_table('code_name',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['subject_id'], ['subject.id'], name=op.f('fk_code_name_subject_id')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_code_name'))
    )
    op.create_index(op.f('ix_code_name_subject_id'), 'code_name', ['subject_id'], unique=False)
    op.create_table('case_reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=16), nullable=False),
    sa.Column('at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('hour', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['subject.id'], name=op.f('fk_case_reading_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_reading_person_id')),
    sa.ForeignKeyConstraint(['subject_id'], ['subject.id'], name=op.f('fk_case_reading_subject_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_reading')),
    sa.UniqueConstraint('subject_id', 'person_id', 'what', 'hour', name=op.f('uq_case_reading_subject_id_person_id_what_hour'))
    )
    op.create_index('ix_case_reading_case', 'case_reading', ['case_id', 'id'], unique=False)


def downgrade():
    op.drop_index('ix_case_reading_case', table_name='case_reading')
    op.drop_table('case_reading')
    op.drop_index(op.f('ix_code_name_subject_id'), table_name='code_name')
    op.drop_table('code_name')
    op.drop_index(op.f('ix_case_link_case_id'), table_name='case_link')
    op.drop_table('case_link')
