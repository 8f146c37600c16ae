"""Where this host's Fairway keeps its state and which ports it uses, read once from the environment, and for an
installed server from the file of its settings.

Every setting has a default; all are named in `docs/reference/settings.md`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fairway.domain import registries, settingsfile
from fairway.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One host's settings. Ports are TCP ports; addresses are what is bound to."""

    home: Path
    address: str = "127.0.0.1"
    port: int = 7878
    apps_address: str = "127.0.0.1"
    apps_port: int = 8080
    apps_tls_port: int = 0
    """Where the apps are served by TLS, on the same address; 0: nowhere."""
    registry_port: int = 7879
    registry: str = ""
    """Where images are pushed, HOST[:PORT][/PATH]; "" is the embedded registry."""
    keep_releases: int = 20
    """How many releases of each environment are kept."""
    keep_days: int = 90
    """How many days a release is kept; the newest two of an environment are kept longer."""
    keep_executions: int = 1000
    """How many ended executions of each app are kept."""
    keep_execution_days: int = 365
    """How many days an execution is kept; the newest twenty of an app are kept longer."""
    docker_host: str = "unix:///var/run/docker.sock"
    engine: str = "docker"
    """What runs the services of apps: `docker`, or `ecs`, for which `ecs.toml` in `home` says where."""
    log_task_mb: int = 10
    """Megabytes that are kept of what one task prints."""
    log_service_mb: int = 200
    """Megabytes that are kept of what all tasks of a service print."""
    log_days: int = 14
    """How many days the lines of tasks are kept."""
    backups: str = ""
    """The folder of the vault, where it is not in `home`: on another disk, or one that several servers share."""
    database_url: str = ""
    public_url: str = ""
    """How the world reaches the server (`https://deploy.example.com`); "" is the server's own URL."""

    shared_repositories: str = ""
    """The folder of the bare repositories, where several servers share it; "" is one in `home`."""
    lease: int = 15
    """Seconds without a sign of life after which another server takes this one's apps over."""
    system_memory: int = 0
    """MB of the host's memory that no task may reserve; 0 is a tenth, from 128 to 2048."""
    memory_percent: int = 100
    """How much of the rest may be promised to tasks, in percent."""
    surge_percent: int = 150
    """How much of it may be promised while tasks are replaced that have no other way, in percent."""
    cpu_factor: int = 16
    """How many times the host's cores may be promised to tasks."""
    acme_directory: str = "https://acme-v02.api.letsencrypt.org/directory"
    """The URL of the directory of the certificate authority that certificates are ordered from."""
    acme_email: str = ""
    """Where that authority may write to, which agrees to its terms; "" orders no certificates."""
    trusted_proxies: str = ""
    """Networks, separated by commas, of proxies in front of the apps' port, whose X-Forwarded headers are believed."""

    @property
    def url(self) -> str:
        """The server's own URL."""
        return f"http://{'localhost' if self.address == '127.0.0.1' else self.address}:{self.port}"

    @property
    def outside(self) -> str:
        """The URL under which forges and people elsewhere reach the server, without a slash at its end."""
        return self.public_url.rstrip("/") or self.url

    @property
    def balances(self) -> bool:
        """Whether the apps are reached through this host's own load balancer."""
        return self.engine == "docker"

    @property
    def store_url(self) -> str:
        """The store's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'fairway.db'}"

    @property
    def own_databases(self) -> tuple[Path, ...]:
        """The SQLite files that only this home's server opens."""
        return tuple(self.home / name for name in (("dbos.db",) if self.shared else ("fairway.db", "dbos.db")))

    @property
    def token_file(self) -> Path:
        """Where the owner's token lies (mode 0600), for the commands on this host."""
        return self.home / "token"

    @property
    def repositories(self) -> Path:
        """The bare repositories."""
        return Path(self.shared_repositories) if self.shared_repositories else self.home / "git"

    @property
    def vault(self) -> Path:
        """The backups of databases, each one encrypted file."""
        return Path(self.backups) if self.backups else self.home / "backups"

    @property
    def dumps(self) -> Path:
        """Where a dump lies, in clear, while it is sealed or restored."""
        return self.home / "dumps"

    @property
    def shared(self) -> bool:
        """Whether other servers may work on the same store."""
        return bool(self.database_url)

    @property
    def executions(self) -> Path:
        """The logs of executions: APP/NUMBER/STAGE.log."""
        return self.home / "executions"

    @property
    def runs(self) -> Path:
        """What runs of jobs printed: APP/RUN/ATTEMPT.log."""
        return self.home / "runs"

    @property
    def checkouts(self) -> Path:
        """The work trees that builds read, one for each app."""
        return self.home / "checkouts"

    @property
    def volumes(self) -> Path:
        """What outlives the containers that it is mounted into: APP/ENVIRONMENT/NAME/."""
        return self.home / "volumes"

    @property
    def run(self) -> Path:
        """Process ids, sockets and locks."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """What the server, HAProxy and the registry print."""
        return self.home / "logs"

    @property
    def task_logs(self) -> Path:
        """What the tasks print: APP/ENVIRONMENT/SERVICE/TASK.RELEASE/."""
        return self.logs / "tasks"


PORTS = {
    "port": "FAIRWAY_PORT",
    "apps_port": "FAIRWAY_APPS_PORT",
    "apps_tls_port": "FAIRWAY_APPS_TLS_PORT",
    "registry_port": "FAIRWAY_REGISTRY_PORT",
}
NUMBERS = {
    "keep_releases": ("FAIRWAY_KEEP_RELEASES", 2, 10_000),
    "keep_days": ("FAIRWAY_KEEP_DAYS", 1, 36_500),
    "keep_executions": ("FAIRWAY_KEEP_EXECUTIONS", 20, 1_000_000),
    "keep_execution_days": ("FAIRWAY_KEEP_EXECUTION_DAYS", 1, 36_500),
    "log_task_mb": ("FAIRWAY_LOG_TASK_MB", 1, 100_000),
    "log_service_mb": ("FAIRWAY_LOG_SERVICE_MB", 1, 1_000_000),
    "log_days": ("FAIRWAY_LOG_DAYS", 1, 36_500),
    "lease": ("FAIRWAY_LEASE", 4, 600),
    "system_memory": ("FAIRWAY_SYSTEM_MEMORY", 0, 1_000_000),
    "memory_percent": ("FAIRWAY_MEMORY_PERCENT", 10, 1000),
    "surge_percent": ("FAIRWAY_SURGE_PERCENT", 100, 1000),
    "cpu_factor": ("FAIRWAY_CPU_FACTOR", 1, 1000),
}
"""Each with the least and the most that it may be."""
TEXTS = {
    "address": "FAIRWAY_ADDRESS",
    "apps_address": "FAIRWAY_APPS_ADDRESS",
    "docker_host": "DOCKER_HOST",
    "engine": "FAIRWAY_ENGINE",
    "database_url": "FAIRWAY_DATABASE_URL",
    "registry": "FAIRWAY_REGISTRY",
    "public_url": "FAIRWAY_PUBLIC_URL",
    "shared_repositories": "FAIRWAY_REPOSITORIES",
    "backups": "FAIRWAY_BACKUPS",
    "acme_directory": "FAIRWAY_ACME_DIRECTORY",
    "acme_email": "FAIRWAY_ACME_EMAIL",
    "trusted_proxies": "FAIRWAY_TRUSTED_PROXIES",
}


ENGINES = ("docker", "ecs")
FILE = Path("/etc/fairway/server.env")
"""The settings of the server that `fairway server install` has set up. Root alone may read them."""


def environment(shell: Mapping[str, str] = os.environ, file: Path = FILE) -> dict[str, str]:
    """The shell's variables, and those of the file for what the shell does not set. An account that may not read it
    has a server of its own, and the file is not about that one. Raises UsageError for a line that can't be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return dict(shell)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error
    return settingsfile.effective(shell, settingsfile.parse(text, str(file)))


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process (see `environment`), or of those variables alone. Raises UsageError for a port, a
    number or a registry that is none, for a port of TLS that is another one's too, for a certificate authority that
    can't be one, and for a relative path."""
    environ = environment() if environ is None else environ
    values: dict[str, object] = {"home": find_home(environ)}
    for field, variable in PORTS.items():
        if text := environ.get(variable):
            values[field] = 0 if (field, text) == ("apps_tls_port", "0") else read_port(variable, text)
    for field, (variable, least, most) in NUMBERS.items():
        if text := environ.get(variable):
            values[field] = read_number(variable, text, least, most)
    for field, variable in TEXTS.items():
        if text := environ.get(variable):
            values[field] = text
    settings = Settings(**values)  # type: ignore[arg-type]
    check_engine(settings)
    check_tls_port(settings)
    check_authority(settings)
    check_registry(settings)
    check_public_url(settings)
    check_folders(settings)
    return settings


