"""Jobs with a schedule: EventBridge Scheduler runs their task at its times, in the time zone that they name.

It starts a task and looks no further. What is asked of a run after that, it can't do: another attempt when the command
failed, an end after `timeout`, waiting for the run before it (`concurrency`). `docs/reference/aws-mapping.md` says so.
A job without a schedule has a task definition, for whoever runs it.
"""

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, iam, scheduler

from fairway.cloudformation.services import closing, cluster, running, task_roles, tasks
from fairway.cloudformation.services.checks import within
from fairway.cloudformation.services.place import CLUSTER, HAS_IMAGE, Place
from fairway.domain.aws import cron, limits, names
from fairway.domain.job import Job
from fairway.domain.schedule import Schedule

GROUP, ROLE = "Timetable", "TimetableRole"


def add(template: Template, place: Place) -> None:
    """The schedules, their group, and the role by which they start tasks; nothing where no job has its times."""
    timed = [(job, job.schedule) for job in place.environment.jobs if job.schedule is not None]
    if not timed:
        return
    template.add_resource(scheduler.ScheduleGroup(GROUP))
    _add_role(template, place, [job for job, _ in timed])
    for job, schedule in timed:
        template.add_resource(_schedule(place, job, schedule))


def _schedule(place: Place, job: Job, schedule: Schedule) -> Any:
    retries = scheduler.RetryPolicy(
        MaximumEventAgeInSeconds=within(job.deadline, limits.START_AGE),
        MaximumRetryAttempts=limits.START_TRIES,
    )
    return scheduler.Schedule(
        names.logical("schedule", job.name),
        Condition=HAS_IMAGE,
        DependsOn=[cluster.PROVIDERS, *(_before(place))],
        Description=f"{job.name} of {place.environment.name}: {schedule}",
        GroupName=Ref(GROUP),
        ScheduleExpression=cron.expression(schedule.cron),
        ScheduleExpressionTimezone=schedule.zone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
        Target=scheduler.Target(
            Arn=GetAtt(CLUSTER, "Arn"),
            RoleArn=GetAtt(ROLE, "Arn"),
            RetryPolicy=retries,
            EcsParameters=_task(place, job),
        ),
        **closing.scheduled(place),
    )


def _before(place: Place) -> list[str]:
    """What opens an environment before its jobs begin again."""
    return [running.logical(each.name) for each in place.environment.services] if place.closes else []


def _task(place: Place, job: Job) -> Any:
    return scheduler.EcsParameters(
        TaskDefinitionArn=Ref(tasks.definition(job.name)),
        TaskCount=1,
        CapacityProviderStrategy=[
            scheduler.CapacityProviderStrategyItem(**each) for each in cluster.strategy(place, least=0)
        ],
        NetworkConfiguration=scheduler.NetworkConfiguration(
            AwsvpcConfiguration=scheduler.AwsVpcConfiguration(**place.network())
        ),
        EnableECSManagedTags=True,
        PropagateTags="TASK_DEFINITION",
    )


def _add_role(template: Template, place: Place, jobs: list[Job]) -> None:
    """It may start exactly these tasks, in this cluster, under exactly these roles."""
    here = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    families = [names.family(place.app.name, place.environment.name, job.name) for job in jobs]
    started = [Sub(f"{here}:task-definition/{family}:*") for family in families]
    in_cluster = {"ArnEquals": {"ecs:cluster": GetAtt(CLUSTER, "Arn")}}
    roles = [GetAtt(task_roles.EXECUTION, "Arn"), GetAtt(task_roles.TASK, "Arn")]
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    running = {"StringEquals": {"ecs:CreateAction": "RunTask"}}
    document = task_roles.document(
        task_roles.allow("ecs:RunTask", started, in_cluster),
        task_roles.allow("ecs:TagResource", Sub(f"{here}:task/{place.cluster}/*"), running),
        task_roles.allow("iam:PassRole", roles, to_tasks),
    )
    template.add_resource(
        iam.Role(
            ROLE,
            Path=place.role_path,
            AssumeRolePolicyDocument=_assumed(),
            Policies=[iam.Policy(PolicyName="run", PolicyDocument=document)],
        )
    )


def _assumed() -> dict[str, Any]:
    """Scheduler takes the role for this group's schedules, and for nobody else's ("Confused deputy prevention")."""
    return task_roles.document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
                "ArnEquals": {"aws:SourceArn": GetAtt(GROUP, "Arn")},
            },
        }
    )
