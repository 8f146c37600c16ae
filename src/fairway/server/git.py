"""git over HTTP: `/git/APP.git/…` through git's own `http-backend`, streamed both ways.

Only the three paths of the smart protocol, only to a repository of a known app, only with a token (as a Basic password
or as Bearer). Nothing is held in memory, however large the push. A refusal is plain text, which git shows its user as
`remote: …`.
"""

import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from fairway.adapters.git import command
from fairway.domain.ids import AppName
from fairway.errors import Conflict, NotFound, Unauthorized, UsageError
from fairway.server import auth, cgi, early, elsewhere
from fairway.services import Services

PATH = re.compile(r"/git/(?P<app>[^/]+)\.git/(?P<rest>info/refs|git-upload-pack|git-receive-pack)")
BACKEND = ("git", "http-backend")
SERVICES = (b"service=git-upload-pack", b"service=git-receive-pack")
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Fairway: any user name, the token as password"'}


class GitOverHttp:
    """An ASGI app; mounted at `/git`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of a git client."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        try:
            by = await auth.identify(self._services.tokens, Headers(scope=scope), basic=True)
            app, rest = await self._find(scope)
        except Unauthorized as error:
            await _say(401, f"{error.what}: {error.why}", CHALLENGE)(scope, receive, send)
        except (UsageError, Conflict) as error:
            text = error.what + (f"\n{error.hint}" if error.hint else "")
            await _say(error.http_status, text)(scope, receive, send)
        else:
            environment = {**self._environment(), "PATH_INFO": f"/{app}.git/{rest}", "REMOTE_USER": by}
            if rest == "git-receive-pack":
                async with early.listening(self._services.intake, AppName(app), by) as line:
                    given = {**environment, **line.environment}
                    # A push, once received, goes on to its hook; a clone that nobody waits for may end.
                    await cgi.serve(BACKEND, given, scope, receive, send, finish=True, hand=(line.end,))
            else:
                await cgi.serve(BACKEND, environment, scope, receive, send, finish=False)

    async def _find(self, scope: Scope) -> tuple[str, str]:
        found = PATH.fullmatch(scope["path"])
        if not found:
            raise NotFound("there is nothing here that git asks for", hint="the remote's URL ends in /git/APP.git")
        app, rest = found["app"], found["rest"]
        if rest == "info/refs" and scope["query_string"] not in SERVICES:
            raise NotFound("only git's smart protocol is served", hint="use git 1.6.6 or newer")
        known = await self._services.apps.get(app)
        return await elsewhere.require_here(self._services.sharing, known.name), rest

    def _environment(self) -> dict[str, str]:
        settings = self._services.settings
        root = settings.repositories
        given = {"GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "GIT_HOOK_RUN": str(settings.run)}
        return command.environment(root, given)


def _say(status: int, text: str, headers: dict[str, str] | None = None) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status_code=status, headers=headers)
