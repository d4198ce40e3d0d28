"""words that readers may have meant, and on PostgreSQL an index of titles alone

Revision: 0015, after 0014
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TITLES = "ix_search_editions_title"
LEAST, MOST, BEGINNING, AT_ONCE = 5, 40, 8, 5_000
INSERT = {
    "sqlite": "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:rows)",
    "postgresql": "SELECT value ->> 0, value ->> 1 FROM json_array_elements(CAST(:rows AS json)) AS one(value)",
}


def upgrade() -> None:
    kind = op.get_context().dialect.name
    text = sa.Text(collation="C") if kind == "postgresql" else sa.Text()
    op.create_table("search_words", sa.Column("key", text, nullable=False), sa.Column("word", text, nullable=False))
    op.create_index("ix_search_words_key_word", "search_words", ["key", "word"])
    if kind == "postgresql":
        op.execute(f"CREATE INDEX {TITLES} ON search_editions USING gin (ts_filter(document, '{{a}}'))")
    _fill(kind)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"DROP INDEX {TITLES}")
    op.drop_table("search_words")


def _fill(kind: str) -> None:
    words = [word for word in _words(kind) if LEAST <= len(word) <= MOST and word.isalpha()]
    statement = sa.text(f"INSERT INTO search_words (key, word) {INSERT[kind]}")
    for first in range(0, len(words), AT_ONCE):
        rows = [[key, word] for word in words[first : first + AT_ONCE] for key in sorted(_keys(word))]
        op.get_bind().execute(statement, {"rows": json.dumps(rows)})


def _words(kind: str) -> list[str]:
    """All that the index of what readers see has."""
    if kind == "postgresql":
        query = "SELECT word FROM ts_stat('SELECT document FROM search_editions')"
        return list(op.get_bind().exec_driver_sql(query).scalars())
    op.execute("CREATE VIRTUAL TABLE temp.words_of_editions USING fts5vocab('main', 'search_editions', 'row')")
    words = list(op.get_bind().exec_driver_sql("SELECT term FROM temp.words_of_editions").scalars())
    op.execute("DROP TABLE temp.words_of_editions")
    return words


def _keys(word: str) -> set[str]:
    beginning = word[:BEGINNING]
    return {beginning} | {beginning[:at] + beginning[at + 1 :] for at in range(len(beginning))}