def check_engine(settings: Settings) -> None:
    """Raise UsageError for an engine that there is not."""
    if settings.engine not in ENGINES:
        raise UsageError(f"FAIRWAY_ENGINE={settings.engine} is no engine", why=f"there are {' and '.join(ENGINES)}")


def check_tls_port(settings: Settings) -> None:
    """Raise UsageError when the port of TLS is another one's too."""
    for field, variable in PORTS.items():
        if field != "apps_tls_port" and settings.apps_tls_port == getattr(settings, field):
            raise UsageError(
                f"FAIRWAY_APPS_TLS_PORT={settings.apps_tls_port} can't be used",
                why=f"it is {variable} too, and one port speaks either TLS or plain HTTP",
                hint="443 is the port that browsers ask by themselves: FAIRWAY_APPS_TLS_PORT=443",
            )


def check_authority(settings: Settings) -> None:
    """Raise UsageError for an authority that is not spoken to over HTTPS (RFC 8555, section 6.1) and is not on this
    host, and for an address that is none."""
    parts = urlsplit(settings.acme_directory)
    schemes = ("https", "http") if parts.hostname in ("localhost", "127.0.0.1") else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise UsageError(
            f"FAIRWAY_ACME_DIRECTORY={settings.acme_directory} is no URL of a certificate authority",
            why="it begins with https:// and a host",
            hint="unset it for Let's Encrypt",
        )
    name, at, host = settings.acme_email.partition("@")
    if settings.acme_email and not (name and at and "." in host and settings.acme_email.isascii()):
        raise UsageError(
            f"FAIRWAY_ACME_EMAIL={settings.acme_email} is no address",
            hint="for example: FAIRWAY_ACME_EMAIL=ops@example.org",
        )


