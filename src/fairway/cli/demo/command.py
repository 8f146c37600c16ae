"""The command `fairway demo`; what it does is loaded when it is called."""

import click

from fairway.cli import options


@click.command("demo")
@click.option("--clean", "cleaning", is_flag=True, help="Remove everything that the demo made, and do nothing else.")
@options.as_json
def demo(cleaning: bool, as_json: bool) -> int:
    """Tell the whole story on a sample backend, with a server of its own: a first push, a second one under load, a
    killed task, a push that never becomes healthy, a migration, one that would lock and one that the data refuse, a
    rollback. Ends with 1 when a step did not hold."""
    from fairway import settings
    from fairway.cli.demo import telling

    root = settings.read().home / "demo"
    if not cleaning:
        return telling.tell(root, telling.docker_program(), as_json=as_json)
    telling.clean(root)
    telling.say("The demo is gone")
    return 0
