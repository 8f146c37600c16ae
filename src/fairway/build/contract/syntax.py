"""One source file as tree-sitter parses it, flat: every node in the file's order, with its parent.

Tree-sitter's own way up (`Node.parent`) and its queries take time that grows with the depth, and a hostile file nests
100,000 levels; one pass without recursion that notes the parents does not. Broken syntax is no error: what stands
around the break is read.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tree_sitter import Language, Node, Parser

MOST_NODES = 200_000
"""Nodes of one file: some 20,000 lines. What follows is not read."""
MOST_LEVELS = 200
"""How far up the way to a node's surroundings goes."""

LANGUAGES = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".py": "python",
}
"""The grammar for each suffix. JavaScript's reads JSX too."""


@functools.cache
def language(name: str) -> Language:
    """The grammar of that name; each is loaded when the first such file is met."""
    if name == "python":
        import tree_sitter_python

        return Language(tree_sitter_python.language())
    if name == "javascript":
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    import tree_sitter_typescript

    return Language(
        tree_sitter_typescript.language_tsx() if name == "tsx" else tree_sitter_typescript.language_typescript()
    )


@functools.cache
def parser(name: str) -> Parser:
    """A parser for the grammar of that name."""
    return Parser(language(name))


@dataclass(slots=True)
class Syntax:
    """A parsed file: its nodes by their type, in the file's order, and each node's parent by its id. `cut`: it has more
    nodes than were looked at; `main`: it is what is started; `provided` are the classes that NestJS makes as the app
    starts."""

    path: str
    content: bytes
    root: Node
    main: bool = False
    provided: frozenset[str] = frozenset()
    of_type: dict[str, list[Node]] = field(default_factory=dict)
    parents: dict[int, Node] = field(default_factory=dict)
    cut: bool = False
    _calls: dict[str, list[Node]] = field(default_factory=dict)

    def all(self, *types: str) -> list[Node]:
        """The nodes of these types, in the file's order for each type."""
        return [node for type in types for node in self.of_type.get(type, ())]

    def calls(self, name: str) -> Sequence[Node]:
        """The calls of what is called so, in the file's order."""
        if not self._calls:
            for node in self.all("call_expression", "call"):
                self._calls.setdefault(self.text(field_of(node, "function")), []).append(node)
        return self._calls.get(name, ())

    def parent(self, node: Node) -> Node | None:
        """The named node around this one, None for the root."""
        return self.parents.get(node.id)

    def above(self, node: Node) -> Iterator[tuple[Node, Node]]:
        """Each step up from the node, as (child, parent), at most 200."""
        for _ in range(MOST_LEVELS):
            parent = self.parents.get(node.id)
            if parent is None:
                return
            yield node, parent
            node = parent

    def text(self, node: Node | None) -> str:
        """What stands there; "" for nothing and for more than 2,000 bytes, which no name or default has."""
        if node is None or node.end_byte - node.start_byte > 2000:
            return ""
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def line(self, node: Node) -> int:
        """The line on which it begins, counted from 1."""
        return node.start_point[0] + 1


def parse(
    path: str, content: bytes, name: str, *, main: bool = False, provided: frozenset[str] = frozenset()
) -> Syntax:
    """The file, parsed by the grammar of that name."""
    tree = parser(name).parse(content)
    found = Syntax(path=path, content=content, root=tree.root_node, main=main, provided=provided)
    # Written for speed: a backend's files have a million nodes.
    of_type, parents = found.of_type, found.parents
    left = MOST_NODES
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        if not left:
            found.cut = True
            break
        left -= 1
        kind = node.type
        if kind in of_type:
            of_type[kind].append(node)
        else:
            of_type[kind] = [node]
        if node.named_child_count:
            children = node.named_children
            children.reverse()
            for child in children:
                parents[child.id] = node
            waiting += children
    return found


def field_of(node: Node | None, name: str) -> Node | None:
    """The child in that role."""
    return None if node is None else node.child_by_field_name(name)


def same(one: Node | None, other: Node | None) -> bool:
    """Whether they are one node of one tree."""
    return one is not None and other is not None and one.id == other.id
