"""What a step of a build printed before it failed, recognised line by line: a table of what npm, yarn, pnpm, node-gyp,
compilers and bundlers really print.

In: the step's last lines. Out: a finding, or None when no line is known. Rows stand in the order in which they are
believed. Within a row the first matching line counts: a build stops at its first error, and what follows repeats it.
"""

import re

from fairway.domain import diagnosis_install, diagnosis_pip, diagnosis_reach
from fairway.domain.diagnosis_output import Lines, Match, Row
from fairway.domain.diagnosis_text import Finding

PROGRAMS = {
    "tsc": "typescript", "nest": "@nestjs/cli", "babel": "@babel/cli", "ng": "@angular/cli", "swc": "@swc/cli",
    "run-s": "npm-run-all", "run-p": "npm-run-all", "sequelize": "sequelize-cli", "vue-cli-service": "@vue/cli-service",
}  # fmt: skip
HOOKS = frozenset({"husky", "lefthook", "simple-git-hooks", "is-ci"})


def read(lines: Lines) -> Finding | None:
    """The finding of the first row that matches; `line` is the index of its line."""
    for pattern, make in ROWS:
        for index, line in enumerate(lines):
            if match := pattern.search(line):
                finding = make(match, lines)
                return Finding(
                    sentence=finding.sentence, seen=finding.seen or line.strip(), fix=finding.fix, line=index
                )
    return None


def fonts(match: Match, lines: Lines) -> Finding:
    """next/font/google downloads at build time."""
    return Finding(
        sentence=f"next/font can't fetch {match['name']} from Google Fonts during the build",
        fix="let the build reach fonts.googleapis.com, or keep the font in the repository with next/font/local",
    )


def certificate(match: Match, lines: Lines) -> Finding:
    """A proxy that opens TLS, whose authority the program does not know."""
    return Finding(
        sentence="a program in the build does not trust the certificate it was shown",
        fix="behind a proxy that opens TLS, add its authority to this host's certificates and restart Fairway's server",
    )


def other_processor(match: Match, lines: Lines) -> Finding:
    """A base image or a program made for another processor than this machine's."""
    return Finding(
        sentence="a program in the build is made for another processor than this machine's",
        fix="name a base image that is there for this machine, without --platform, and download what fits it",
    )


def memory(match: Match, lines: Lines) -> Finding:
    """V8's own limit."""
    return Finding(
        sentence="Node.js ran out of its heap during the build",
        fix='give it more: [build] args = { NODE_OPTIONS = "--max-old-space-size=4096" }',
    )


def old_openssl(match: Match, lines: Lines) -> Finding:
    """webpack 4 and its like hash with MD4."""
    return Finding(
        sentence="the bundler uses a hash that Node.js 17 and later refuse",
        fix="name Node.js 16 in .nvmrc, or raise the bundler (webpack 5)",
    )


def no_script(match: Match, lines: Lines) -> Finding:
    """The three package managers' words."""
    return Finding(
        sentence=f'package.json has no script "{match["script"]}"',
        fix="add it, or correct what calls it",
    )


def no_program(match: Match, lines: Lines) -> Finding:
    """The shell's 127, with the package that brings the program."""
    program = match["program"]
    if program in HOOKS:
        return Finding(
            sentence=f"the install runs {program}, a development dependency that is left out of it",
            fix=f'"prepare": "{program} || true" in package.json, or --ignore-scripts in the Dockerfile',
        )
    if any(re.search(r"^npm (?:ERR!|error|warn|notice)|^> |^\$ |ELIFECYCLE", line) for line in lines):
        package = PROGRAMS.get(program, program)
        return Finding(
            sentence=f'there is no program "{program}" in the build',
            fix=f"name {package} in package.json, and install development dependencies before the build runs "
            "(no NODE_ENV=production, no --omit=dev)",
        )
    return Finding(
        sentence=f'there is no program "{program}" in the image',
        fix="use a base image that has this command, or install it in an earlier RUN",
    )


def typescript(match: Match, lines: Lines) -> Finding:
    """The compiler's first error, and how many there are."""
    count = sum(bool(TYPESCRIPT.search(line)) for line in lines)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Finding(sentence=f"TypeScript does not compile: {match[0].strip()}{more}", fix="correct it and push again")


def missing(match: Match, lines: Lines) -> Finding:
    """A build script that needs a package."""
    name = match["name"]
    if name.startswith((".", "/", "@/", "~")):
        return Finding(sentence=f"the build finds no {name}", fix="commit the file, or correct its name (case counts)")
    package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    return Finding(
        sentence=f"the build needs the package {package}, which is not installed",
        fix=f"npm install {package}, and commit package.json and the lock file",
    )


def variable(match: Match, lines: Lines) -> Finding:
    """A build that reads the environment."""
    name = match["name"]
    return Finding(
        sentence=f"the build wants the variable {name}, and a build gets no variables of an environment",
        fix=f'read it at the start instead, or give it a harmless value: [build] args = {{ {name} = "..." }}',
    )


TYPESCRIPT = re.compile(r"(?:\S+\(\d+,\d+\): error|\S+:\d+:\d+ - error|^error) TS\d+: .*")
ROWS: tuple[Row, ...] = (
    *diagnosis_pip.ROWS,
    *diagnosis_install.ROWS,
    (re.compile(r"[Ff]ailed to fetch `?(?P<name>[\w ]+?)`? from Google Fonts"), fonts),
    (re.compile(r"SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)"), certificate),
    *diagnosis_reach.ROWS,
    (re.compile(r"exec format error", re.IGNORECASE), other_processor),
    (re.compile(r"JavaScript heap out of memory"), memory),
    (re.compile(r"ERR_OSSL_EVP_UNSUPPORTED|digital envelope routines::unsupported"), old_openssl),
    (re.compile(r"[Mm]issing script: \"?(?P<script>[\w:.-]+)\"?"), no_script),
    (re.compile(r"error Command \"(?P<script>[\w:.-]+)\" not found"), no_script),
    (re.compile(r"(?:^|: )(?:sh: )?(?:\d+: )?(?P<program>[\w@.+-]+): (?:command )?not found$"), no_program),
    (TYPESCRIPT, typescript),
    (re.compile(r"(?:Cannot find (?:module|package)|Can't resolve|Could not resolve) ['\"](?P<name>[^'\"]+)"), missing),
    (re.compile(r"[Ee]nvironment variable not found: (?P<name>[A-Z][A-Z0-9_]+)"), variable),
    (re.compile(r"Cannot resolve environment variable: (?P<name>[A-Z][A-Z0-9_]+)"), variable),
    (re.compile(r"Missing required environment variable: (?P<name>[A-Z][A-Z0-9_]+)"), variable),
    *diagnosis_reach.LATER_ROWS,
    *diagnosis_install.LATER_ROWS,
)
