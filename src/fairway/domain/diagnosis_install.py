"""What an install printed before it failed: npm, yarn, pnpm and node-gyp in their own words.

Rows of the table that diagnosis_build reads: a pattern, and the function that makes a finding of its match and of all
lines.
"""

import re

from fairway.domain.diagnosis_output import NPM, Lines, Match, Row, found, telling
from fairway.domain.diagnosis_text import Finding

NAME = r"(?:@[\w.~-]+/)?[\w.~-]+"


def native(match: Match, lines: Lines) -> Finding:
    """node-gyp gave up: no compiler, no headers, or sources that this Node.js can't compile."""
    name = found(lines, r"gyp ERR! cwd \S*/node_modules/((?:@[^/\s]+/)?[^/\s]+)")
    module = f"the native module {name}" if name else "a native module"
    said = "\n".join(lines)
    if re.search(r"find Python|not found: (make|g\+\+|cc)|make: not found|g\+\+: not found|No such file.*make", said):
        return Finding(
            sentence=f"{module} has to be compiled, and the image has no compiler",
            fix="install python3, make and g++ in the Dockerfile before the packages",
        )
    if re.search(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|SELF_SIGNED|getaddrinfo", said):
        return Finding(
            sentence=f"{module} has to be compiled, and Node.js's headers can't be downloaded for it",
            fix="take a version of it with prebuilt files, or set npm_config_nodedir=/usr/local in the build",
        )
    version = found(lines, r"gyp ERR! node -v v?([\d.]+)")
    return Finding(
        sentence=f"{module} does not compile with Node.js {version}".rstrip(),
        seen=found(lines, r"(.*\berror: .*)").strip(),
        fix=f"raise {name or 'it'} to a version for this Node.js, or name an older Node.js in .nvmrc",
    )


def peers(match: Match, lines: Lines) -> Finding:
    """npm's ERESOLVE."""
    return Finding(
        sentence="npm can't satisfy the peer dependencies of package.json",
        seen=found(lines, NPM + r"(?:peer|Conflicting peer dependency:) ?(.*)") or match[0],
        fix='write "legacy-peer-deps=true" into .npmrc and commit it with a new lock file, or raise the packages',
    )


def no_version(match: Match, lines: Lines) -> Finding:
    """A range that no published version satisfies."""
    return Finding(
        sentence=f"the package registry has no {match['name']}",
        fix="correct its version in package.json, and commit a new lock file",
    )


def no_package(match: Match, lines: Lines) -> Finding:
    """A name that the registry does not know, or does not show without a token."""
    return Finding(
        sentence=f"the package registry does not know {match['name']}",
        fix="if it is private, the build needs its registry in .npmrc and a token; otherwise correct the name",
    )


def credentials(match: Match, lines: Lines) -> Finding:
    """401, 403, no login."""
    return Finding(
        sentence="the package registry wants credentials",
        fix="a private package needs a token in the build; see that .npmrc names the right registry",
    )


def stale_lock(match: Match, lines: Lines) -> Finding:
    """Each package manager's refusal of a lock file that does not match package.json."""
    missing = found(lines, NPM + r"((?:Missing|Invalid): .*)")
    manager = "pnpm" if "PNPM" in match[0] else "yarn" if "npm" not in match[0] else "npm"
    return Finding(
        sentence="the lock file does not match package.json",
        seen=missing or match[0].strip(),
        fix=f"run {manager} install and commit the lock file",
    )


def unreadable_lock(match: Match, lines: Lines) -> Finding:
    """npm ci with a package-lock.json that is no JSON, or of npm 4."""
    return Finding(
        sentence="npm can't read package-lock.json",
        seen="npm ci takes it for absent: it is no JSON, or older than npm 5",
        fix="see whether git left conflict marks in it; npm install writes it anew: commit that",
    )


def engine(match: Match, lines: Lines) -> Finding:
    """A package that refuses this Node.js (npm with engine-strict, yarn 1)."""
    named = match.groupdict()
    wanted = named.get("wanted") or found(lines, r"Required:.*\"node\":\"([^\"]+)\"")
    who = named.get("name") or found(lines, r"Not compatible with your version of node/npm: (\S+)") or "a package"
    return Finding(
        sentence=f"{who} refuses this Node.js" + (f": it wants {wanted}" if wanted else ""),
        fix="name a Node.js version that suits it in .nvmrc (with a Dockerfile: in its FROM), or an older one of it",
    )


def no_git(match: Match, lines: Lines) -> Finding:
    """A dependency that npm fetches with git."""
    return Finding(
        sentence="a dependency is fetched with git, and the image has no git",
        fix="install git in the Dockerfile before the packages, or take the package from a registry",
    )


def private_git(match: Match, lines: Lines) -> Finding:
    """A dependency in a repository that asks for a key."""
    return Finding(
        sentence="a dependency lies in a git repository that the build can't read",
        fix="take it from a package registry, or name it by an https address that needs no key",
    )


def prisma_engine(match: Match, lines: Lines) -> Finding:
    """Prisma up to 6 downloads programs from a host of its own."""
    return Finding(
        sentence=f"Prisma can't download its engine from {match['host']}",
        fix="let the build reach that host, or raise prisma and @prisma/client to 7, which needs no engine to run",
    )


def install_script(match: Match, lines: Lines) -> Finding:
    """A dependency's own postinstall."""
    said = telling([line for line in lines if line.startswith(("npm ERR!", "npm error"))])
    return Finding(
        sentence=f"the install script of {match['name']} failed", seen=re.sub(NPM, "", said) or match[0].strip()
    )


def own_words(match: Match, lines: Lines) -> Finding:
    """What pnpm says in a sentence of its own."""
    return Finding(sentence=f"pnpm: {match['said'].strip()}")


ROWS: tuple[Row, ...] = (
    (re.compile(r"gyp ERR! (?:build error|not ok|find Python|configure error)"), native),
    (re.compile(NPM + r"code ERESOLVE|ERESOLVE (?:could not resolve|unable to resolve)"), peers),
    (re.compile(rf"No matching version found for (?P<name>{NAME}(?:@[^\s]*[^\s.])?)"), no_version),
    (re.compile(rf"Couldn't find any versions for \"(?P<name>{NAME})\""), no_version),
    (re.compile(rf"(?P<name>{NAME}@\S+): Registry failed to return tag"), no_version),
    (re.compile(rf"404\s+'?(?P<name>{NAME}@[^\s']+)'? is not in this registry"), no_package),
    (re.compile(rf"error Couldn't find package \"(?P<name>{NAME})\""), no_package),
    (re.compile(rf"ERR_PNPM_FETCH_404.*?(?P<name>{NAME}): Not Found"), no_package),
    (re.compile(NPM + r"code (?:E401|E403|ENEEDAUTH)|ERR_PNPM_FETCH_40[13]"), credentials),
    (
        re.compile(
            r"`npm ci` can only install packages when your.*|ERR_PNPM_OUTDATED_LOCKFILE.*|"
            r"Your lockfile needs to be updated.*|The lockfile would have been modified by this install.*"
        ),
        stale_lock,
    ),
    (re.compile(r"can only install with an existing package-lock\.json"), unreadable_lock),
    (re.compile(NPM + r"code EBADENGINE"), engine),
    (
        re.compile(
            rf"error (?P<name>{NAME})@\S+: The engine \"node\" is incompatible.*Expected version \"(?P<wanted>[^\"]+)\""
        ),
        engine,
    ),
    (re.compile(r"syscall spawn git|spawn git ENOENT|git: not found"), no_git),
    (re.compile(r"Permission denied \(publickey\)|Host key verification failed|could not read Username"), private_git),
    (re.compile(r"https?://(?P<host>binaries\.prisma\.sh)\S*"), prisma_engine),
)  # fmt: skip
LATER_ROWS: tuple[Row, ...] = (
    (re.compile(NPM + r"path \S*/node_modules/(?P<name>(?:@[^/\s]+/)?[^/\s]+)$"), install_script),
    (re.compile(r"^\s*ERR_PNPM_(?P<said>\w+ .*)"), own_words),
)  # fmt: skip
