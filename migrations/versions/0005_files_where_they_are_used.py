"""files: where they are used, their folders, their earlier versions and their smaller copies

Revision: 0005, after 0004
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHUNK = 500
ADDRESS = re.compile(r"/media/(\d{1,9})/")
COLUMNS = "(media_id, subject_type, subject_id, field)"


def upgrade() -> None:
    _make_folders()
    _make_versions()
    _make_renditions()
    _make_uses()
    _fill_uses()


def downgrade() -> None:
    for table in ("media_uses", "renditions", "media_versions"):
        op.drop_table(table)
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_avatar_id"))
    with op.batch_alter_table("media") as batch_op:
        batch_op.drop_index("ix_media_trashed_at_id")
        batch_op.drop_index(batch_op.f("ix_media_folder_id"))
        batch_op.drop_constraint(batch_op.f("fk_media_folder_id_media_folders"), type_="foreignkey")
        batch_op.drop_column("folder_id")
        batch_op.drop_column("erased_at")
    op.drop_index("uq_media_folders_key_of_siblings", "media_folders")
    op.drop_table("media_folders")


def _make_folders() -> None:
    op.create_table(
        "media_folders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_media_folders_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["media_folders.id"],
            name=op.f("fk_media_folders_parent_id_media_folders"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_folders")),
    )
    op.create_index("ix_media_folders_parent_id", "media_folders", ["parent_id"])
    op.create_index(
        "uq_media_folders_key_of_siblings", "media_folders", [sa.text("coalesce(parent_id, 0)"), "key"], unique=True
    )
    with op.batch_alter_table("media") as batch_op:
        batch_op.add_column(sa.Column("folder_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_media_folder_id_media_folders"), "media_folders", ["folder_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index(batch_op.f("ix_media_folder_id"), ["folder_id"])
        batch_op.create_index("ix_media_trashed_at_id", ["trashed_at", "id"])


def _make_versions() -> None:
    op.create_table(
        "media_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("focal_x", sa.Double(), nullable=False),
        sa.Column("focal_y", sa.Double(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_versions_media_id_media"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["users.id"], name=op.f("fk_media_versions_replaced_by_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_versions")),
        sa.UniqueConstraint("media_id", "digest", name=op.f("uq_media_versions_media_id_digest")),
    )
    op.create_index("ix_media_versions_digest", "media_versions", ["digest"])
    op.create_index("ix_media_versions_replaced_by_id", "media_versions", ["replaced_by_id"])


def _make_renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("shape", sa.String(length=20), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_renditions_media_id_media"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
        sa.UniqueConstraint(
            "media_id", "source", "shape", "format", name=op.f("uq_renditions_media_id_source_shape_format")
        ),
    )
    op.create_index("ix_renditions_digest", "renditions", ["digest"])
    op.create_index("ix_renditions_stale_at", "renditions", ["stale_at"])


def _make_uses() -> None:
    op.create_table(
        "media_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_uses_media_id_media"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_uses")),
        sa.UniqueConstraint(
            "subject_type",
            "subject_id",
            "field",
            "media_id",
            name=op.f("uq_media_uses_subject_type_subject_id_field_media_id"),
        ),
    )
    op.create_index(
        "ix_media_uses_media_id_subject_type_subject_id", "media_uses", ["media_id", "subject_type", "subject_id"]
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.create_index(batch_op.f("ix_users_avatar_id"), ["avatar_id"])


def _fill_uses() -> None:
    """References in a column are copied by the database; those in texts are read from the texts that have any."""
    connection = op.get_bind()
    for table, field in (("posts", "featured_media_id"), ("editions", "featured_media_id"), ("users", "avatar_id")):
        rows = f"SELECT {field}, '{table}', id, '{field}' FROM {table} WHERE {field} IS NOT NULL"  # noqa: S608
        connection.execute(sa.text(f"INSERT INTO media_uses {COLUMNS} {rows}"))
    for table, field in (("posts", "body"), ("editions", "body_html")):
        _fill_from_texts(connection, table, field)
    logo = connection.execute(
        sa.select(sa.column("value", sa.JSON)).select_from(sa.table("settings")).where(sa.column("key") == "logo_id")
    ).scalar()
    if isinstance(logo, int):
        _insert(connection, [(logo, "settings", 0, "logo_id")])


def _fill_from_texts(connection: sa.Connection, table: str, field: str) -> None:
    """In chunks by id, so that a million texts are never in memory at once."""
    some = sa.text(
        f"SELECT id, {field} FROM {table} WHERE id > :last AND {field} LIKE '%/media/%' ORDER BY id LIMIT {CHUNK}"  # noqa: S608
    )
    last = 0
    while rows := connection.execute(some, {"last": last}).all():
        found = ((int(media_id), row_id) for row_id, body in rows for media_id in set(ADDRESS.findall(body)))
        _insert(connection, [(media_id, table, row_id, field) for media_id, row_id in found])
        last = rows[-1][0]


def _insert(connection: sa.Connection, uses: list[tuple[int, str, int, str]]) -> None:
    """Of files that are there: a text may name any number."""
    ids = {use[0] for use in uses}
    known = sa.text("SELECT id FROM media WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
    there = set(connection.execute(known, {"ids": sorted(ids)}).scalars()) if ids else set()
    rows = [
        {"media_id": media_id, "subject_type": table, "subject_id": row_id, "field": field}
        for media_id, table, row_id, field in sorted(set(uses))
        if media_id in there
    ]
    if rows:
        connection.execute(
            sa.text(f"INSERT INTO media_uses {COLUMNS} VALUES (:media_id, :subject_type, :subject_id, :field)"),  # noqa: S608
            rows,
        )
