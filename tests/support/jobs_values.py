"""Runs that the tests of jobs are about."""

from typing import Any

from fairway.domain.app import MIB
from fairway.domain.ids import JobName, ReleaseNumber, RunNumber
from fairway.domain.run import Run, RunSpec, RunStatus
from support.pipeline_values import APP, IMAGE, PRODUCTION

SPEC = RunSpec(image=IMAGE, command=("node", "report.js"), cpu=0.5, memory=256 * MIB, timeout=600.0)


def make_run(**changes: Any) -> Run:
    values: dict[str, Any] = {
        "app": APP,
        "number": RunNumber(0),
        "environment": PRODUCTION,
        "job": JobName(""),
        "release": ReleaseNumber(17),
        "configuration": 3,
        "spec": SPEC,
        "status": RunStatus.PENDING,
        "by": "ada",
        "created_at": 100.0,
    }
    return Run(**{**values, **changes})
