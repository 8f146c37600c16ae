"""Handovers for tests of what keeps them."""

from typing import Any

from fairway.domain.app import Defaults
from fairway.domain.aws.handover import Handover
from fairway.domain.contract import Contract, Kind, Need, Use, Variable
from support.pipeline_values import APP, IMAGE, PRODUCTION, STAGING

COMMIT = "9c1f2e7" + "0" * 33


def make_handover(**changes: Any) -> Handover:
    """One with something of everything."""
    use = Use(name="PORT", file="src/ä.ts", line=3, how="zod", need=Need.REQUIRED, rule="zod", choices=("1", "2"))
    variable = Variable(name="PORT", need=Need.REQUIRED, rule="zod", uses=(use,), kind=Kind.PORT)
    values: dict[str, Any] = {
        "app": APP,
        "commit": COMMIT,
        "subject": 'Add "coupons"',
        "image": IMAGE,
        "text": '[app]\nname = "shop-api"\n',
        "defaults": Defaults(port=3000, command=("node", "server.js")),
        "contract": Contract(variables=(variable,), dynamic=("src/a.ts:1",), partial="two files are too large"),
        "configurations": {PRODUCTION: "5f0c", STAGING: "6a1d"},
        "built_at": 1000.5,
        "fairway": "0.1.0",
    }
    return Handover(**{**values, **changes})
