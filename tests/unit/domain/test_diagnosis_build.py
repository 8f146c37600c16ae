"""What a build printed becomes the cause in one sentence, and the next step."""

import pytest

from fairway.domain import diagnosis_build, diagnosis_output

GYP = """\
npm error code 1
npm error path /app/node_modules/bcrypt
npm error command failed
npm error gyp info it worked if it ends with ok
npm error /usr/local/include/node/v8-local-handle.h:269:42: error: static assertion failed: type check
npm error gyp ERR! build error
npm error gyp ERR! cwd /app/node_modules/bcrypt
npm error gyp ERR! node -v v22.1.0
npm error gyp ERR! not ok
npm error A complete log of this run can be found in: /var/cache/npm/_logs/x-debug-0.log
"""
PEERS = """\
npm error code ERESOLVE
npm error ERESOLVE could not resolve
npm error While resolving: one@1.0.0
npm error peer two@"^1" from one@1.0.0
"""
SYNC = """\
npm error code EUSAGE
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.
npm error Missing: left-pad@1.3.0 from lock file
"""
STRICT = """\
npm error code EBADENGINE
npm error engine Unsupported engine
npm error engine Not compatible with your version of node/npm: app@1.0.0
npm error notsup Required: {"node":"^14"}
"""
SCRIPT = """\
npm error code 1
npm error path /app/node_modules/tool
npm error command sh -c node install.js
npm error The archive can't be unpacked: failed
npm error A complete log of this run can be found in: /var/cache/npm/_logs/x-debug-0.log
"""
TYPES = """\
> app@1.0.0 build
> tsc
src/a.ts(3,5): error TS2345: Argument of type 'string' is not assignable.
src/b.ts(9,1): error TS1005: ';' expected.
npm notice New major version of npm available! 10 -> 12
"""

CASES = [
    (GYP, "the native module bcrypt does not compile with Node.js 22.1.0", "name an older Node.js in .nvmrc"),
    ("gyp ERR! find Python\ngyp ERR! cwd /app/node_modules/@a/b", "the native module @a/b has to be compiled", "make"),
    (
        "gyp ERR! stack Error: getaddrinfo ENOTFOUND nodejs.org\ngyp ERR! not ok",
        "Node.js's headers",
        "npm_config_nodedir",
    ),
    (PEERS, "npm can't satisfy the peer dependencies", "legacy-peer-deps=true"),
    (
        "npm error notarget No matching version found for a-b@^9.9.",
        "the package registry has no a-b@^9.9",
        "package.json",
    ),
    ('➤ YN0016: │ a@npm:x: Registry failed to return tag "x"', "the package registry has no a@npm:x", "package.json"),
    ("npm error 404  '@corp/x@1.0.0' is not in this registry.", "does not know @corp/x@1.0.0", ".npmrc"),
    ('error Couldn\'t find package "x-y" on the "npm" registry.', "does not know x-y", ".npmrc"),
    ("npm error code E401", "the package registry wants credentials", "token"),
    (SYNC, "the lock file does not match package.json", "npm install"),
    (" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install", "the lock file does not match package.json", "pnpm install"),
    ("error Your lockfile needs to be updated, but", "the lock file does not match package.json", "yarn install"),
    (
        "npm error The `npm ci` command can only install with an existing package-lock.json or",
        "npm can't read package-lock.json",
        "conflict marks",
    ),
    (STRICT, "app@1.0.0 refuses this Node.js: it wants ^14", ".nvmrc"),
    (
        'error a@1.0.0: The engine "node" is incompatible with this module. Expected version ">=8 <12". Got "22.1.0"',
        "a refuses this Node.js: it wants >=8 <12",
        ".nvmrc",
    ),
    ("npm error syscall spawn git", "fetched with git", "install git"),
    (
        "npm error git@example.com: Permission denied (publickey).",
        "a git repository that the build can't read",
        "https",
    ),
    (
        "Error: request to https://binaries.prisma.sh/x failed, reason: getaddrinfo ENOTFOUND binaries.prisma.sh",
        "Prisma can't download its engine from binaries.prisma.sh",
        "to 7",
    ),
    ("Failed to fetch `Some Font` from Google Fonts.", "next/font can't fetch Some Font", "next/font/local"),
    ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "does not trust the certificate", "certificates"),
    ("Error: getaddrinfo EAI_AGAIN files.example.com", "the build can't reach files.example.com", "network"),
    ("Error: connect ECONNREFUSED 127.0.0.1:5432", "the build can't reach 127.0.0.1:5432", "at the start"),
    ("exec /bin/sh: exec format error", "another processor", "--platform"),
    ("FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "ran out of its heap", "--max-old-space-size"),
    ("  code: 'ERR_OSSL_EVP_UNSUPPORTED'", "a hash that Node.js 17 and later refuse", "Node.js 16"),
    ('npm error Missing script: "build"', 'no script "build"', "add it"),
    ("> tsc\nsh: 1: tsc: not found", 'no program "tsc" in the build', "typescript"),
    ("> husky install\nsh: husky: not found", "the install runs husky", "--ignore-scripts"),
    ("/bin/sh: 1: apk: not found", 'no program "apk" in the image', "earlier RUN"),
    (
        TYPES,
        "does not compile: src/a.ts(3,5): error TS2345: Argument of type 'string' is not assignable. (and 1 more)",
        "",
    ),
    ("Error: Cannot find module '@a/b/c'", "needs the package @a/b", "npm install @a/b"),
    ("Module not found: Error: Can't resolve './Menu'", "the build finds no ./Menu", "case counts"),
    ("Error: Environment variable not found: API_URL", "wants the variable API_URL", "args"),
    (
        "Error: ConfigEnvError: Cannot resolve environment variable: SHADOW_URL.",
        "wants the variable SHADOW_URL",
        "args",
    ),
    (SCRIPT, "the install script of tool failed", ""),
    (" ERR_PNPM_NO_SPACE  something of its own", "pnpm: NO_SPACE", ""),
]


