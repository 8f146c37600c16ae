"""The balancer's directory: the table, and what HAProxy reads at a start, each written whole or not at all."""

import json
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.haproxy import config, kept, keys, secure
from fairway.adapters.haproxy.config import Frame
from fairway.adapters.haproxy.table import Table
from fairway.adapters.haproxy.writing import write
from fairway.errors import Unavailable

TABLE = "table.json"
CONFIG = "haproxy.cfg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Reads and writes the directory, which belongs to one server alone."""

    directory: Path

    def prepare(self) -> None:
        """Make the directory, closed to others: its sockets command HAProxy."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)

    def read(self) -> Table:
        """The table as it was written last; an empty one at the first start. Raises Unavailable when it is damaged."""
        path = self.directory / TABLE
        try:
            return keys.readable(self.directory, kept.load(json.loads(path.read_bytes())))
        except FileNotFoundError:
            return Table()
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                f"{path} can't be read",
                why=f"it is not what Fairway wrote: {error}",
                hint=f"move it away, and the next start makes routes and targets anew: mv {path} {path}.bad",
            ) from error

    def write(self, frame: Frame, wanted: Table) -> None:
        """Write what differs, the table first since all else is made from it. Keys that the table does not name are
        gone afterwards."""
        texts = {
            TABLE: json.dumps(kept.dump(wanted), indent=1) + "\n",
            config.MAP: config.render_map(wanted),
            secure.LIST: secure.render_list(wanted),
            secure.REDIRECTS: secure.render_map(secure.redirects(wanted, frame.tls_port)),
            secure.ANSWERS: secure.render_map(secure.answers(wanted)),
            CONFIG: config.render(frame, wanted),
        }
        try:
            # Only the table has to outlive a power failure: the others are made from it before HAProxy is started.
            for name, text in texts.items():
                write(self.directory / name, text, sync=name == TABLE)
            keys.prune(self.directory, {each.file for each in wanted.presented})
        except OSError as error:
            raise Unavailable(
                "the load balancer's configuration can't be written", why=f"{self.directory}: {error.strerror}"
            ) from error
