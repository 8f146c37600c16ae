"""The app's stacks as files that work without Fairway: a template each, a script of AWS's own commands, and a page that
says how they hang together.

The texts come out of here, whoever asked writes them. What is exported is what `up` would make; the values that one
stack takes from another are looked up by the script, since they are known only once it was made.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from fairway.cloudformation import wires
from fairway.domain.aws.stack import Kind, OutputOf, Stack

MARKER = ".fairway-export.json"
"""The list of what an export has written: by it a later one knows what is its own."""
SCRIPT, PAGE = "deploy.sh", "README.md"
INLINE = 51_200
"""Bytes of a template that `aws cloudformation deploy` takes without a bucket."""
HEAD = """#!/bin/sh
# Makes the stacks of {app} with AWS's own tool, in their order; again, it changes what differs.
# Needs the AWS CLI version 2 and credentials. Fairway {version} wrote it, and is not needed to run it.
set -eu
cd "$(dirname "$0")"

output() {{
  aws cloudformation describe-stacks --region {region} --stack-name "$1" \\
    --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text
}}
"""


class Dumper(yaml.SafeDumper):
    """Texts of several lines stand as such, and nothing is an alias of something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """CloudFormation reads none."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


Dumper.add_representer(str, _text)


def files(app: str, region: str, version: str, stacks: Sequence[Stack]) -> dict[str, str]:
    """Every file by its name, with its text."""
    templates = {file_of(stack): template_text(stack.template) for stack in stacks}
    marker = {"app": app, "version": version, "stacks": {stack.name: file_of(stack) for stack in stacks}}
    names = sorted([*templates, SCRIPT, PAGE])
    return {
        **templates,
        SCRIPT: script(app, region, version, stacks),
        PAGE: page(app, region, version, stacks),
        MARKER: json.dumps({**marker, "files": names}, indent=2) + "\n",
    }


def file_of(stack: Stack) -> str:
    """`network.yaml`, `production-data.yaml`."""
    return "-".join(part for part in (stack.environment or "", stack.kind.value) if part) + ".yaml"


def template_text(template: Mapping[str, Any]) -> str:
    """A template as YAML."""
    # By way of JSON: what a template is made of may be of classes that only look like dicts and texts.
    plain = json.loads(json.dumps(template))
    return yaml.dump(plain, Dumper=Dumper, sort_keys=False, width=120, allow_unicode=True)


def template_of(text: str) -> Mapping[str, Any]:
    """The template that was written."""
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def script(app: str, region: str, version: str, stacks: Sequence[Stack]) -> str:
    """The commands, in order."""
    parts = [HEAD.format(app=app, version=version, region=region)]
    for stack in stacks:
        parts.append("\n".join(command(region, stack)) + "\n")
        if stack.protected:
            parts.append(
                f"aws cloudformation update-termination-protection --region {region} --stack-name {stack.name} \\\n"
                "  --enable-termination-protection\n"
            )
    return "\n".join(parts)


def command(region: str, stack: Stack) -> list[str]:
    """`aws cloudformation deploy …` for one stack, a line for each kind of option."""
    lines = [
        f"aws cloudformation deploy --region {region} --stack-name {stack.name} \\",
        f"  --template-file {file_of(stack)} --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset \\",
        "  --tags " + " ".join(shlex.quote(f"{name}={value}") for name, value in stack.tags.items()),
    ]
    if stack.parameters:
        lines[-1] += " \\"
        lines.append("  --parameter-overrides " + " ".join(override(*each) for each in stack.parameters.items()))
    if len(template_text(stack.template).encode()) > INLINE:
        lines[1] = lines[1].replace(" --capabilities", ' --s3-bucket "$TEMPLATES_BUCKET" --capabilities')
    return lines


def override(name: str, value: str | OutputOf) -> str:
    """One parameter."""
    if isinstance(value, OutputOf):
        return f'{name}="$(output {value.stack} {value.output})"'
    return shlex.quote(f"{name}={value}")


def page(app: str, region: str, version: str, stacks: Sequence[Stack]) -> str:
    """What the files are, and how to go on with them alone."""
    rows = [f"| `{stack.name}` | `{file_of(stack)}` | {PURPOSES[stack.kind]} |" for stack in stacks]
    large = [stack for stack in stacks if len(template_text(stack.template).encode()) > INLINE]
    return PAGE_TEXT.format(
        app=app,
        region=region,
        version=version,
        rows="\n".join(rows),
        bucket=BUCKET_TEXT if large else "",
        digest=wires.IMAGE_DIGEST,
        configuration=wires.CONFIGURATION_VERSION,
        commit=wires.COMMIT,
    )


PURPOSES: Mapping[Kind, str] = {
    Kind.NETWORK: "network, subnets, NAT",
    Kind.REGISTRY: "the repository of images",
    Kind.DATA: "variables and databases; what is lost here is lost",
    Kind.SERVICES: "load balancer, services, jobs, logs, alarms",
    Kind.PIPELINE: "pipeline, builds, their roles",
}
BUCKET_TEXT = f"""
A template here is larger than the {INLINE:,} bytes that go with a call: set TEMPLATES_BUCKET to a bucket of yours.
"""
PAGE_TEXT = """# {app} on AWS, as plain CloudFormation

Written by Fairway {version}. Nothing here needs Fairway to be made or changed:

```sh
sh {script}
```
{bucket}
It makes these stacks in {region}, in this order; run again it changes what differs. What a stack takes from an earlier
one is looked up there. A parameter that is not named keeps its value.

| stack | template | what for |
|---|---|---|
{rows}

## Deploying without the pipeline

The services come with the first image. Push it to the repository, then set the three parameters of an environment's
services stack (`{digest}`: `sha256:…` of the image; `{configuration}`: the version id of the secret with the
variables; `{commit}`: what you like to call it):

```sh
aws cloudformation deploy --region {region} --stack-name STACK --template-file FILE \\
  --capabilities CAPABILITY_NAMED_IAM \\
  --parameter-overrides {digest}=sha256:… {configuration}=… {commit}=…
```

CloudFormation and ECS's circuit breaker take a deployment back that does not become healthy.

## What still needs Fairway

The pipeline's builds call `fairway stage`: it builds the image, holds the variables against what the code reads, goes
through the migration guard and deploys. To do without, replace these commands in the build specifications of the
pipeline's template (`docker build`, `docker push`, the command above).

## Taking it down

In reverse order, `aws cloudformation delete-stack --region {region} --stack-name STACK`; first
`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name STACK` where it is on.
""".replace("{script}", SCRIPT)
