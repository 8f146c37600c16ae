"""Whether the app ends when a schema does not hold: what is done about what zod's safeParse or Joi's validate answers.

`const { error } = schema.validate(process.env); if (error) throw error` makes its variables required; without the `if`
the same call only looks.
"""

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from fairway.build.contract import access, moment
from fairway.build.contract.literals import unwrap
from fairway.build.contract.moment import within
from fairway.build.contract.syntax import Syntax, field_of

TESTS: Mapping[str, tuple[str, ...]] = {
    "error": ("{}",),
    "success": ("!{}", "{} === false", "{} == false"),
}
"""How a member of the answer is asked whether the schema did not hold."""


def ends_on_failure(syntax: Syntax, call: Node) -> bool:
    """Whether the call's answer gets a name, and an `if` about it in the same scope throws or ends the process."""
    holder = syntax.parent(access.whole(syntax, call))
    pattern = field_of(holder, "name") if holder is not None and holder.type == "variable_declarator" else None
    if holder is None or pattern is None:
        return False
    wanted = {test.format(name) for member, name in members(syntax, pattern) for test in TESTS.get(member, ())}
    scope = access.scope_of(syntax, holder)
    return any(
        within(syntax, statement, scope)
        and syntax.text(unwrap(field_of(statement, "condition"))) in wanted
        and moment.ends(syntax, field_of(statement, "consequence"))
        for statement in syntax.all("if_statement")
    )


def members(syntax: Syntax, pattern: Node) -> Iterator[tuple[str, str]]:
    """The members of the answer, each with what the code calls it: `{ error: problem }` is ("error", "problem")."""
    if pattern.type != "object_pattern":
        yield from ((member, f"{syntax.text(pattern)}.{member}") for member in TESTS)
        return
    for each in pattern.named_children:
        if each.type == "pair_pattern":
            yield syntax.text(field_of(each, "key")), syntax.text(field_of(each, "value"))
        else:
            yield syntax.text(each), syntax.text(each)
