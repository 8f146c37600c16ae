"""The health path that a framework of another language brings, for an app with a Dockerfile of its own.

Rails, Laravel and Spring Boot write theirs into a file of the app. Where a setting that is there may move it, it is
left out: a check on a path that does not exist would stop every deployment.
"""

import re

from fairway.build.detect.tree import Tree
from fairway.domain.detection import Health

RAILS = re.compile(
    r"""^[ \t]*get\s*+\(?\s*+['"](?P<path>/?[\w/-]+)['"]\s*(?:=>|,\s*to:)\s*['"]rails/health#show['"]""", re.MULTILINE
)
LARAVEL = re.compile(r"""\bhealth\s*:\s*['"](?P<path>/[\w/-]+)['"]""")
ACTUATOR = re.compile(r"spring-boot-starter-actuator")
MOVED = re.compile(r"base-path|basePath|context-path|contextPath|management\.server\.port|management\.port")
SECURED = re.compile(r"spring-boot-starter-(?:security|oauth2)")
CODE = re.compile(r"^src/main/.*\.(?:java|kt|groovy)$")
RULES = re.compile(r"\b(?:SecurityFilterChain|SecurityWebFilterChain|WebSecurityConfigurerAdapter)\b")
LETS_IN = re.compile(r"actuator|EndpointRequest|HealthEndpoint|anyRequest\(\)\s*\.permitAll")
MOST_SOURCES = 2000
BUILDS = ("pom.xml", "build.gradle", "build.gradle.kts")
SETTINGS = tuple(f"src/main/resources/application.{kind}" for kind in ("properties", "yml", "yaml"))


def find(tree: Tree) -> Health | None:
    """The path, and the file and line that say it; None where none does."""
    for file, pattern in (("config/routes.rb", RAILS), ("bootstrap/app.php", LARAVEL)):
        text = read(tree, file)
        if match := pattern.search(text):
            path = match["path"] if match["path"].startswith("/") else f"/{match['path']}"
            return Health(path=path, where=at(file, text, match.start("path")))
    for file in BUILDS:
        text = read(tree, file)
        if (match := ACTUATOR.search(text)) and not moved(tree) and not guarded(tree, text):
            return Health(path="/actuator/health", where=at(file, text, match.start()))
    return None


def moved(tree: Tree) -> bool:
    """Whether a setting puts Spring Boot's paths elsewhere, or on a port of their own."""
    return any(MOVED.search(read(tree, name)) for name in SETTINGS)


def guarded(tree: Tree, text: str) -> bool:
    """Whether Spring Security may ask a check for a password: rules of the app's own take the place of those that let
    it in, and none of them names the path."""
    if not SECURED.search(text):
        return False
    sources = [path for path in tree.files() if CODE.search(path)][:MOST_SOURCES]
    rules = [each for path in sources if RULES.search(each := read(tree, path))]
    return bool(rules) and not any(LETS_IN.search(each) for each in rules)


def read(tree: Tree, file: str) -> str:
    """The file's text; empty where there is none."""
    return (tree.read(file) or b"").decode("utf-8", "replace")


def at(file: str, text: str, position: int) -> str:
    """The place of a position in the file."""
    return f"{file}:{text.count(chr(10), 0, position) + 1}"
