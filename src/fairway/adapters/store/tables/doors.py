"""Who comes in and by what: sources, deliveries and pull requests, servers, tokens, keys and certificates."""

import sqlalchemy as sa

from fairway.adapters.store.tables.columns import METADATA, Words, of_app

SEALED_KEYS = sa.Table(
    "sealed_keys",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""Keys of the server's own, under the seal of its secret.key."""

SOURCES = sa.Table(
    "sources",
    METADATA,
    of_app(),
    sa.Column("url", Words, nullable=False),
    sa.Column("forge", sa.Text),
    sa.Column("username", Words, nullable=False),
    sa.Column("token", sa.LargeBinary),
    sa.Column("deploy_key", sa.LargeBinary),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("poll", sa.Double),
    sa.Column("webhook", sa.LargeBinary),
    sa.Column("wanted_at", sa.Double),
    sa.Column("wanted_by", Words, nullable=False),
    sa.Column("tried_at", sa.Double),
    sa.Column("fetched_at", sa.Double),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("trouble", Words, nullable=False),
    sa.Column("host_keys", Words, nullable=False),
)
"""Where the code of an app comes from; its secrets are sealed."""

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("app", sa.Text, sa.ForeignKey("sources.app", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", Words, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
)
"""The webhooks' deliveries that were taken."""

PULLS = sa.Table(
    "pulls",
    METADATA,
    sa.Column("app", sa.Text, sa.ForeignKey("sources.app", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("source", Words, nullable=False),
    sa.Column("ref", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("opened", sa.Integer, nullable=False),
    sa.Column("decided", sa.Boolean, nullable=False),
    sa.Column("head", sa.Text, nullable=False),
)
"""What the forges told of pull requests."""

SERVERS = sa.Table(
    "servers",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("url", Words, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("renewals", sa.Integer, nullable=False),
    sa.Column("renewed_at", sa.Double, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("lost", sa.Boolean, nullable=False),
    sa.Column("terms", sa.Text, nullable=False),
)
"""The servers that share this database, each with its lease. No row is ever deleted: its number must not come again."""

TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column("name", Words, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", sa.Double, nullable=False),
)

CERTIFICATES = sa.Table(
    "certificates",
    METADATA,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("issuer", Words, nullable=False),
    sa.Column("not_before", sa.Double, nullable=False),
    sa.Column("not_after", sa.Double, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("directory", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""The certificate of each host name, with its key and its chain under seal."""

CERTIFICATE_FAILURES = sa.Table(
    "certificate_failures",
    METADATA,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("cause", Words, nullable=False),
    sa.Column("again", sa.Double, nullable=False),
)
"""The latest order of each host name, where it brought none."""
