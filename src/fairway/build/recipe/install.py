"""How each Node.js package manager is put into the build, and how it installs: exactly what the lock file says.

corepack is not used: it fetches from a place of its own that many networks do not reach. The pinned version comes
through npm, from whatever registry npm uses.
"""

from dataclasses import dataclass

from fairway.build.detect import numbers, shell
from fairway.build.recipe import text
from fairway.domain.detection import Detection, Manager, NodeInstall, PackageManager

CERTIFICATES = (
    f"if [ -s {text.CA} ]; then export NODE_EXTRA_CA_CERTS={text.CA} SSL_CERT_FILE={text.CA} "
    f"npm_config_cafile={text.CA}; fi"
)
HEADERS = "if [ -d /usr/local/include/node ]; then export npm_config_nodedir=/usr/local; fi"
HOOKS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "dependencies")
DROP_HOOKS = (
    'const fs=require("fs");for(const f of process.argv.slice(1)){'
    'const p=JSON.parse(fs.readFileSync(f,"utf8").replace(/^\\uFEFF/,""));'
    f"for(const s of {str(list(HOOKS)).replace(chr(39), chr(34))})if(p.scripts)delete p.scripts[s];"
    "fs.writeFileSync(f,JSON.stringify(p,null,2))}"
)
DROP_DEVELOPMENT = (
    'const fs=require("fs");const p=JSON.parse(fs.readFileSync("package.json","utf8"));'
    'delete p.devDependencies;fs.writeFileSync("package.json",JSON.stringify(p,null,2))'
)
NPM_CACHE = "/var/cache/npm"
YARN_FOLDER = "/var/cache/yarn"
CACHES = {
    Manager.NPM: f"--mount=type=cache,id=fairway-npm,target={NPM_CACHE}",
    # yarn 1 corrupts a cache that two installs write at once.
    Manager.YARN: "--mount=type=cache,id=fairway-yarn,sharing=locked,target=/usr/local/share/.cache/yarn",
    Manager.BERRY: f"--mount=type=cache,id=fairway-berry,target={YARN_FOLDER}/cache",
    Manager.PNPM: "--mount=type=cache,id=fairway-pnpm,target=/pnpm/store",
}
# Where the mounts are is said to npm and yarn: their own places are below a home that an image may have elsewhere.
PLACES = {Manager.NPM: {"npm_config_cache": NPM_CACHE}, Manager.BERRY: {"YARN_GLOBAL_FOLDER": YARN_FOLDER}}
OLD_NPM = 14
FOCUS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The package manager's commands: all dependencies, those for production alone, and a script."""

    every: str
    production: str
    script: str


def tools(packages: PackageManager) -> list[str]:
    """The RUN that puts the package manager into the build; none when the base image's npm is meant."""
    if packages.version is None:
        return []
    name = {Manager.BERRY: "@yarnpkg/cli-dist"}.get(packages.manager, packages.manager.value)
    command = f"npm install --global --force --no-audit --no-fund {name}@{packages.version}"
    mounts = (CACHES[Manager.NPM], text.SECRET)
    return [text.run(f"{CERTIFICATES}; {text.BREAK} {command}", mounts=mounts)]


def commands(detection: Detection, install: NodeInstall) -> Commands:
    """The commands for what was detected."""
    packages = detection.packages
    if packages is None:
        raise ValueError("a Node.js app without a package manager")
    name = next((shell.quote(item.name) for item in detection.workspaces if item.directory == inside(detection)), None)
    match packages.manager:
        case Manager.NPM:
            return npm(packages, install, name, major(detection))
        case Manager.YARN:
            frozen = "--frozen-lockfile " if packages.lock else ""
            every = f"yarn install {frozen}--non-interactive"
            return Commands(every=every, production=f"{every} --production", script="yarn run")
        case Manager.BERRY:
            return berry(packages, name)
        case _:
            return pnpm(packages, install, name)


def npm(packages: PackageManager, install: NodeInstall, workspace: str | None, node: int) -> Commands:
    """npm. Before version 7 (Node.js 14) there is no `--omit`."""
    peers = " --legacy-peer-deps" if install.legacy_peers and node > OLD_NPM else ""
    every = f"npm {'ci' if packages.lock else 'install'} --no-audit --no-fund{peers}"
    production = f"{every} {'--omit=dev' if node > OLD_NPM else '--only=production'}"
    if workspace:
        production += f" --workspace={workspace} --include-workspace-root"
    return Commands(every=every, production=production, script="npm run")


def prunable(detection: Detection, install: NodeInstall) -> bool:
    """Whether production's dependencies are taken from all of them, in place of a second install: a native module is
    compiled once (two at a time took 5 minutes for sqlite3 on 2 cores), and without a lock file both have the same
    versions. Not with workspaces or Prisma, whose links and generated client npm would take for strangers."""
    packages = detection.packages
    if packages is None or packages.manager is not Manager.NPM or major(detection) <= OLD_NPM:
        return False
    return not detection.workspaces and install.prisma is None and bool(install.native or not packages.lock)


def berry(packages: PackageManager, workspace: str | None) -> Commands:
    """yarn 2 and later. Before version 4 `focus` is a plugin: without development dependencies in package.json the lock
    file gives the same versions of the others."""
    immutable = " --immutable" if packages.lock else ""
    if (numbers.first(packages.version or "") or FOCUS) >= FOCUS:
        production = f"yarn workspaces focus {workspace + ' ' if workspace else ''}--production"
    else:
        production = f"node -e {shell.quote(DROP_DEVELOPMENT)} && YARN_ENABLE_IMMUTABLE_INSTALLS=false yarn install"
    return Commands(every=f"yarn install{immutable}", production=production, script="yarn run")


def pnpm(packages: PackageManager, install: NodeInstall, workspace: str | None) -> Commands:
    """pnpm. From version 10 it runs the build scripts of listed dependencies alone: the native ones are named to it."""
    frozen = "--frozen-lockfile" if packages.lock else "--no-frozen-lockfile"
    every = f"pnpm install {frozen} --store-dir=/pnpm/store"
    chosen = f" --filter {workspace}..." if workspace else ""
    return Commands(every=every, production=f"{every} --prod{chosen}", script="pnpm run")


def prepare(install: NodeInstall) -> list[str]:
    """What comes before the install in its RUN: certificates, headers, and package.json files without their own install
    hooks (there are no sources yet, and git hooks mean nothing in an image)."""
    lines = [CERTIFICATES]
    if install.native:
        lines.append(HEADERS)
    if install.hooked:
        lines.append(f"node -e {shell.quote(DROP_HOOKS)} {' '.join(shell.quote(path) for path in install.hooked)}")
    return lines


def major(detection: Detection) -> int:
    """The major version of Node.js."""
    return int(detection.runtime.version.partition(".")[0]) if detection.runtime else 0


def inside(detection: Detection) -> str:
    """The app's directory relative to the build context."""
    context = detection.context
    if context == "." or detection.directory == context:
        return detection.directory if context == "." else "."
    return detection.directory.removeprefix(f"{context}/")
