"""A root that builds more than the folder that it starts: the page beside the backend that serves it.

    "build": "npm install --prefix backend && npm install --prefix page && npm run build --prefix page",
    "start": "npm start --prefix backend"

The backend's folder alone would answer requests and have no page. So the root's build is run, in the root, and what it
installed for the backend goes into the image. With Prisma in the backend, or another package manager there, the folder
is deployed alone: the root's build could not be told what these need.
"""

from dataclasses import replace

from fairway.build.detect import build_script, monorepo, node, shell
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection, Manager, NodeInstall, PackageManager


def with_root(tree: Tree, root: Package, alone: Detection) -> Detection:
    """The Detection of the folder that the root starts, with the root's build where that reaches further folders; as it
    is where it does not."""
    name = build_script.name(root)
    texts = [command.text for command in build_script.reached(name, root.scripts)] if name else []
    others = sorted(monorepo.folders(tree, texts) - {alone.directory})
    whole = node.read(tree, root, ".", ()) if others and not alone.fatal else None
    if whole is None or whole.build is None or whole.packages is None or alone.packages is None:
        return alone
    if not isinstance(whole.install, NodeInstall) or not isinstance(alone.install, NodeInstall):
        return alone
    if alone.install.prisma is not None or whole.packages.manager is not alone.packages.manager:
        return alone
    hooks = whole.install.after_copy
    own = [text for text in (*texts, *hooks) if alone.directory in monorepo.folders(tree, [text])]
    commands = [*hooks, whole.build.command]
    if not any(build_script.installs(command) for text in own for command in shell.simple(text)):
        commands.insert(0, f"(cd {shell.quote(alone.directory)} && {install(alone.packages)})")
    install_of_both = replace(
        whole.install,
        after_copy=(),
        before_build=tuple(commands),
        native=tuple(sorted({*whole.install.native, *alone.install.native})),
        development="",
        empty_files=alone.install.empty_files,
        folders=alone.install.folders,
        variables=alone.install.variables,
        build_variables={**whole.install.build_variables, **alone.install.build_variables},
        git=whole.install.git or alone.install.git,
        installs=True,
        kept=(alone.directory,),
    )
    note = f"package.json's {name} script is run for {', '.join(others)} ({whole.build.where})"
    lacking = (
        ()
        if root.everything
        else tuple(item.what for item in whole.problems if item.what.startswith("there is no lock"))
    )
    return replace(
        alone,
        context=".",
        packages=whole.packages,
        build=None if any("build" in text for text in own) else alone.build,
        install=install_of_both,
        notes=(*alone.notes, note),
        problems=(*alone.problems, *(item for item in whole.problems if item.what not in lacking and not item.fatal)),
    )


def install(packages: PackageManager) -> str:
    """The command that installs in a folder of its own."""
    if packages.manager is Manager.NPM:
        return "npm ci" if packages.lock else "npm install"
    frozen = " --immutable" if packages.manager is Manager.BERRY else " --frozen-lockfile"
    name = "pnpm" if packages.manager is Manager.PNPM else "yarn"
    return f"{name} install" + (frozen if packages.lock else "")
