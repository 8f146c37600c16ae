"""Which values of variables are secret, and are not to be shown wherever something repeats them.

Everything in the store is, but what would only make texts unreadable: a value is left in clear when it is short,
common, or of a plain form (a number, a word, an address without a credential in it) under a name that does not sound
secret. A value that is masked for nothing is a nuisance, one that is shown is a breach, so the plain forms are listed,
not the secret ones.
"""

import re
from collections.abc import Iterable, Mapping

SHORTEST = 6
"""Characters from which on the value of a name that sounds secret is one."""
SHORTEST_PLAIN = 8
"""The same for other names: shorter ones stand in every text by chance."""
NAME = re.compile(
    r"(?i)secret|token|passw|passphrase|(?:\A|_)(?:pass|pwd|pw|auth|salt|pepper|pin|cookie|signature|dsn)(?:\Z|_)|credential"
    r"|(?:\A|_)keys?(?:\Z|_)|api_?key|apikey|private|webhook"
)
PUBLIC = re.compile(
    r"(?i)(?:\A|_)public(?:_|\Z)|publishable|_(?:id|name|path|file|ttl|expiry|length|size|url_prefix)\Z"
)
COMMON = frozenset(
    "production staging development testing preview default localhost postgres postgresql mysql mariadb mongodb redis "  # noqa: SIM905
    "rabbitmq sqlite password changeme username undefined enabled disabled required optional verbose warning critical "
    "combined console structured application/json debug silent info error trace fatal true false none null".split()
)
"""Values that stand in every log, whatever the variable is called."""
WORD = r"(?:[A-Z]?[a-z]{1,23}(?:[A-Z][a-z]+){0,3}|[A-Z]{1,23})"
WORDS = re.compile(rf"{WORD}(?:[-_. ]{WORD})*")
NUMBER = re.compile(r"[-+]?[0-9][0-9_.,: ]*(?:ms|s|m|h|d|k|kb|mb|gb|m?i?b|%)?", re.IGNORECASE)
ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[^\s?#@]*)?")
PATH = re.compile(r"\.{0,2}/[^\s@]*")
URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@:]*:(?P<password>[^\s/?#]+)@")
RANDOM = re.compile(r"(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{12,}|[A-Za-z0-9]{24,}")
"""A part of an address or a path that nobody chose for being read: letters and digits mixed, or very long."""


def sounds_secret(name: str) -> bool:
    """Whether a variable of that name mostly holds a secret: `STRIPE_KEY` does, `STRIPE_PUBLIC_KEY` and `KEY_ID`
    don't."""
    return NAME.search(name) is not None and PUBLIC.search(name) is None


def is_secret(name: str, value: str) -> bool:
    """Whether the value must not be shown."""
    text = value.strip()
    if text.lower() in COMMON:
        return False
    if sounds_secret(name):
        return len(text) >= SHORTEST
    return len(text) >= SHORTEST_PLAIN and not is_plain(text)


def is_plain(text: str) -> bool:
    """Whether a text is of a form that gives nothing away: words, a number, an address or a path without a credential,
    or a list of such."""
    if WORDS.fullmatch(text) or NUMBER.fullmatch(text):
        return True
    parts = re.split(r"[,;]\s*", text)
    if len(parts) > 1:
        return all(is_plain(part) for part in parts)
    return bool(ADDRESS.fullmatch(text) or PATH.fullmatch(text)) and bool(re.search(r"[/.]", text)) and is_legible(text)


def is_legible(address: str) -> bool:
    """Whether no part of an address looks like a key."""
    return RANDOM.search(address) is None


def secrets_of(values: Mapping[str, str], known: Iterable[str] = ()) -> frozenset[str]:
    """The secrets among the values of these variables: whole values, the password within a URL, and of a value of
    several lines each line, since logs are made of lines. `known` are words that everybody may see, such as the app's
    name."""
    public = set(known)
    found: set[str] = set()
    for name, value in values.items():
        if value in public or not is_secret(name, value):
            continue
        text = value.strip()
        found.add(text)
        found |= {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST_PLAIN}
        if (url := URL_PASSWORD.match(text)) and len(url["password"]) >= SHORTEST:
            found.add(url["password"])
    return frozenset(found)
