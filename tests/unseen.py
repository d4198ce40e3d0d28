"""What statements read that is declared to be seen by no reader: where it is written, nothing that is kept gets old."""

import re
from collections.abc import Iterable

from cms.core.db import Base


def unseen_in(statements: Iterable[str]) -> set[str]:
    """Tables and columns."""
    words = set(re.findall(r"\w+(?:\.\w+)?", " ".join(statements).replace('"', "")))
    tables = Base.metadata.tables
    unseen = {name for name, table in tables.items() if table.info.get("unseen")}
    unseen |= {f"{name}.{one.name}" for name, table in tables.items() for one in table.c if one.info.get("unseen")}
    return {word.partition(".")[0] if word.partition(".")[0] in unseen else word for word in words} & unseen
