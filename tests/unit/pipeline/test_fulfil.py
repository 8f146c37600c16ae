"""Before anything is built, each environment is held against what the commit's code needs."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from fairway.build import contracts
from fairway.domain.app import App
from fairway.domain.contract import Contract, Need, Use, conclude
from fairway.environment.examine import Examiner
from fairway.manifest import load
from fairway.pipeline.stages import fulfil
from fairway.pipeline.work import Failed
from support import contract_corpus

TOML = 'app = "shop-api"\n[environments.staging]\n[environments.production]\n'
VALUES = {
    "text": "s3cr3t-value",
    "number": "7",
    "port": "8080",
    "boolean": "true",
    "url": "https://a.example",
    "json": "{}",
    "email": "ops@example.com",
}


class Desk:
    """The end of a source stage, with the variables of each environment in memory."""

    def __init__(self, **variables: dict[str, str]) -> None:
        self.variables = variables
        self.log: list[str] = []

    async def latest(self, app: str, environment: str) -> Mapping[str, str]:
        return self.variables.get(environment, {})

    async def compare(self, contract: Contract, text: str = TOML) -> tuple[str, Failed | None]:
        app: App = load.load(text)
        compared = await fulfil.compare(app, contract, Examiner(self.latest).examine, self.log.append)
        return compared.looks, fulfil.fail(compared, 42) if compared.lacks else None


@cache
def contract_of(name: str) -> Contract:
    """The contract of a source of the corpus."""
    return contracts.read(contract_corpus.FOLDER / name, load.load('app = "shop-api"\n'))


def whole(contract: Contract) -> dict[str, str]:
    """A fitting value for every variable of the contract."""
    return {
        each.name: each.choices[0] if each.choices else VALUES[each.kind.value if each.kind else "text"]
        for each in contract.variables
    }


def mutations() -> list[tuple[str, str, str]]:
    """Each required variable of each source, with each environment that it may be missing in."""
    return [
        (case.name, variable.name, environment)
        for case in contract_corpus.cases()
        for variable in contract_of(case.name).required
        for environment in ("staging", "production")
    ]


@pytest.mark.parametrize(("source", "variable", "environment"), mutations())
async def test_any_required_variable_that_any_environment_lacks_stops_the_execution_and_is_named(
    source: str, variable: str, environment: str
) -> None:
    contract = contract_of(source)
    desk = Desk(staging=whole(contract), production=whole(contract))
    del desk.variables[environment][variable]

    _, failed = await desk.compare(contract)

    found = contract.find(variable)
    assert failed is not None and found is not None
    assert failed.summary == f"{environment} lacks 1 required: {variable} ({found.where})"
    assert failed.cause.fix.splitlines()[0] == f"fairway env set -e {environment} {variable}"


@pytest.mark.parametrize("case", contract_corpus.cases(), ids=lambda case: case.name)
async def test_an_environment_that_has_everything_stops_nothing(case: contract_corpus.Case) -> None:
    contract = contract_of(case.name)
    desk = Desk(staging=whole(contract), production=whole(contract))

    summary, failed = await desk.compare(contract)

    assert (summary, failed) == ("", None)


async def test_all_environments_are_told_at_once() -> None:
    desk = Desk(staging={"TWO": "x"}, production={})

    _, failed = await desk.compare(contract_of("main"))

    assert failed is not None
    assert failed.cause.sentence == (
        "staging lacks 1 required: QUEUE_URL (server.js:2); production lacks 1 required: QUEUE_URL (server.js:2); "
        "nothing was built"
    )


async def test_what_is_worth_a_look_is_logged_and_counted_and_no_value_is_told() -> None:
    contract = contract_of("zod")
    values = {**whole(contract), "WORKERS": "many-s3cr3t", "SECRET": "changeme", "FORGOTTEN": "s3cr3t"}
    desk = Desk(staging=values, production=whole(contract))

    summary, failed = await desk.compare(contract)

    assert (summary, failed) == ("3 variables to look at", None)
    assert desk.log == [
        "variables   the code reads 8 variables, 3 of them required",
        "variables   staging has what looks like a placeholder for SECRET (src/main.ts:7)",
        "variables   staging has a value for WORKERS that is not a number (src/main.ts:5)",
        "variables   staging sets what nothing in the code reads: FORGOTTEN",
    ]


async def test_an_environment_outside_of_the_pipeline_is_not_asked() -> None:
    desk = Desk(staging={"QUEUE_URL": "x"})

    _, failed = await desk.compare(contract_of("main"), TOML + '[pipeline]\nstages = ["staging"]\n')

    assert failed is None


async def test_an_exception_in_fairway_toml_lets_it_through() -> None:
    desk = Desk(staging={"QUEUE_URL": "x"})

    _, failed = await desk.compare(
        contract_of("main"), TOML + '[environments.production.contract]\noptional = ["QUEUE_URL"]\n'
    )

    assert failed is None


def test_the_contract_is_the_same_after_it_was_kept() -> None:
    contract = contract_of("nest")

    kept = json.loads(json.dumps(fulfil.hand_on(contract)))

    found = fulfil.take(kept)
    assert found is not None
    assert [(each.name, each.need, each.kind, each.where) for each in found.variables] == [
        (each.name, each.need, each.kind, each.where) for each in contract.variables
    ]


def test_what_is_kept_of_a_large_contract_is_bounded_and_has_what_is_required() -> None:
    def use(name: str, need: Need) -> Use:
        return Use(name=name, file="a.js", line=1, how="x" * 5000, need=need, rule="plain", default="y" * 2000)

    names = [f"A{number}" for number in range(2000)]
    contract = conclude(
        [*(use(name, Need.UNKNOWN) for name in names), use("Z", Need.REQUIRED), use("N" * 900, Need.REQUIRED)]
    )

    kept = fulfil.hand_on(contract)

    found = fulfil.take(kept)
    assert found is not None
    assert [each.name for each in found.required] == ["Z"]
    assert found.partial == "1501 more variables are not kept"
    assert len(json.dumps(kept)) < 500_000


def test_an_execution_from_before_has_no_contract() -> None:
    assert fulfil.take({"described": {}}) is None


def test_the_example_can_be_deployed_without_any_variable() -> None:
    example = Path(__file__).parents[3] / "examples/shop-api"

    contract = contracts.read(example, load.load((example / "fairway.toml").read_text()))

    assert contract.find("DATABASE_URL") is not None
    assert contract.required == ()
