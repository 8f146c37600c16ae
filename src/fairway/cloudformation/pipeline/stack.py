"""The PIPELINE stack: from a push to the environments, by CodePipeline and CodeBuild.

What a stage does is `fairway stage`, the same program as on one machine; here stands when it runs, under which role,
and what it is handed. What of an app CodePipeline can't do is refused (`pipelining.unfit`).
"""

from typing import Any

from troposphere import GetAtt, Output, Parameter, Ref, Template, codeconnections, codepipeline, scheduler

from fairway.cloudformation import asked, wires
from fairway.cloudformation.pipeline import artifacts, guarded, projects, pulls, stages, starting
from fairway.cloudformation.roles import act_permissions, permissions
from fairway.cloudformation.roles import making as roles
from fairway.domain.app import App, Environment
from fairway.domain.aws import cron, names, pipelining, triggers
from fairway.domain.aws.acting import commands
from fairway.domain.aws.unfit import findings
from fairway.domain.schedule import Schedule
from fairway.errors import UsageError

CONNECTION, PIPELINE = "ForgeConnection", "CodePipeline"


def make(app: App, version: str) -> Template:
    """The template; `version` is the Fairway that the stages install. Raises UsageError with all that AWS can't do."""
    _check(app)
    template = Template(Description=f"{app.name}: the pipeline, by Fairway")
    template.add_parameter(Parameter(wires.REPOSITORY_ARN, Type="String"))
    template.add_parameter(Parameter(wires.TEMPLATES, Type="String"))
    connection = _connect(template, app)
    artifacts.add(template)
    _add_build(template, app, version, connection)
    _add_deployments(template, app, version)
    _add_pipeline(template, app, connection)
    pulls.add(template, app, version, connection)
    if app.source.schedule is not None:
        _add_schedule(template, app, app.source.schedule)
    template.add_output(Output(wires.PIPELINE, Value=Ref(PIPELINE)))
    template.add_output(Output(wires.CONNECTION, Value=connection))
    return template


def _check(app: App) -> None:
    asked.aws(app)
    if problems := pipelining.unfit(app):
        raise UsageError(
            f"the pipeline of {app.name} can't be had on AWS as fairway.toml describes it",
            why="; ".join(f"{each.key}: {each.message}" for each in problems),
            hint=problems[0].hint,
            findings=findings(problems),
        )


def _connect(template: Template, app: App) -> Any:
    """The ARN of the connection that fairway.toml names; else of one that is made here, and waits for somebody to
    authorize it in the console."""
    repository = asked.aws(app).repository
    if repository.connection is not None:
        return repository.connection
    template.add_resource(
        codeconnections.Connection(
            CONNECTION, ConnectionName=names.connection(app.name), ProviderType=repository.provider.value
        )
    )
    return Ref(CONNECTION)


def _add_build(template: Template, app: App, version: str, connection: Any) -> None:
    template.add_resource(
        roles.make(
            "BuildRole",
            "codebuild.amazonaws.com",
            names.path(app.name),
            permissions.build(app, connection),
            source=permissions.arn("codebuild", f"project/{names.project(app.name, 'build')}"),
        )
    )
    projects.add_build(template, app, version, "BuildRole")


def _add_deployments(template: Template, app: App, version: str) -> None:
    for name in app.stages:
        environment = app.environment(name)
        if environment is None:
            continue
        stage = f"deploy-{name}"
        template.add_parameter(Parameter(wires.services_role(name), Type="String"))
        role = names.logical(stage, "role")
        template.add_resource(
            roles.make(
                role,
                "codebuild.amazonaws.com",
                names.path(app.name, name, "deploy"),
                permissions.deploy(app, environment),
                source=permissions.arn("codebuild", f"project/{names.project(app.name, stage)}"),
                parts=guarded.add(template, app, environment, role),
            )
        )
        projects.add_deploy(template, app, environment, version, role)
        if environment.actions:
            _add_actions(template, app, environment, version)


def _add_actions(template: Template, app: App, environment: Environment, version: str) -> None:
    if commands(environment):
        for parameter in (wires.action_role(environment.name), wires.action_task_role(environment.name)):
            template.add_parameter(Parameter(parameter, Type="String"))
    stage = permissions.actions(environment)
    role = names.logical(stage, "role")
    template.add_resource(
        roles.make(
            role,
            "codebuild.amazonaws.com",
            names.path(app.name, environment.name, "act"),
            act_permissions.act(app, environment),
            source=permissions.arn("codebuild", f"project/{names.project(app.name, stage)}"),
        )
    )
    projects.add_actions(template, app, environment, version, role)


def _add_pipeline(template: Template, app: App, connection: Any) -> None:
    template.add_resource(
        roles.make(
            "PipelineRole",
            "codepipeline.amazonaws.com",
            names.path(app.name),
            permissions.pipeline(app, connection),
            source=permissions.arn("codepipeline", names.pipeline(app.name)),
        )
    )
    pipeline = codepipeline.Pipeline(
        PIPELINE,
        Name=names.pipeline(app.name),
        PipelineType="V2",
        ExecutionMode=app.mode.value,
        RoleArn=GetAtt("PipelineRole", "Arn"),
        ArtifactStore=codepipeline.ArtifactStore(Type="S3", Location=Ref(permissions.ARTIFACTS)),
        Stages=stages.make(app, connection),
        # A change of the pipeline is made by `fairway aws up`, which starts it when it has something to do.
        RestartExecutionOnUpdate=False,
    )
    if filters := triggers.pushes(app.source):
        pipeline.Triggers = [starting.of_pushes(filters)]
    template.add_resource(pipeline)


def _add_schedule(template: Template, app: App, schedule: Schedule) -> None:
    """At its times the pipeline is started, with the branch's newest commit."""
    pipeline = permissions.arn("codepipeline", names.pipeline(app.name))
    template.add_resource(
        roles.make(
            "ScheduleRole",
            "scheduler.amazonaws.com",
            names.path(app.name),
            permissions.schedule(pipeline),
            # Scheduler names the group as its source; one that names none is in this.
            source=permissions.arn("scheduler", "schedule-group/default"),
        )
    )
    template.add_resource(
        scheduler.Schedule(
            "Schedule",
            Description=f"{app.name}: a deployment at set times, by Fairway",
            ScheduleExpression=cron.expression(schedule.cron),
            ScheduleExpressionTimezone=schedule.zone,
            FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
            Target=scheduler.Target(
                Arn=pipeline,
                RoleArn=GetAtt("ScheduleRole", "Arn"),
                # As on one machine, a time that was missed is caught up on within the hour.
                RetryPolicy=scheduler.RetryPolicy(MaximumEventAgeInSeconds=3600, MaximumRetryAttempts=5),
            ),
            DependsOn=PIPELINE,
        )
    )
