"""AWS did not answer: a region that does not exist, one without the service, or no way to the network.

Which regions and services there are is botocore's own list; what is newer than it is believed.
"""

import difflib
from typing import Any
from urllib.parse import urlsplit

from fairway.errors import FairwayError, Unavailable, UsageError

OWN = ("amazonaws.com", "amazonaws.com.cn", "AWS")
"""How the names of AWS's own hosts end; the last stands for one that is not known."""


def explain(error: Any, service: str, region: str, endpoint: str | None) -> FairwayError:
    """Why a call did not come about."""
    from botocore import exceptions

    where = endpoint or error.kwargs.get("endpoint_url") or ""
    host = urlsplit(str(where)).hostname or "AWS"
    match error:
        case exceptions.InvalidRegionError() | exceptions.NoRegionError() | exceptions.UnknownEndpointError():
            return unknown_region(region)
        case exceptions.ProxyConnectionError():
            return Unavailable(
                "the proxy before AWS does not answer", why="HTTPS_PROXY names it", hint="unset HTTPS_PROXY"
            )
        case exceptions.SSLError():
            return Unavailable(
                f"the connection to {host} is not trusted",
                why="its certificate could not be verified",
                hint="behind a proxy that reads along, name its authority in AWS_CA_BUNDLE",
            )
        case exceptions.EndpointConnectionError() if endpoint is None and host.endswith(
            ("amazonaws.com", "amazonaws.com.cn")
        ):
            return absent(service, region) or unreached(host)
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            return unreached(host)
        case _:
            return Unavailable(f"AWS could not be asked for {service}", why=str(error))


def offered(session: Any, service: str, region: str) -> bool:
    """Whether boto3's session knows the service in that region; of a service that it knows nowhere: believe it."""
    there = regions_of(session, service)
    return region in there or (not there and region in regions_of(session, "ec2"))


def absent(service: str, region: str) -> UsageError | None:
    """The region does not exist, or lacks the service; None when botocore knows of neither."""
    from botocore.session import Session

    session = Session()
    if region not in regions_of(session, "ec2"):
        return unknown_region(region)
    there = regions_of(session, service)
    if not there or region in there:
        return None
    near = [each for each in there if each.partition("-")[0] == region.partition("-")[0]]
    return UsageError(
        f"the region {region} does not have the service {service}",
        why=f"AWS offers it in {', '.join(sorted(near or there))}",
        hint="choose another region: [aws] region in fairway.toml",
    )


def unknown_region(region: str) -> UsageError:
    """There is no such region; the nearest names."""
    from botocore.session import Session

    known = regions_of(Session(), "ec2")
    near = difflib.get_close_matches(region.lower(), known, n=3, cutoff=0.6)
    return UsageError(
        f'AWS has no region "{region}"',
        why=f"the nearest: {', '.join(near)}" if near else "none has a name like that, such as eu-central-1",
        hint="set [aws] region in fairway.toml",
    )


def regions_of(session: Any, service: str) -> list[str]:
    """Every region that has the service, of all partitions."""
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(service, partition)
    ]


def unreached(host: str) -> Unavailable:
    """The network does not lead there, or nobody answers."""
    ours = host.endswith(OWN)
    return Unavailable(
        f"{host} does not answer",
        why="no connection came about, or it broke off; it was tried several times",
        hint="see whether this machine reaches the internet: a proxy goes into HTTPS_PROXY"
        if ours
        else "it is no host of AWS's: AWS_ENDPOINT_URL, or endpoint_url in ~/.aws/config, sends calls there",
    )
