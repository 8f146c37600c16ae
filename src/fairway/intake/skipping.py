"""Pushes that ask for no deployment: by an option of `git push`, or by a word in the message of the branch's new head.

The spellings are those that people bring along. GitHub Actions knows `[skip ci]`, `[ci skip]` and `[no ci]`; GitLab
`[skip ci]` and `[ci skip]` in any case, with a dash or an underscore for the space, and `-o ci.skip`. CodePipeline
knows none. `[skip actions]` and the trailer `skip-checks` are left alone: they speak to GitHub's Actions and checks.
"""

import re
from collections.abc import Iterable

OPTIONS = frozenset({"fairway.no-deploy", "fairway.skip", "ci.skip"})
"""`git push -o fairway.skip`: keep it, start nothing. `adapters/git/hook.py` has the same ones."""
MARKER = re.compile(r"\[(?:(?:skip|no)[ _-]ci|ci[ _-]skip|skip[ _-]fairway|fairway[ _-]skip)\]", re.IGNORECASE)


def why(options: Iterable[str], message: str) -> str:
    """Who asks that nothing is deployed: "-o ci.skip", "[skip ci] in the commit's message"; "" when nobody does.

    `message` is that of the head alone: what was pushed below it does not count, as with the others.
    """
    if asked := OPTIONS.intersection(options):
        return f"-o {min(asked)}"
    found = MARKER.search(message)
    return f"{found[0]} in the commit's message" if found else ""