def check_folders(settings: Settings) -> None:
    """Raise UsageError for a relative path."""
    folders = (("shared_repositories", settings.repositories, "git"), ("backups", settings.vault, "backups"))
    for field, path, name in folders:
        variable = TEXTS[field]
        if not path.is_absolute():
            raise UsageError(
                f"{variable}={path} can't be used",
                why="it is a relative path, and the server has a directory of its own",
                hint=f"write the whole path: {variable}=/srv/fairway-{name}",
            )


def find_home(environ: Mapping[str, str]) -> Path:
    """`FAIRWAY_HOME`, else /var/lib/fairway for root, else `fairway` in the XDG data directory."""
    if home := environ.get("FAIRWAY_HOME"):
        return Path(home).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/fairway")
    data = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "fairway"


def read_port(variable: str, text: str) -> int:
    """A TCP port from 1 to 65535."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise UsageError(f"{variable}={text} is no port", why="a port is a whole number from 1 to 65535")


def read_number(variable: str, text: str, least: int, most: int) -> int:
    """A whole number in that range."""
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    raise UsageError(f"{variable}={text} can't be used", why=f"it is a whole number from {least} to {most}")


def check_public_url(settings: Settings) -> None:
    """Raise UsageError when it is no http or https URL of a server."""
    parts = urlsplit(settings.public_url)
    if settings.public_url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise UsageError(
            f"FAIRWAY_PUBLIC_URL={settings.public_url} is no URL of a server",
            hint="for example: FAIRWAY_PUBLIC_URL=https://deploy.example.com",
        )


def check_registry(settings: Settings) -> None:
    """Raise UsageError when the other registry's name is none, or is the embedded one's own address."""
    if not settings.registry:
        return
    registries.check(TEXTS["registry"], settings.registry)
    if registries.host(settings.registry) in {
        f"{name}:{settings.registry_port}" for name in ("localhost", "127.0.0.1")
    }:
        raise UsageError(
            f"FAIRWAY_REGISTRY={settings.registry} is the address of the embedded registry",
            why="it is used when FAIRWAY_REGISTRY is not set",
            hint="unset FAIRWAY_REGISTRY; or, for a registry of your own there, choose another FAIRWAY_REGISTRY_PORT",
        )
