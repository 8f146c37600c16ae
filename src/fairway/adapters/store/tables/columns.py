"""What the tables are made of. Numbers count up in each app's own row, so that no number is ever given twice while the
app exists."""

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()


class Words(sa.types.TypeDecorator[str]):
    """Text that every database takes: commit subjects and the like may hold a NUL or half a surrogate pair, which
    PostgreSQL or UTF-8 refuse. They are shown to people only, so a replacement character does no harm."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """The text as it is kept."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def of_app() -> sa.Column[str]:
    """The app that a record belongs to, and dies with."""
    return sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True)
