"""What a file is for, by its path: part of the running app, or tests, tools, scripts, a front end, documentation.

A path proves little, so it never takes a file out that the app's start imports; it only says what a file is that
nothing imports.
"""

import re

ROLES = (
    (
        "tests",
        re.compile(
            r"(^|/)(tests?|__tests__|__mocks__|mocks?|specs?|e2e|cypress|playwright|fixtures|testing|test-utils)/"
            r"|[.\-_](test|tests|spec|e2e-spec|stories|mock)\.[cm]?[jt]sx?$|(^|/)(test_[^/]*|conftest|[^/]*_test)\.py$"
            r"|(^|/)(jest|vitest)\.[^/]*$",
            re.IGNORECASE,
        ),
    ),
    (
        "tools",
        re.compile(
            r"(^|/)(gulpfile|gruntfile|webpack|vite|rollup|karma|playwright|cypress|babel|eslint|\.eslintrc|prettier|"
            r"\.prettierrc|tailwind|postcss|tsup|esbuild|next|nuxt|svelte|astro|commitlint|lint-staged|\.lintstagedrc|"
            r"stylelint|codegen|drizzle|prisma|knexfile|ormconfig|data-source|datasource|ecosystem|pm2|fabfile|noxfile|"
            r"tasks|setup|metro|release|changelog|newrelic|sentry\.[a-z]+)(\.config)?\.([cm]?[jt]sx?|py)$"
            r"|\.config\.[cm]?[jt]s$|(^|/)\.[^/]+/",
            re.IGNORECASE,
        ),
    ),
    (
        "scripts",
        re.compile(
            r"(^|/)(scripts?|bin|tools?|tooling|seeds?|seeders?|migrations?|cli|commands|management|deploy|deployment|"
            r"ops|infra|cdk|terraform|benchmarks?|bench|examples?|samples?|docs?)/",
            re.IGNORECASE,
        ),
    ),
    (
        "front end",
        re.compile(
            r"(^|/)(client|clients|frontend|front-end|public|static|assets|web-app|webapp|ui|components|pages|views)/",
            re.IGNORECASE,
        ),
    ),
)
BUILT = re.compile(
    r"(^|/)(dist|build|out|coverage|vendor|third_party|\.next|\.output|site-packages)/|[.-]min\.[cm]?js$|\.d\.[cm]?ts$"
    r"|(^|/)[^/]*\.bundle\.js$",
    re.IGNORECASE,
)
"""What was made from other files, or by others."""
FRONT_PREFIXES = (
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NUXT_PUBLIC_",
    "VUE_APP_",
    "PUBLIC_",
)
"""Variables that a front end's build puts into it."""


def role(path: str) -> str:
    """ "tests", "tools", "scripts", "front end", or "" for what looks like the app."""
    return next((name for name, pattern in ROLES if pattern.search(path)), "")
