"""Where the output of each service and job goes. The groups outlive deployments, and go with the service or the job."""

from troposphere import Template, logs

from fairway.cloudformation import argued
from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names


def add(template: Template, place: Place) -> None:
    """One group for each."""
    for part in place.parts:
        template.add_resource(
            logs.LogGroup(
                logical(part),
                LogGroupName=names.log_group(place.app.name, place.environment.name, part),
                RetentionInDays=place.hosting.log_days,
                Metadata=argued.exceptions(argued.LOGS_KEY),
            )
        )


def logical(part: str) -> str:
    """Logical id of a group."""
    return names.logical("log", part)
