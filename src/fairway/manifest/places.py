"""Where a file says a thing that holds for all environments and may be said otherwise for one."""

from collections.abc import Mapping

from fairway.manifest.lines import Path
from fairway.manifest.schema import FileTable
from fairway.manifest.table import Table


def place(table: FileTable, environment: str, *path: str) -> Path | None:
    """The path at which what holds for `environment` is written: `("services", "web", "cpu")` may stand in the
    environment's table, else as it is; None when it stands nowhere."""
    own: Path = ("environments", environment, *path)
    return next((each for each in (own, path) if _is_written(table, each)), None)


def _is_written(table: FileTable, path: Path) -> bool:
    here: object = table
    for part in path:
        if isinstance(here, Table) and part in here.model_fields_set:
            here = getattr(here, str(part))
        elif isinstance(here, Mapping) and part in here:
            here = here[part]
        else:
            return False
    return True
