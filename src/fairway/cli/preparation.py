"""What `fairway up` looks at and puts in order before it pushes: repository, app, git remote, variables."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from fairway.cli import git, here, output, variables
from fairway.domain.app import App
from fairway.errors import Conflict, NotFound, UsageError
from fairway.settings import Settings
from fairway.wire import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The user's repository: its root, HEAD's commit, fairway.toml's text and meaning, whether HEAD has that file, and
    whether other files differ from HEAD."""

    top: Path
    commit: str
    text: str
    described: App
    committed: bool
    changed: bool = False


def inspect(application: str | None) -> Repository:
    """What is to be deployed. Drafts fairway.toml when there is none; says what will not be deployed.

    Raises UsageError when there is no repository or no commit, or with every finding of fairway.toml.
    """
    top = git.top_level()
    if top is None:
        raise UsageError(
            "this is no git repository",
            why="Fairway deploys commits",
            hint="git init && git add . && git commit -m Begin",
        )
    commit = git.head(top)
    if commit is None:
        raise UsageError(
            "this repository has no commit yet", why="Fairway deploys commits", hint="git add . && git commit -m Begin"
        )
    text, described = read_or_draft(top, application)
    committed = git.is_committed(top, here.MANIFEST)
    changed = tell_state(top, commit, committed=committed)
    return Repository(top=top, commit=commit, text=text, described=described, committed=committed, changed=changed)


def read_or_draft(top: Path, application: str | None) -> tuple[str, App]:
    """fairway.toml's text and meaning; one is written when there is none."""
    from fairway.manifest import load

    file = top / here.MANIFEST
    if not file.exists():
        draft_file(top, application)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error
    return text, load.load(text)


def draft_file(top: Path, application: str | None) -> None:
    """Write fairway.toml from what the files tell, as `fairway init --yes` does."""
    from fairway.cli.commands import init

    found = init.look(top)
    name = application or init.choose_name(top, yes=True)
    init.write_new(top / here.MANIFEST, init.files(top, name, found, dockerfile=False)[here.MANIFEST])
    output.say(f"Wrote  {here.MANIFEST}")


def tell_state(top: Path, commit: str, *, committed: bool) -> bool:
    """Say what of the work tree is not part of the commit, and when no branch is checked out; whether anything is."""
    ours = set() if committed else {here.MANIFEST}
    changed = [file for file in git.changed_files(top) if file not in ours]
    if changed:
        shown = ", ".join(output.clean(file) for file in changed[:3]) + (", …" if len(changed) > 3 else "")
        count = words.count(len(changed), "file")
        output.say(f"{'Commit':<11}{words.commit(commit)}; {count} not committed and not deployed: {shown}")
    if git.branch(top) is None:
        output.say(f"{'':<11}no branch is checked out (detached HEAD); {words.commit(commit)} is deployed")
    return bool(changed)


def claim(place: here.Place, repository: Repository, settings: Settings) -> None:
    """Create the app, or make sure that it is this repository's; then point the git remote to it.

    Raises Conflict when an app of that name was deployed from elsewhere.
    """
    url = f"{settings.url}/git/{place.app}.git"
    known = git.remote_url(repository.top)
    try:
        status = place.client.get(place.path())
    except NotFound:
        place.client.post("/apps", {"name": place.app})
        done = "created"
    else:
        # An app that nothing was ever deployed to (`fairway apps create`) is anybody's to begin with.
        if known != url and status["execution"] is not None:
            raise Conflict(
                f'an app named "{place.app}" is on this server already',
                why="this repository has no git remote that leads to it, so it may be another one's",
                hint=f"fairway up --app ANOTHER-NAME; or, if it is the same: git remote add {git.REMOTE} {url}",
            )
        done = "is there"
    if known != url:
        git.set_remote(repository.top, url)
        done += f', git remote "{git.REMOTE}" {"now leads to it" if known else "added"}'
    git.set_access(repository.top, settings.url, credential_helper(settings.token_file))
    output.say(f"{'App':<11}{place.app} {done}")


def credential_helper(token_file: Path) -> str:
    """The command by which git gets the token: a line of shell that reads the token's file, so that the token stands
    neither in .git/config nor in a process list. Each push waits for it: it takes 3 ms, this program would take 150."""
    answer = f"printf 'username=fairway\\npassword=%s\\n' \"$(cat {shlex.quote(str(token_file))})\""
    return f'!f() {{ test "$1" != get || {answer}; }}; f'


def import_variables(place: here.Place, repository: Repository) -> None:
    """Import an environment's `env_file` when the environment has no variables yet."""
    for environment in repository.described.environments:
        if environment.env_file is None:
            continue
        path = place.path("environments", environment.name, "variables")
        if place.client.get(path)["variables"]:
            continue
        file = repository.top / environment.env_file
        if not file.is_file():
            output.say(f"{'Variables':<11}{environment.name} has none, and {environment.env_file} is not here")
            continue
        values = variables.read_file(file)
        place.client.patch(path, {"set": values, "unset": []})
        count = words.count(len(values), "variable")
        output.say(f"{'Variables':<11}{count} of {environment.env_file} imported into {environment.name}")
