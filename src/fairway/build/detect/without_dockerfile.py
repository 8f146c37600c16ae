"""What an app is by its own files, package.json or Python's, without a look at its Dockerfile."""

from dataclasses import replace

from fairway.build.detect import dockerfile, monorepo, nested, node, package_json, pages, places, python, siblings
from fairway.build.detect.tree import Below, Tree
from fairway.domain.detection import Detection


def read(tree: Tree) -> Detection | None:
    """The app of the tree; None when there is none. package.json beside Python's files is a front end's, unless it
    starts an app."""
    try:
        root = package_json.read(tree)
    except ValueError as error:
        return node.unreadable(error)
    if python.present(tree) and (
        root is None or not (monorepo.SERVERS & set(root.dependencies) or pages.starts_app(root))
    ):
        return python.read(tree)
    return None if root is None else of_package(tree, root)


def of_package(tree: Tree, root: package_json.Package) -> Detection:
    """The Node.js app of a root package: the root itself, the workspace or subfolder that its start points to, or the
    likeliest workspace."""
    members = monorepo.members(tree, root)
    if directory := monorepo.pointed(tree, root, members):
        if any(member.directory == directory for member in members):
            return node.read(tree, root, directory, members)
        below = Below(tree, directory)
        inner = package(below)
        if inner is not None:
            alone = siblings.told(tree, places.moved(node.read(below, inner, ".", ()), directory))
            return nested.with_root(tree, root, alone)
    own = monorepo.SERVERS & set(root.dependencies)
    if members and not own:
        likely = monorepo.candidates(members)
        if likely:
            chosen = with_choice(node.read(tree, root, likely[0].directory, members), likely)
            return with_dockerfile(tree, chosen)
    return node.read(tree, root, ".", members)


def with_dockerfile(tree: Tree, detection: Detection) -> Detection:
    """The Detection of a workspace with a note when a Dockerfile lies in its folder: whether it is built from there or
    from the root can't be told for certain, so that nothing is taken that nobody chose."""
    place = Below(tree, detection.directory)
    name = dockerfile.find(place)
    if name is None:
        return detection
    path = f"{detection.directory}/{name}"
    note = f'{path} is not used; built from the root it would be by [build] dockerfile = "{path}"'
    return replace(detection, notes=(*detection.notes, note))


def with_choice(detection: Detection, likely: tuple[monorepo.Member, ...]) -> Detection:
    """The Detection with a note when other packages could be deployed as well."""
    others = ", ".join(member.directory for member in likely[1:6])
    if not others:
        return detection
    note = f'{detection.directory} is deployed; {others} could be as well: [build] directory = "{likely[1].directory}"'
    return replace(detection, notes=(*detection.notes, note))


def package(tree: Tree) -> package_json.Package | None:
    """The tree's package.json; None also when it is broken."""
    try:
        return package_json.read(tree)
    except ValueError:
        return None
