"""The clear-signed text of a post, made once when it is published."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what is published already stays without."""
    op.add_column("drafts", sa.Column("signed_post", sa.LargeBinary(), nullable=True))
