"""An environment on AWS that has to be closed for its next migration: the release that serves fails on that schema."""

from collections.abc import Callable, Mapping, Sequence

from fairway.adapters.memory.trials import Bearing
from fairway.cloudformation import synthesis
from fairway.cloudformation.synthesis import Given
from fairway.domain.app import App
from fairway.domain.aws import doors, names
from fairway.domain.aws.stack import Kind, Stack
from fairway.pipeline.cloud.closing import StackDoors
from fairway.pipeline.cloud.leaving import Leaving
from fairway.ports.trials import TrialSpec
from fairway.provision.raising import Wish
from support.cloud_deploy import CLUSTER, SERVICES
from support.cloud_guard import GUARDED, GuardedCloud, raise_up
from support.cloud_stage import APP, PRODUCTION
from support.guard_world import TABLE, URL

SMOKE = '[[migrations.smoke]]\npath = "/orders"\n'
CLOSING = GUARDED + "maintenance = true\n" + SMOKE
SCALING = 'scaling = { min = 3, max = 9, metric = "cpu", target = 60 }\n'
SCALED = CLOSING.replace("port = 3000\n", "port = 3000\n" + SCALING)
WEB = CLUSTER, names.family(APP, PRODUCTION, "web")


_made: dict[str, Sequence[Stack]] = {}


def synthesize(app: App, given: Given) -> Sequence[Stack]:
    """The app's own stacks, as far as a deployment to production looks at them. Those that were asked for before are
    not made anew, which takes longest of all."""
    key = repr((app, given))
    if key not in _made:
        every = synthesis.synthesize(app, given)
        beside = [each for each in every if each.kind is Kind.SERVICES and each.environment != PRODUCTION]
        _made[key] = [each for each in every if each.kind is not Kind.PIPELINE and each not in beside]
    return _made[key]


async def begin(text: str = CLOSING) -> GuardedCloud:
    """The first release serves, under the app's own templates; the second one brings another migration."""
    world = GuardedCloud(synthesize=synthesize)
    await world.database.prepare()
    await raise_up(world, text, {"DATABASE_URL": URL})
    await world.deploy(world.handover(text=text))
    world.said.clear()
    world.database.script.downs.clear()
    world.bring("2_note")
    world.database.trials.bears = only_the_old_fails(world)
    return world


def only_the_old_fails(world: GuardedCloud) -> Callable[[TrialSpec, Mapping[str, str]], Bearing]:
    """The first release fails on a copy with the second one's migration."""

    def bears(spec: TrialSpec, variables: Mapping[str, str]) -> Bearing:
        copy = next(each for each in world.database.scratches.there.values() if each.network == spec.network)
        applied = [row["name"] for row in world.database.world.at(copy.address).rows[TABLE]]
        fails = "2_note" in applied and variables["FAIRWAY_RELEASE"] == "1"
        return Bearing(answers={"/orders": 500 if fails else 200}, lines=("no column code",))

    return bears


def make_doors(world: GuardedCloud) -> StackDoors:
    """The doors of the environment, as its stage has them."""
    cloud = world.connect("eu-central-1")
    environment = world.app(CLOSING).environment(PRODUCTION)
    assert environment is not None
    return StackDoors(
        parts=cloud.parts,
        leaving=Leaving(stacks=world.stacks, rollouts=world.ecs, clock=cloud.parts.clock),
        environment=environment,
        wish=lambda: Wish(app=APP, until=cloud.parts.clock.now() + 3600.0),
    )


def door(world: GuardedCloud) -> str:
    """Of the services' stack, as it is at this moment."""
    return world.stacks.held[SERVICES].seen.parameters[doors.PARAMETER]


def count(world: GuardedCloud) -> object:
    """The service's count as the stack has it, None: it is left out."""
    return world.stacks.held[SERVICES].resources["RunningWeb"].properties.get("DesiredCount")
