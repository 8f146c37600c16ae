"""From a local image to one that is known by digest: all that later stages may use."""

from fairway.domain.image import Image, LocalImage
from fairway.ports.registry import Registry
from fairway.registry import naming


async def publish(app: str, commit: str, image: LocalImage, registry: Registry) -> Image:
    """Push the image under its commit and hand back its digest. Doing it again gives the same.

    Raises WorkFailed when the registry refuses it, Unavailable when it does not answer.
    """
    return await registry.push(image, registry.repository(app), naming.tag(commit))
