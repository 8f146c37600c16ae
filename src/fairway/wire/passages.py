"""Passages through the migration guard as the API shows them: the report of one, complete.

Keys stay, new ones may come. Times are seconds since the epoch, durations seconds, sizes bytes. What has not happened
(no backup was asked for, the rehearsal was not come to) is null.
"""

from pydantic import BaseModel

from fairway.domain import catalog, judgement, migrations, passage, rehearsal
from fairway.domain import sight as words
from fairway.domain.backup import Backup as Kept
from fairway.wire.backups import Backup
from fairway.wire.executions import Cause


class Step(BaseModel):
    """One migration. `sql` is null where it is code; `transactional` false where the tool runs it outside of a
    transaction."""

    name: str
    file: str
    sql: str | None
    transactional: bool


class Plan(BaseModel):
    """What the tool would do, in its order; `known` false: it can't be read. `missing` are applied ones that the image
    does not have, `trouble` those that the tool itself marks."""

    tool: migrations.Tool
    known: bool
    applied: int
    last: str
    pending: list[Step]
    missing: list[str]
    trouble: list[str]

    @classmethod
    def of(cls, plan: migrations.Plan) -> "Plan":
        """The shape of a plan."""
        return cls(
            tool=plan.tool,
            known=plan.known,
            applied=len(plan.applied),
            last=plan.last,
            pending=[
                Step(name=each.name, file=each.file, sql=each.sql, transactional=each.transactional)
                for each in plan.pending
            ],
            missing=list(plan.missing),
            trouble=list(plan.trouble),
        )


class Finding(BaseModel):
    """What a rule found. `verdict` is "refused", "asked", "warned" or "silenced", the last with fairway.toml's
    `reason`. `line` counts from 1 in the migration's SQL, 0 is unknown. `harmless`: over before anybody notices."""

    rule: str
    verdict: str
    reason: str
    step: str
    line: int
    table: str
    statement: str
    effect: str
    advice: str
    harmless: bool

    @classmethod
    def of(cls, finding: judgement.Finding, verdict: str, reason: str = "") -> "Finding":
        """The shape of a finding."""
        return cls(
            rule=finding.rule,
            verdict=verdict,
            reason=reason,
            step=finding.step,
            line=finding.line,
            table=finding.table,
            statement=finding.statement,
            effect=finding.effect,
            advice=finding.advice,
            harmless=finding.harmless,
        )


class Judged(BaseModel):
    """The findings, the heaviest first, and what could not be judged."""

    findings: list[Finding]
    notes: list[str]

    @classmethod
    def of(cls, judged: judgement.Judged) -> "Judged":
        """The shape of a judgement."""
        heaps = (("refused", judged.refused), ("asked", judged.asked), ("warned", judged.warned))
        found = [Finding.of(each, verdict) for verdict, heap in heaps for each in heap]
        passed = [Finding.of(each.finding, "silenced", each.reason) for each in judged.silenced]
        return cls(findings=[*found, *passed], notes=list(judged.notes))


class Attempt(BaseModel):
    """One command that was run. `code` null: it never came to an end of its own. `error` is what the database said."""

    command: list[str]
    code: int | None
    seconds: float
    timed_out: bool
    log: list[str]
    error: str

    @classmethod
    def of(cls, attempt: rehearsal.Attempt) -> "Attempt":
        """The shape of an attempt."""
        return cls(
            command=list(attempt.command),
            code=attempt.code,
            seconds=attempt.seconds,
            timed_out=attempt.timed_out,
            log=list(attempt.log),
            error=attempt.error,
        )


class Difference(BaseModel):
    """An object of the schema that the migration changed, with its definition before and after."""

    object: str
    change: catalog.Change
    before: str
    after: str


class Lock(BaseModel):
    """The strongest lock on a table and the longest time that it was held. `mode` is as in SQL ("ACCESS EXCLUSIVE");
    `stops` is who waits: "reads and writes", "writes", "" for nobody."""

    table: str
    mode: str
    seconds: float
    stops: str


class Rewritten(BaseModel):
    """A table of which every row was written anew."""

    table: str
    rows: int
    bytes: int


class Trial(BaseModel):
    """A release that was started on the migrated copy. `failed` is what did not hold, "" when all did; `blind` why
    nothing follows from that: it did not hold before the migration either."""

    release: str
    seconds: float
    held: bool
    failed: str
    blind: str
    log: list[str]

    @classmethod
    def of(cls, trial: rehearsal.Trial | None) -> "Trial | None":
        """The shape of a trial, None where there was none."""
        if trial is None:
            return None
        return cls(
            release=trial.release,
            seconds=trial.seconds,
            held=trial.held,
            failed=trial.failed,
            blind=trial.blind,
            log=list(trial.log),
        )


