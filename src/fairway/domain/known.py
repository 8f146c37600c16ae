"""The variables that nobody has to set: what Fairway or the system gives, and what libraries read by themselves."""

import re

GIVEN = frozenset(
    {
        "PORT", "HOST", "HOSTNAME", "NODE_ENV", "PATH", "HOME", "PWD", "OLDPWD", "USER", "LOGNAME", "SHELL",
        "TERM", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "TZ", "CI", "SHLVL", "_", "COLUMNS", "LINES",
        "NO_COLOR", "FORCE_COLOR", "EDITOR"
    }
)  # fmt: skip
"""What a task has without anybody's doing, or does without."""
GIVEN_PREFIXES = ("FAIRWAY_", "npm_", "LC_", "XDG_", "VITEST", "JEST_")
LIBRARIES = re.compile(
    r"(AWS|AZURE|GOOGLE|GCLOUD|GCP|PG|MYSQL|REDIS|SENTRY|OTEL|DD|NEW_RELIC|NODE|NPM|UV|PYTHON|GUNICORN|UVICORN|FLASK|DJANGO|"
    r"CELERY|PRISMA|DEBUG|LOG|HTTP|HTTPS|NO|ALL|SSL|NEXT|NUXT|NITRO|WEB|TS_NODE|STRAPI|OPENAI|ANTHROPIC|STRIPE|TWILIO|"
    r"CLOUDINARY|NEXTAUTH|AUTH|DATABASE|SUPABASE|PM2|TSX|MALLOC|LD|UNLEASH|LAUNCHDARKLY|FIREBASE|KAFKA)(_[A-Z0-9_]*)?"
    r"|(HTTPS?|NO|ALL)_PROXY|WEB_CONCURRENCY|PG[A-Z]+|(http|https|no|all)_proxy",
)
"""Names that libraries read of the environment, so that the code need not."""


def is_given(name: str) -> bool:
    """Whether nobody has to set it."""
    return name in GIVEN or name.startswith(GIVEN_PREFIXES)


def is_read_by_a_library(name: str) -> bool:
    """Whether a library may read it, so that "unused" would be a guess."""
    return LIBRARIES.fullmatch(name) is not None
