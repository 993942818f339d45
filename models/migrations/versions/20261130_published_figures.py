"""Keep the figures that are published each month with what they count; nothing changes them afterwards.

One step. Safe beside the release before it, which knows no such table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049_published_figures"
down_revision = "0048_appraisals"

WHY = "what is published is frozen"


def upgrade() -> None:
    op.create_table(
        "published_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("part", "whole")),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("unit_id", "region_id")),
        *(sa.ForeignKeyConstraint([name], ["unit.id"]) for name in ("unit_id", "region_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "period", "unit_id", "kind", name="uq_published_figure"),
        sqlite_autoincrement=True,
    )
    for name in ("period", "unit_id", "region_id"):
        op.create_index(f"ix_published_figure_{name}", "published_figure", [name])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER published_figure_frozen BEFORE UPDATE OR DELETE ON published_figure FOR EACH ROW "
            "EXECUTE FUNCTION refuse_frozen()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER published_figure_frozen_{verb.lower()} BEFORE {verb} ON published_figure "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def downgrade() -> None:
    op.drop_table("published_figure")