class Rehearsal(BaseModel):
    """The migration on the copy. `held`: it succeeded. `before` and `after` are the schema's versions, `written` bytes
    of the write-ahead log, `disk` bytes more at the most, `connected` whether anybody opened the copy at all.
    `unseen` is what this engine shows nobody. `back`: the way down led back to the same schema. `old` is the release
    that serves, `new` the one that comes."""

    held: bool
    up: Attempt
    applied: list[str]
    before: str
    after: str
    differences: list[Difference]
    statements: list[str]
    locks: list[Lock]
    rewritten: list[Rewritten]
    rows: int
    written: int
    disk: int
    connected: bool
    unseen: list[str]
    down: Attempt | None
    back: bool
    old: Trial | None
    new: Trial | None

    @classmethod
    def of(cls, made: rehearsal.Rehearsal) -> "Rehearsal":
        """The shape of a rehearsal."""
        seen = made.watched
        return cls(
            held=made.held,
            up=Attempt.of(made.up),
            applied=list(made.applied),
            before=made.before,
            after=made.after,
            differences=[
                Difference(object=each.object, change=each.change, before=each.before, after=each.after)
                for each in made.differences
            ],
            statements=list(seen.statements),
            locks=[
                Lock(table=each.table, mode=words.WORDS[each.mode], seconds=each.seconds, stops=each.stops)
                for each in rehearsal.longest(seen.locks)
            ],
            rewritten=[Rewritten(table=each.table, rows=each.rows, bytes=each.bytes) for each in seen.rewritten],
            rows=seen.rows,
            written=seen.written,
            disk=seen.disk,
            connected=seen.connected,
            unseen=list(seen.unseen),
            down=None if made.down is None else Attempt.of(made.down),
            back=made.back,
            old=Trial.of(made.old),
            new=Trial.of(made.new),
        )


class Passage(BaseModel):
    """One way of an environment's database through the guard. `goes` false: it was to go to the rehearsal only.
    `backup_number` is the backup that was made, `backup` that one itself (null in lists, and once it is deleted).
    `attempts` are the commands that were run on the real database, `applied` what it got, `outcome` how it stands.
    Of a way back `back_of` is the passage whose migrations it takes away, `taken` their names."""

    app: str
    number: int
    environment: str
    by: str
    status: passage.PassageStatus
    finished: bool
    goes: bool
    created_at: float
    ended_at: float | None
    execution: int | None
    release: int | None
    variable: str
    source: str
    plan: Plan | None
    judged: Judged | None
    backup_number: int | None
    backup: Backup | None
    rehearsal: Rehearsal | None
    attempts: list[Attempt]
    applied: list[str]
    back_of: int | None
    taken: list[str]
    schema_version: str
    outcome: passage.Outcome | None
    summary: str
    cause: Cause | None

    @classmethod
    def of(cls, made: passage.Passage, backup: Kept | None = None) -> "Passage":
        """The shape of a passage, with the backup that it made."""
        return cls(
            app=made.app,
            number=made.number,
            environment=made.environment,
            by=made.by,
            status=made.status,
            finished=made.finished,
            goes=made.goes,
            created_at=made.created_at,
            ended_at=made.ended_at,
            execution=made.execution,
            release=made.release,
            variable=made.variable,
            source=made.source,
            plan=None if made.plan is None else Plan.of(made.plan),
            judged=None if made.judged is None else Judged.of(made.judged),
            backup_number=made.backup,
            backup=None if backup is None else Backup.of(backup),
            rehearsal=None if made.rehearsal is None else Rehearsal.of(made.rehearsal),
            attempts=[Attempt.of(each) for each in made.attempts],
            applied=list(made.applied),
            back_of=made.back_of,
            taken=list(made.taken),
            schema_version=made.schema,
            outcome=made.outcome,
            summary=made.summary,
            cause=Cause.of(made.cause),
        )


class Passages(BaseModel):
    """Newest first."""

    passages: list[Passage]


class Outlook(BaseModel):
    """What a deployment would have pending, and what is wrong with it by its files alone. `execution` is the one that
    built it."""

    app: str
    environment: str
    execution: int | None
    commit: str
    plan: Plan
    judged: Judged


class RehearsalRequest(BaseModel):
    """`execution` null means the newest one that has built an image."""

    environment: str
    execution: int | None = None
