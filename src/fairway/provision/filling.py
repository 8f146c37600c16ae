"""The variables of the environments' env files come to Secrets Manager: one secret for each environment.

What is there under other names stays, so that a value that was put by hand, or by a colleague's file, is not lost. No
value is told; a task gets the new ones with the next deployment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairway.domain.aws import names
from fairway.domain.ids import EnvironmentName
from fairway.ports.account import CloudSecrets
from fairway.provision.parts import Parts
from fairway.provision.telling import Noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What a file would do to an environment's secret, by names."""

    environment: EnvironmentName
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`adds A, B; changes C; keeps 4 others`, "" when it does nothing."""
        parts = [
            f"{verb} {', '.join(which)}" for verb, which in (("adds", self.added), ("changes", self.changed)) if which
        ]
        if parts and self.kept:
            parts.append(f"keeps {len(self.kept)} other{'s' if len(self.kept) > 1 else ''}")
        return "; ".join(parts)


def compare(environment: EnvironmentName, before: Mapping[str, str], file: Mapping[str, str]) -> Filling:
    """What the file would do to what is there."""
    return Filling(
        environment=environment,
        added=tuple(sorted(name for name in file if name not in before)),
        changed=tuple(sorted(name for name, value in file.items() if name in before and before[name] != value)),
        kept=tuple(sorted(name for name in before if before[name] == file.get(name, before[name]))),
    )


async def present(
    secrets: CloudSecrets, app: str, environments: Sequence[EnvironmentName]
) -> dict[EnvironmentName, dict[str, str]]:
    """What each environment's secret holds at present."""
    found: dict[EnvironmentName, dict[str, str]] = {}
    for environment in environments:
        version = await secrets.current(names.secret(app, environment))
        found[environment] = {} if version is None else dict(version.values)
    return found


async def fill(parts: Parts, app: str, environment: EnvironmentName, file: Mapping[str, str]) -> Filling:
    """Put the file's variables into the secret, which its stack has made. Raises what the port raises."""
    secret = names.secret(app, environment)
    version = await parts.secrets.current(secret)
    before = {} if version is None else version.values
    filling = compare(environment, before, file)
    if filling.added or filling.changed:
        await parts.secrets.put(secret, {**before, **file})
        parts.tell(Noted(about=environment, text=f"variables: the env file {filling.text}"))
    return filling
