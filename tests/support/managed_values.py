"""Records of managed databases for tests, with plain values that each test changes as it needs."""

import base64
from typing import Any

from fairway.domain.address import Engine
from fairway.domain.database import Database
from fairway.domain.schedule import Schedule
from support.pipeline_values import APP, PRODUCTION

MIB = 1024 * 1024


def make_database(**changes: Any) -> Database:
    """One that was made at 20."""
    values: dict[str, Any] = {
        "app": APP,
        "environment": PRODUCTION,
        "name": "main",
        "id": "0123456789ab",
        "server": "here",
        "engine": Engine.POSTGRES,
        "variable": "DATABASE_URL",
        "image": "postgres:15",
        "major": 15,
        "password": base64.b64encode(b"p").decode(),
        "cpu": 1.0,
        "memory": 512 * MIB,
        "created_at": 10.0,
        "made_at": 20.0,
        "schedule": Schedule(cron="0 3 * * *"),
        "drill": None,
        "backup_due": 97_200.0,
    }
    return Database(**{**values, **changes})