UNREACHABLE = [
    ("curl: (6) Could not resolve host: get.example.com", "get.example.com"),
    ("curl: (7) Failed to connect to get.example.com port 443 after 3 ms: Couldn't connect", "get.example.com"),
    ("fatal: unable to access 'https://git.example.com/a/b/': Could not resolve host: git.example.com", "git.example"),
    ("wget: unable to resolve host address ‘get.example.com’", "get.example.com"),
    ("wget: bad address 'get.example.com'", "get.example.com"),
    ("wget: can't connect to remote host (10.0.0.7): Connection refused", "10.0.0.7"),
    ("WARNING: fetching https://dl.example.org/v3/main: temporary error (try again later)", "dl.example.org"),
    ("dial tcp: lookup proxy.example.org on 10.0.0.1:53: no such host", "proxy.example.org"),
    ("requests...: HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded", "api.example.com"),
    (
        "FetchError: request to https://r.example.org/a failed, reason: connect ECONNREFUSED 10.0.0.7:443",
        "r.example.org",
    ),
    ('error unexpected: "https://r.example.org/a: connect ETIMEDOUT 10.0.0.7:443".', "r.example.org"),
    ("Error: connect ENETUNREACH 10.0.0.7:443", "10.0.0.7:443"),
    ("  code: 'UND_ERR_CONNECT_TIMEOUT'", "a host that it asks"),
    ("fetching https://get.example.com/x\nsocket.gaierror: [Errno -2] Name or service not known", "get.example.com"),
    (
        "Err:1 http://deb.example.org x InRelease\n  Temporary failure resolving 'deb.example.org'\n"
        "E: Unable to locate package curl",
        "deb.example.org",
    ),
]
NO_INDEX = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(Connection refused)': /simple/flask/
ERROR: Could not find a version that satisfies the requirement flask (from versions: none)
ERROR: No matching distribution found for flask
"""


@pytest.mark.parametrize(("printed", "host"), UNREACHABLE)
def test_whatever_a_program_calls_it_a_host_that_the_network_refuses_is_named_with_a_hint(
    printed: str, host: str
) -> None:
    found = diagnosis_build.read(printed.splitlines())

    assert found is not None and "can't reach" in found.sentence and host in found.sentence
    assert "network" in found.fix


def test_a_service_of_this_machine_is_not_called_a_matter_of_the_network() -> None:
    found = diagnosis_build.read(["Error: connect ECONNREFUSED 127.0.0.1:5432"])

    assert found is not None and "no database" in found.fix


def test_a_registry_that_pip_cant_reach_is_not_told_as_a_package_that_does_not_exist() -> None:
    found = diagnosis_build.read(NO_INDEX.splitlines())

    assert found is not None
    assert found.sentence == "pip can't reach the package registry: it got no list of the versions of flask"
    assert "Connection refused" in found.seen and "network" in found.fix


@pytest.mark.parametrize(("printed", "sentence", "fix"), CASES)
def test_what_a_build_printed_names_its_cause_and_the_next_step(printed: str, sentence: str, fix: str) -> None:
    found = diagnosis_build.read(printed.splitlines())

    assert found is not None
    assert sentence in found.sentence
    assert fix in found.fix


def test_npms_usage_is_no_part_of_what_went_wrong() -> None:
    printed = [
        "npm error Missing: left-pad@1.3.0 from lock file",
        "npm error",
        "npm error Clean install a project",
        "npm error Usage:",
        "npm error npm ci",
        'npm error Run "npm help ci" for more info',
        "npm error the end",
    ]

    assert diagnosis_output.quiet(printed) == (printed[0], printed[1], printed[-1])
    assert diagnosis_output.quiet(printed[:5]) == tuple(printed[:5])


def test_an_install_script_is_explained_by_its_own_words_and_not_by_npms() -> None:
    found = diagnosis_build.read(SCRIPT.splitlines())

    assert found is not None and found.seen == "The archive can't be unpacked: failed"


@pytest.mark.parametrize("printed", ["added 2 packages", "1 passing", "0 errors, 0 warnings", "Compiled", ""])
def test_what_is_no_trouble_is_not_taken_for_any(printed: str) -> None:
    assert diagnosis_build.read([printed]) is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["npm error Cannot read x", "npm error A complete log of this run can be found in: /l"],
            "npm error Cannot read x",
        ),
        (
            ["ReferenceError: a is not defined", "    at x.js:1:1", "", "Node.js v22.1.0"],
            "ReferenceError: a is not defined",
        ),
        (["1 failing", "bye"], "bye"),
        (["npm notice"], ""),
    ],
)
def test_of_an_unknown_failure_the_line_that_says_most_is_shown(lines: list[str], expected: str) -> None:
    assert diagnosis_output.telling(lines) == expected
