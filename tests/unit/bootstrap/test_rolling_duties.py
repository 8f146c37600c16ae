"""What runs on a server whose engine rolls by itself, and what does not."""

from typing import Any

import pytest

from fairway.bootstrap.operating import Operating


class Working:
    """Something that runs."""

    async def run(self) -> None:
        return


@pytest.mark.parametrize(
    ("scales", "names"),
    [(True, {"orchestrator", "deployments", "scaling"}), (False, {"orchestrator", "deployments"})],
)
def test_counts_follow_measurements_only_where_there_are_some(scales: bool, names: set[str]) -> None:
    rest: dict[str, Any] = dict.fromkeys(("bell", "desired", "activities", "inspector", "admitting", "doors"))
    operating = Operating(controller=Working(), scaler=Working(), deployer=Working(), scales=scales, **rest)  # type: ignore[arg-type]

    duties = operating.duties()

    assert duties.keys() == names
    for duty in duties.values():
        duty.close()
