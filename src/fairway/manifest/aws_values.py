"""How the values of `[aws]` are read: ARNs, ids, and words of a short list. AWS's patterns are from its API models."""

import difflib
import ipaddress
import re
from typing import Any

from fairway.domain.aws import limits, regions, subnets
from fairway.manifest.values import Reader, Unfit

ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CERTIFICATE = re.compile(rf"arn:aws:acm:([a-z0-9-]+):([0-9]{{12}}):certificate/{UUID}", re.ASCII)
CONNECTION = re.compile(
    rf"arn:aws:(?:codeconnections|codestar-connections):([a-z0-9-]+):([0-9]{{12}}):connection/{UUID}", re.ASCII
)
TOPIC = re.compile(r"arn:aws:sns:([a-z0-9-]+):([0-9]{12}):[A-Za-z0-9_-]{1,256}", re.ASCII)
ZONE = re.compile(r"Z[A-Z0-9]{1,31}", re.ASCII)
VPC = re.compile(r"vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})", re.ASCII)
SUBNET = re.compile(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", re.ASCII)
INSTANCE = re.compile(r"[a-z][a-z0-9-]*\.(?:metal(?:-[0-9]+xl)?|nano|micro|small|medium|large|[0-9]*xlarge)", re.ASCII)
DATABASE = re.compile(r"db\.[a-z][a-z0-9-]*\.(?:micro|small|medium|large|[0-9]*xlarge)", re.ASCII)
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+", re.ASCII)
TAG = re.compile(r"[\w .:/=+@-]{1,128}")
TAGGED = re.compile(r"[\w .:/=+@-]{0,256}")
PRIVATE = tuple(ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def matching(expected: str, pattern: re.Pattern[str]) -> Reader:
    """A text that the whole pattern matches."""

    def read(value: Any) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise Unfit

    return Reader(expected, read, {"type": "string", "pattern": f"^{pattern.pattern}$"})


def several(expected: str, pattern: re.Pattern[str]) -> Reader:
    """A list of at least two different such texts, as a tuple."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and pattern.fullmatch(item) for item in value):
            raise Unfit
        if len(set(value)) != len(value):
            raise Unfit("each stands there once")
        if len(value) < 2:
            raise Unfit("a load balancer and a database need subnets in two zones")
        return tuple(value)

    items = {"type": "string", "pattern": f"^{pattern.pattern}$"}
    return Reader(expected, read, {"type": "array", "items": items, "minItems": 2})


def word(choices: tuple[str, ...]) -> Reader:
    """One of a few words; the nearest is proposed."""
    expected = f"one of {', '.join(choices)}"

    def read(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return value
        close = difflib.get_close_matches(str(value).lower(), choices, n=1) if isinstance(value, str) else []
        raise Unfit(f'the nearest one is "{close[0]}"' if close else "")

    return Reader(expected, read, {"type": "string", "enum": list(choices)})


def account() -> Reader:
    """An account's 12 digits, as text: a number would lose a zero at its beginning."""

    def read(value: Any) -> str:
        if isinstance(value, str) and ACCOUNT.fullmatch(value):
            return value
        if isinstance(value, str) and ACCOUNT.fullmatch(value.replace("-", "").replace(" ", "")):
            raise Unfit(f'without dashes: "{value.replace("-", "").replace(" ", "")}"')
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
            raise Unfit(f'the digits stand in quotes: "{value:012d}"')
        raise Unfit

    return Reader("an account's 12 digits", read, {"type": "string", "pattern": f"^{ACCOUNT.pattern}$"})


def region() -> Reader:
    """A region that has all that an app needs."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in regions.REGIONS:
            return value
        close = regions.nearest(value) if isinstance(value, str) else None
        if isinstance(value, str) and value in regions.LACKING:
            raise Unfit(
                f'{value} has no {regions.LACKING[value]} (as of {regions.DATE}); the nearest name is "{close}"'
            )
        raise Unfit(f'the nearest one is "{close}"' if close else "")

    return Reader('a region of AWS, such as "eu-central-1"', read, {"type": "string", "enum": sorted(regions.REGIONS)})


def log_days() -> Reader:
    """A number of days that CloudWatch has."""

    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            if value in limits.LOG_DAYS:
                return value
            below = max((each for each in limits.LOG_DAYS if each < value), default=limits.LOG_DAYS[0])
            above = min((each for each in limits.LOG_DAYS if each > value), default=limits.LOG_DAYS[-1])
            raise Unfit(f"the nearest are {below} and {above}" if below != above else f"the nearest is {below}")
        raise Unfit

    return Reader("a number of days that CloudWatch keeps logs for", read, {"enum": list(limits.LOG_DAYS)})


def cidr() -> Reader:
    """A network's addresses, written with the first of them."""
    least, most = subnets.LARGEST, subnets.SMALLEST

    def read(value: Any) -> str:
        try:
            network = ipaddress.IPv4Network(value if isinstance(value, str) else "", strict=False)
        except ValueError:
            raise Unfit from None
        if not least <= network.prefixlen <= most:
            raise Unfit(f"for example: {network.network_address}/{min(max(network.prefixlen, least), most)}")
        if not any(network.subnet_of(each) for each in PRIVATE):
            raise Unfit("of the addresses that are nobody's: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16")
        if str(network) != value:
            raise Unfit(f'the network is "{network}"')
        return str(network)

    expected = f'a private network from /{least} to /{most}, such as "10.0.0.0/16"'
    return Reader(expected, read, {"type": "string", "examples": ["10.0.0.0/16"]})


def tags() -> Reader:
    """A table of tags that every service takes: names to texts."""

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise Unfit('for example: { team = "shop" }')
        for name, content in value.items():
            if name.lower().startswith(("aws:", "fairway:")):
                raise Unfit(f"{name.partition(':')[0]}: begins the tags of {'AWS' if name[0] in 'aA' else 'Fairway'}")
            if not TAG.fullmatch(name):
                raise Unfit("a name has letters, digits, spaces and _.:/=+-@, at most 128")
            if not isinstance(content, str) or not TAGGED.fullmatch(content):
                raise Unfit(f"the value of {name} is a text of letters, digits, spaces and _.:/=+-@, at most 256")
        if len(value) > limits.TAGS:
            raise Unfit(f"at most {limits.TAGS}")
        return dict(value)

    schema = {"type": "object", "maxProperties": limits.TAGS, "additionalProperties": {"type": "string"}}
    return Reader("a table of tags, each a text", read, schema)
