"""What tests type into the sessions of commands inside tasks."""

from fairway.ports.shell import Session


async def interrupted(session: Session) -> int:
    """The exit code of a `cat` on a terminal that is sent Ctrl-C. It says itself that it runs: a shell that is about to
    start the next program may lose one."""
    await session.write(b"ping\n")
    printed = b""
    async for _, data in session.output():
        printed, before = printed + data, printed.count(b"ping")
        if before < 2 <= printed.count(b"ping"):  # once by the terminal, once by cat
            await session.write(b"\x03")
    return await session.exit_code()
