"""The findings of a migration's statements, in their order: what one of them makes or proves holds for the later
ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fairway.domain import findings_breaking as breaking
from fairway.domain import findings_locking as locking
from fairway.domain import findings_sqlite as sqlite
from fairway.domain import statements as act
from fairway.domain import weights
from fairway.domain.address import Engine
from fairway.domain.ground import Ground, Nulls, Question, Repeated
from fairway.domain.judgement import Finding
from fairway.domain.sight import Sight
from fairway.domain.statements import Action, Constraint, Reading


@dataclass(slots=True)
class Story:
    """What the statements so far have made: tables, constraints with the column that they prove, indexes; and whose
    rows they have changed."""

    fresh: set[str] = field(default_factory=set)
    unproven: dict[str, tuple[str, str]] = field(default_factory=dict)
    proven: set[tuple[str, str]] = field(default_factory=set)
    constraints: set[tuple[str, str]] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def sight(self, reading: Reading, ground: Ground) -> Sight:
        """A statement as it is met at this point."""
        return Sight(
            reading=reading,
            ground=ground,
            fresh=frozenset(self.fresh),
            proven=frozenset(self.proven),
            touched=frozenset(self.touched),
        )

    def tell(self, reading: Reading, action: Action) -> None:
        """Remember what an action made."""
        match action:
            case act.CreateTable():
                self.fresh.add(action.table)
            case act.ChangeSome() | act.ChangeAll() | act.CopyRows():
                self.touched.add(action.table)
            case act.RenameTable() if action.table in self.fresh:
                self.fresh.add(action.to)
            case act.CreateIndex() if action.table in self.fresh:
                self.indexes.add(action.name)
            case act.AddConstraint():
                self.constraints.add((reading.step, action.name))
                if action.proves:
                    key = (action.table, action.proves)
                    self.unproven[action.name] = key
                    if action.valid:
                        self.proven.add(key)
            case act.ValidateConstraint() if action.name in self.unproven:
                self.proven.add(self.unproven[action.name])
            case _:
                pass


def find(readings: Sequence[Reading], ground: Ground, *, own_tables: frozenset[str] = frozenset()) -> list[Finding]:
    """The findings of all statements. `own_tables` are those of the migration tool itself, which nobody else uses."""
    story = Story(fresh=set(own_tables))
    rebuilt = rebuilt_tables(readings)
    found: list[Finding] = []
    for reading in readings:
        for action in reading.actions:
            sight = story.sight(reading, ground)
            found += judge(sight, action, story, rebuilt)
            story.tell(reading, action)
    return [*found, *timeouts(readings, ground, found)]


def judge(sight: Sight, action: Action, story: Story, rebuilt: frozenset[str]) -> list[Finding]:
    """The findings of one action, by the engine's rules."""
    if sight.ground.engine is Engine.SQLITE:
        if isinstance(action, act.DropTable) and action.table in rebuilt:
            return []
        if isinstance(action, act.RenameTable) and action.to in rebuilt:
            return []
        return [*of_both(sight, action), *sqlite.judge(sight, action, rebuilt)]
    return [*of_both(sight, action), *of_postgres(sight, action, story)]


def of_both(sight: Sight, action: Action) -> list[Finding]:
    """What breaks the release that serves, whatever the engine."""
    match action:
        case act.DropColumn():
            return breaking.drop_column(sight, action)
        case act.DropTable():
            return breaking.drop_table(sight, action)
        case act.RenameColumn():
            return breaking.rename_column(sight, action)
        case act.RenameTable():
            return breaking.rename_table(sight, action)
        case act.AddColumn():
            return breaking.required(sight, action)
        case _:
            return []


