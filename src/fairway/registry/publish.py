"""From a local image to one that is known by digest: all that later stages may use."""

from fairway.domain.image import Image, LocalImage
from fairway.errors import Conflict
from fairway.ports.registry import Registry
from fairway.registry import naming


async def publish(app: str, commit: str, image: LocalImage, registry: Registry) -> Image:
    """Push the image under its commit and hand back its digest. Doing it again gives the same.

    Raises WorkFailed when the registry refuses it, Unavailable when it does not answer.
    """
    return await registry.push(image, registry.repository(app), naming.tag(commit))


async def find(app: str, commit: str, registry: Registry) -> Image | None:
    """The image that was pushed for the commit before, None when there is none. Its size is not known."""
    repository = registry.repository(app)
    digest = await registry.find(repository, naming.tag(commit))
    return None if digest is None else Image(repository=repository, digest=digest)


async def publish_once(app: str, commit: str, image: LocalImage, registry: Registry) -> Image:
    """The same as `publish` where a tag can't be moved: when another build of the commit was pushed meanwhile, that one
    is the commit's image. Raises what `publish` raises."""
    try:
        return await publish(app, commit, image, registry)
    except Conflict:
        if (there := await find(app, commit, registry)) is None:
            raise
        return there
