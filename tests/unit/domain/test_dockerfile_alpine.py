"""What in a Dockerfile only Alpine can do."""

import pytest

from fairway.domain import dockerfile_alpine


@pytest.mark.parametrize(
    ("instruction", "tool"),
    [
        ("RUN apk add --no-cache tini", "apk"),
        ("RUN apk --no-cache add git \\\n && npm ci", "apk"),
        ("RUN addgroup -S app && adduser -S app -G app", "BusyBox's adduser and addgroup"),
        ("RUN adduser --uid 1000 -D app", "BusyBox's adduser and addgroup"),
        ('ENTRYPOINT ["/sbin/tini", "--"]', "Alpine's tini"),
        ('CMD ["su-exec", "node", "node", "a.js"]', "su-exec"),
    ],
)
def test_an_instruction_that_needs_alpine_is_named_with_its_line(instruction: str, tool: str) -> None:
    assert dockerfile_alpine.needs(f"FROM node:22-alpine\n{instruction}\n") == f"line 2 uses {tool}"


@pytest.mark.parametrize(
    "instruction", ["RUN npm ci", "RUN adduser --system app", "LABEL x=apk add", "# apk add x", "COPY apk add"]
)
def test_what_other_systems_have_needs_nothing(instruction: str) -> None:
    assert dockerfile_alpine.needs(f"FROM node:22-alpine\n{instruction}\n") == ""