def of_postgres(sight: Sight, action: Action, story: Story) -> list[Finding]:
    """What PostgreSQL alone has, or does in its own way."""
    match action:
        case act.AddColumn():
            return locking.added(sight, action)
        case act.ChangeType():
            return breaking.change_type(sight, action)
        case act.SetNotNull():
            return breaking.not_null(sight, action)
        case act.AddConstraint():
            return locking.constraint(sight, action)
        case act.ValidateConstraint() if sight.reading.transactional:
            step = sight.reading.step
            return locking.validate(sight, action, frozenset(name for at, name in story.constraints if at == step))
        case act.CreateIndex():
            return locking.create_index(sight, action)
        case act.DropIndex() if action.name not in story.indexes:
            return locking.drop_index(sight, action)
        case act.Reindex():
            return locking.reindex(sight, action)
        case act.Rewrite():
            return locking.rewrite(sight, action)
        case act.Truncate():
            return breaking.truncate(sight, action)
        case act.ChangeAll():
            return locking.change_all(sight, action)
        case act.LockTable():
            return locking.lock_table(sight, action)
        case act.Refresh():
            return locking.refresh(sight, action)
        case act.DetachPartition():
            return locking.detach(sight, action)
        case act.SetTimeout():
            return locking.timeout_off(sight, action)
        case _:
            return []


def rebuilt_tables(readings: Iterable[Reading]) -> frozenset[str]:
    """The tables that are copied into a new one and dropped."""
    actions = [action for reading in readings for action in reading.actions]
    copied = {action.source for action in actions if isinstance(action, act.CopyRows)}
    return frozenset(copied & {action.table for action in actions if isinstance(action, act.DropTable)})


LOCKS = (
    act.DropTable | act.RenameTable | act.AddColumn | act.DropColumn | act.RenameColumn | act.ChangeType
    | act.SetNotNull | act.AddConstraint | act.DropIndex | act.Rewrite | act.Truncate | act.LockTable
)  # fmt: skip
"""What waits for a lock that keeps readers out."""


def timeouts(readings: Sequence[Reading], ground: Ground, found: Sequence[Finding]) -> list[Finding]:
    """`require-lock-timeout`, once, for the first statement that waits for such a lock with no limit to it."""
    if ground.engine is not Engine.POSTGRES or ground.settings.lock_timeout:
        return []
    for reading in readings:
        for action in reading.actions:
            if isinstance(action, act.SetTimeout) and action.name == "lock_timeout" and not action.off:
                return []
            if isinstance(action, LOCKS):
                sight = Sight(reading=reading, ground=ground)
                effect = (
                    "may wait for its lock for ever, since lock_timeout in fairway.toml is 0, and everybody who comes"
                    " after it waits behind it"
                )
                return [sight.finding("require-lock-timeout", "", effect, 'lock_timeout = "5s" in [migrations]')]
    return []


def questions(readings: Sequence[Reading], ground: Ground) -> tuple[Question, ...]:
    """What is worth counting in the copy: the nulls of a column that may have none any more, and the rows that repeat
    what is to be unique. Each once, in the statements' order."""
    story = Story()
    asked: dict[Question, None] = {}
    for reading in readings:
        for action in reading.actions:
            question = question_of(action)
            if question is not None and question.table not in story.fresh | story.touched:
                asked[question] = None
            story.tell(reading, action)
    return tuple(each for each in asked if ground.standing is None or ground.table(each.table) is not None)


def question_of(action: Action) -> Question | None:
    """What is to be counted for an action."""
    match action:
        case act.SetNotNull():
            return Nulls(table=action.table, column=action.column)
        case act.AddConstraint(proves=column) if column and action.kind is Constraint.CHECK:
            return Nulls(table=action.table, column=column)
        case act.AddConstraint(kind=Constraint.UNIQUE | Constraint.PRIMARY_KEY, index="", columns=columns) if columns:
            return Repeated(table=action.table, columns=columns)
        case act.CreateIndex(unique=True, columns=columns) if columns and all(each.isidentifier() for each in columns):
            return Repeated(table=action.table, columns=columns)
        case _:
            return None


def merge(*heaps: Iterable[Finding]) -> list[Finding]:
    """The findings of several looks at the same migrations, each rule, place and table once: what was found later knows
    more, and takes the place of the earlier one."""
    kept: dict[tuple[str, str, int, str], Finding] = {}
    for heap in heaps:
        for finding in heap:
            kept[finding.rule, finding.step, finding.line, finding.table.rpartition(".")[2]] = finding
    return list(kept.values())


def sized(finding: Finding, ground: Ground) -> Finding:
    """A linter's finding with the table's size, which it can't know."""
    table = ground.table(finding.table) if finding.table else None
    if table is None:
        return finding
    return replace(finding, table=table.name, effect=f"{weights.described(finding.table, table)}: {finding.effect}")
