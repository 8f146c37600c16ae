"""Whether a Dockerfile insists on a processor that this machine does not have.

`FROM --platform=linux/arm64` is written on a laptop, and means there that nothing has to be emulated. Elsewhere the
engine asks the registry for an image that it could not run, though the same image for this machine may lie beside it.
"""

import re

from fairway.domain import dockerfile

FIXED = re.compile(r"--platform=[\"']?(?P<platform>\w+/(?P<processor>\w+)(?:/\w+)?)[\"']?(?:\s|$)")


def foreign(text: str, reference: str, architecture: str) -> str:
    """`line 3 asks for linux/arm64, and this machine is linux/amd64`; "" when no FROM insists on another one for the
    image.

    `reference` is the image as the author wrote it, `architecture` the engine's word for its own (x86_64).
    """
    own = dockerfile.PROCESSORS.get(architecture, architecture)
    for each in dockerfile.parse(text) if own else ():
        match = FIXED.search(each.value) if each.keyword == "FROM" else None
        if match and match["processor"] != own and reference in each.value.split():
            return f"line {each.start + 1} asks for {match['platform']}, and this machine is linux/{own}"
    return ""
