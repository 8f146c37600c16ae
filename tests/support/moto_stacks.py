"""moto's CloudFormation, mended where it would lead a test astray.

It computes a stack's outputs when the stack is made and when UpdateStack changes it, but not when a change set does, so
that outputs are missing or old. (A resource of a type that it does not know is another trap: the stack is said to be
complete without it. Nothing can mend that: tests use types that it has.)
"""

from typing import Any

from fairway.adapters.aws.session import Session


def mend(session: Session) -> None:
    """From now on the outputs of moto's stacks are those of their templates after each change set too."""
    events = session.client("cloudformation").meta.events
    events.register("after-call.cloudformation.ExecuteChangeSet", compute_outputs)


def compute_outputs(**_: Any) -> None:
    """Let moto compute the outputs of every stack that is there, as it does itself after UpdateStack."""
    from moto.cloudformation.models import cloudformation_backends

    for regions in cloudformation_backends.values():
        for backend in regions.values():
            for stack in backend.stacks.values():
                if stack.status.endswith("_COMPLETE"):
                    stack._parse_template()
                    stack.output_map = stack._create_output_map()
