"""What the process that copies answers, as JSON's own types, and back."""

from collections.abc import Mapping
from typing import Any

from fairway.domain.address import Engine
from fairway.domain.catalog import Standing, Table
from fairway.domain.fingerprint import Fingerprint, Mark


def of_fingerprint(found: Fingerprint) -> dict[str, Any]:
    """The tables as pairs, and the others."""
    return {
        "tables": {name: [mark.rows, mark.checksum] for name, mark in found.tables.items()},
        "others": dict(found.others),
    }


def to_fingerprint(document: Mapping[str, Any]) -> Fingerprint:
    """From its own document."""
    return Fingerprint(
        tables={name: Mark(rows=rows, checksum=checksum) for name, (rows, checksum) in document["tables"].items()},
        others=document["others"],
    )


def of_standing(found: Standing) -> dict[str, Any]:
    """The tables as triples, and the rest."""
    tables = [[table.name, table.rows, table.bytes] for table in found.tables]
    return {"version": found.version, "bytes": found.bytes, "tables": tables}


def to_standing(document: Mapping[str, Any]) -> Standing:
    """From its own document."""
    return Standing(
        engine=Engine.SQLITE,
        version=document["version"],
        bytes=document["bytes"],
        tables=tuple(Table(name=name, rows=rows, bytes=size) for name, rows, size in document["tables"]),
    )
