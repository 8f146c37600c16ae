"""The tables. Numbers count up in each app's own row, so that no number is ever given twice while the app exists."""

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


APPS = sa.Table(
    "apps",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("manifest", Words),
    sa.Column("server", sa.Text),
    sa.Column("executions", sa.Integer, nullable=False, server_default="0"),
    sa.Column("releases", sa.Integer, nullable=False, server_default="0"),
    sa.Column("deployments", sa.Integer, nullable=False, server_default="0"),
    sa.Column("definitions", sa.Integer, nullable=False, server_default="0"),
    sa.Column("activities", sa.Integer, nullable=False, server_default="0"),
    sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
    sa.Column("backups", sa.Integer, nullable=False, server_default="0"),
    sa.Column("passages", sa.Integer, nullable=False, server_default="0"),
)

EXECUTIONS = sa.Table(
    "executions",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", Words),
    sa.Column("commit", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("branch", Words, nullable=False),
    sa.Column("author", Words, nullable=False),
    sa.Column("tag", Words, nullable=False, server_default=""),
    sa.Column("pull_request", sa.Integer),
    sa.Column("trigger_kind", Words, nullable=False),
    sa.Column("trigger_by", Words, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("override", Words),
    sa.Column("outputs", sa.Text, nullable=False, server_default="{}"),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("rollback", sa.Text),
    sa.Column("definition", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("app", "key", name="executions_key"),
    # They end with the number, by which the lists are ordered.
    sa.Index("executions_status", "status", "app", "number"),
    sa.Index("executions_branch", "app", "branch", "number"),
    sa.Index("executions_pull_request", "app", "pull_request", "number"),
    sa.Index("executions_commit", "app", "commit", "number"),
)

STAGES = sa.Table(
    "stages",
    METADATA,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("run", sa.Integer, nullable=False, server_default="0"),
    sa.Column("on_failure", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["app", "number"], ["executions.app", "executions.number"], ondelete="CASCADE"),
)

ACTIONS = sa.Table(
    "actions",
    METADATA,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("summary", Words, nullable=False, server_default=""),
    sa.Column("cause", sa.Text),
    sa.ForeignKeyConstraint(
        ["app", "number", "stage"], ["stages.app", "stages.number", "stages.name"], ondelete="CASCADE"
    ),
)

TRANSITIONS = sa.Table(
    "transitions",
    METADATA,
    of_app(),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("reason", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)
"""The inbound transitions that are disabled."""

DEFINITIONS = sa.Table(
    "definitions",
    METADATA,
    of_app(),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
"""Which number each content of the pipeline's definition has."""

SCHEDULES = sa.Table(
    "schedules",
    METADATA,
    of_app(),
    sa.Column("branch", Words, nullable=False),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("due", sa.Double, nullable=False),
)
"""When the head of an app's branch is deployed next."""

RELEASES = sa.Table(
    "releases",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("configuration", sa.Integer, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("commit", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("execution", sa.Integer),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("rollback_of", sa.Integer),
)

DEPLOYMENTS = sa.Table(
    "deployments",
    METADATA,
    of_app(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("previous", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("ended_at", sa.Double),
    sa.Column("reason", Words, nullable=False, server_default=""),
    sa.Column("cause", sa.Text),
    sa.Column("before", sa.Text),
    sa.UniqueConstraint("app", "key", name="deployments_key"),
)

RUNS = sa.Table(
    "runs",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("due", sa.Double),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.UniqueConstraint("app", "environment", "job", "due", name="runs_due"),
    sa.Index("runs_job", "app", "environment", "job", "number"),
    sa.Index("runs_status", "status"),
)
"""The runs of jobs. The columns beside the document repeat of it what is searched for. A time has one run: those that
were started by hand have no time, and NULL is never equal to NULL."""

BACKUPS = sa.Table(
    "backups",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.Index("backups_environment", "app", "environment", "number"),
)
"""The backups of databases; what they hold lies in the vault."""

SEALED_KEYS = sa.Table(
    "sealed_keys",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""Keys of the server's own, under the seal of its secret.key."""

PASSAGES = sa.Table(
    "passages",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.UniqueConstraint("app", "key", name="passages_key"),
    sa.Index("passages_environment", "app", "environment", "number"),
    sa.Index("passages_status", "status"),
)
"""Each way of a database through the migration guard."""

MANAGED = sa.Table(
    "managed",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
)
"""The databases that Fairway runs."""

JOB_TIMES = sa.Table(
    "job_times",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("due", sa.Double, nullable=False),
)
"""When each scheduled job is due next."""

DESIRED = sa.Table(
    "desired",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

ACTIVITIES = sa.Table(
    "activities",
    METADATA,
    of_app(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("before", sa.Integer, nullable=False),
    sa.Column("after", sa.Integer, nullable=False),
    sa.Column("cause", Words, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("ended_at", sa.Double),
    sa.Column("cooldown", sa.Double, nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Index("activities_service", "app", "environment", "service", "id"),
    sa.Index("activities_status", "status"),
)
"""How the services were scaled, and why."""

CONFIGURATIONS = sa.Table(
    "configurations",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("by", Words, nullable=False, server_default=""),
    sa.Column("how", Words, nullable=False, server_default="set"),
    sa.Column("changed", sa.Text, nullable=False, server_default="[[], []]"),
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("app", sa.Text),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("execution", sa.Integer),
    sa.Column("deployment", sa.Integer),
    sa.Index("events_app", "app", "id"),
)
"""No foreign key: what is told of an app while it goes must not fail for that."""

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
