"""Why a passage ended where it did, as a report shows it: what was seen, how the database stands, and what to do."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.domain import rehearsed
from fairway.domain.aftermath import Aftermath
from fairway.domain.deployment import Cause
from fairway.domain.guarding import Agreed, Obstacle, unanswered
from fairway.domain.judgement import Finding
from fairway.domain.passage import Outcome, Passage
from fairway.domain.rehearsal import Attempt, Trial
from fairway.errors import FairwayError
from fairway.migrate import saying
from fairway.migrate.advice import Advice
from fairway.wire import words

UNTOUCHED = "the database was not touched"


def from_error(error: FairwayError, passage: Passage, advice: Advice) -> Cause:
    """Of a part that did not do what it should."""
    return Cause(sentence=error.what, seen=joined(error.why, UNTOUCHED), fix=error.hint, more=advice.report(passage))


def rehearsal(cause: Cause, passage: Passage, advice: Advice, *, elsewhere: str = "") -> Cause:
    """Of a migration that did not succeed on the copy. `elsewhere` is an environment in which it did."""
    passed = f"it passed in {elsewhere}, whose data are others" if elsewhere else ""
    return replace(cause, seen=joined(cause.seen, passed, UNTOUCHED), more=advice.report(passage))


def obstacle(found: Obstacle, passage: Passage, agreed: Agreed, advice: Advice) -> Cause:
    """Of what was refused."""
    match found:
        case Obstacle.REFUSED:
            refused = passage.judged.refused if passage.judged is not None else ()
            return of_findings("is refused by the policy of fairway.toml", passage, refused, advice)
        case Obstacle.ASKED:
            asked = unanswered(passage, agreed)
            cause = of_findings("asks for somebody who agrees, and nobody was shown it", passage, asked, advice)
            return replace(cause, fix=joined(cause.fix, advice.ask()))
        case Obstacle.OLD | Obstacle.NEW:
            return of_trial(found, passage, advice)


def of_findings(words: str, passage: Passage, findings: Sequence[Finding], advice: Advice) -> Cause:
    """The first one, with its advice; all of them are in the report."""
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Cause(
        sentence=f"{saying.finding_line(first)}; this {words}{more}",
        seen=joined(first.statement, UNTOUCHED),
        fix=first.advice,
        more=advice.report(passage),
    )


def of_trial(found: Obstacle, passage: Passage, advice: Advice) -> Cause:
    """Of a release that does not hold on the migrated copy."""
    rehearsal = passage.rehearsal
    assert rehearsal is not None
    trial: Trial | None = rehearsal.old if found is Obstacle.OLD else rehearsal.new
    assert trial is not None
    if found is Obstacle.OLD:
        sentence = f"release {trial.release}, which serves, would fail on the new schema until its tasks are replaced"
        fix = joined(
            "change the schema in two releases: first add what is new beside the old and write both, then take the old "
            "away once no release needs it",
            advice.close(),
        )
    else:
        sentence = "the new release fails on the migrated copy of the database"
        fix = "mend it, or set migrations.compatibility = false if it needs more than its database to start"
    return Cause(
        sentence=sentence, seen=joined(trial.failed, UNTOUCHED), fix=fix, log=trial.log, more=advice.report(passage)
    )


def aftermath(found: Aftermath, passage: Passage, advice: Advice, *, restored: bool, closed: bool) -> Cause:
    """Of a migration that did not come to its end on the real database. `closed`: its environment was closed for it,
    and stays so unless the database is as before."""
    last = passage.attempts[-1] if passage.attempts else None
    said = why(last) or found.sentence
    restore = advice.restore(passage)
    match found.outcome:
        case Outcome.UNTOUCHED:
            state, fix = "the database is as before", joined("what stopped it is in the log", advice.again())
        case Outcome.HALF:
            state = f"the database is half-way: {found.sentence}"
            fix = joined("mend it by hand", f"or {restore}" * bool(restore))
        case _:
            state = "how the database stands could not be found out"
            fix = joined("look at it before anything else is deployed", advice.backup(passage))
    if restored:
        state = f"{state}; backup {passage.backup} has taken its place, by migrations.restore"
        fix = "mend the migration, and push that"
    if closed and not restored and found.outcome is not Outcome.UNTOUCHED:
        state = f"{state}; the environment stays closed"
        fix = f"{fix}; then {advice.reopen(passage)}"
    log = last.log if last is not None else ()
    return Cause(sentence=f"the migration failed: {said}", seen=state, fix=fix, log=log, more=advice.report(passage))


def bar(said: str, passage: Passage, original: Passage, advice: Advice) -> Cause:
    """Of a way back that can't be gone."""
    sentence = f"passage {original.number} is not taken back: {said}"
    return Cause(sentence=sentence, seen=UNTOUCHED, fix=otherwise(original, advice), more=advice.report(passage))


def otherwise(original: Passage, advice: Advice) -> str:
    """What else undoes what a passage has migrated."""
    restore = advice.restore(original)
    return joined("change the schema by a new migration", f"or {restore}" * bool(restore))


def detour(said: str, original: Passage, down: Attempt) -> Cause:
    """Of a way back that led somewhere else on the copy."""
    return Cause(
        sentence=f"the way back does not lead back to before passage {original.number}: {said}",
        fix="mend migrations.down, or change the schema by a new migration",
        log=down.log,
    )


def way_back(found: Aftermath, passage: Passage, original: Passage, advice: Advice, *, restored: bool) -> Cause:
    """Of a way back that did not come to its end on the real database. Where the environment was closed for the
    migration itself nobody has written since, and the backup of before the migration is the one to restore."""
    last = passage.attempts[-1] if passage.attempts else None
    outcome = Outcome.UNTOUCHED if restored else found.outcome
    restore = advice.restore(original if passage.opens_at is Outcome.APPLIED else passage)
    states = {
        Outcome.UNTOUCHED: "the database has all of the migrations still",
        Outcome.HALF: f"the database is half-way back: {found.sentence}",
    }
    fixes = {
        Outcome.UNTOUCHED: "what stopped it is in the log",
        Outcome.HALF: "mend it by hand",
    }
    state = states.get(outcome, "how the database stands could not be found out")
    fix = fixes.get(outcome, "look at it before anything else is deployed")
    if restored:
        state = f"the database was half-way back; backup {passage.backup} has taken its place, by migrations.restore"
    stays = passage.opens_at is not None and passage.opens_at is not outcome
    if restore and (stays or outcome is Outcome.HALF):
        fix = f"{fix}; or {restore}"
    if stays:
        state = f"{state}; the environment stays closed"
        fix = f"{fix}; then {advice.reopen(passage)}"
    log = last.log if last is not None else ()
    sentence = f"the way back failed: {why(last) or found.sentence}"
    return Cause(sentence=sentence, seen=state, fix=fix, log=log, more=advice.report(passage))


def why(attempt: Attempt | None) -> str:
    """What one that did not end well ended with, "" where that is not known."""
    if attempt is None or attempt.code == 0:
        return ""
    if attempt.timed_out:
        return f"it was ended after {words.duration(attempt.seconds)}, which is its time"
    return attempt.error or rehearsed.last(attempt.log) or f"its command ended with exit code {attempt.code}"


def joined(*parts: str) -> str:
    """The parts that say something, one after the other."""
    return "; ".join(part for part in parts if part)
