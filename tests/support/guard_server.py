"""moto's server as a process of its own, with tasks of ECS that really run (`ecs_docker`). $t-ecs names it.

python -c "from support import guard_server; guard_server.serve()"
"""

import io
import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, ThreadedMotoServer

from support import cloud_server, ecs_docker

ACCOUNT = "123456789012"


def serve() -> None:
    """Print the port, and serve until standard input ends."""
    cloud_server.mend()
    tasks = ecs_docker.DockerTasks(os.environ[ecs_docker.LABEL], ACCOUNT)
    dispatch = DomainDispatcherApplication.__call__

    def answer(self: Any, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.startswith(ecs_docker.TARGET):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            said = tasks.answer(target, json.loads(body))
            if said is not None:
                start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
                return [json.dumps(said).encode()]
            environ["wsgi.input"] = io.BytesIO(body)
        answered: Iterable[bytes] = dispatch(self, environ, start_response)
        return answered

    DomainDispatcherApplication.__call__ = answer
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
