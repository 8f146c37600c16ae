"""moto's server as a process of its own, with tasks of ECS that really run (`ecs_docker`). $t-ecs names it. A copy that
RDS restores is at the host $t-copies, where a real PostgreSQL stands for it.

python -c "from support import guard_server; guard_server.serve()"
"""

import io
import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from moto.rds.models import DBInstance
from moto.server import DomainDispatcherApplication, ThreadedMotoServer

from support import cloud_server, ecs_docker

ACCOUNT = "123456789012"
COPIES = "t-copies"
PORT = 5432


def serve() -> None:
    """Print the port, and serve until standard input ends."""
    cloud_server.mend()
    mend_instances()
    lead_to_copies(os.environ.get(COPIES, ""))
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


def lead_to_copies(host: str) -> None:
    """From now on the address of each copy is this host's; "": as moto has it."""
    address = DBInstance.address.fget
    assert address is not None

    def lead(self: DBInstance) -> str:
        return host if host and "-copy-" in self.db_instance_identifier else str(address(self))

    DBInstance.address = property(lead)


def mend_instances() -> None:
    """CloudFormation in moto hands an instance its parameter group itself, where RDS takes its name, gives it MySQL's
    port, and reads `${Instance.Endpoint.Address}` as the attribute Endpoint."""
    create = DBInstance.create_from_cloudformation_json.__func__  # type: ignore[attr-defined]

    def create_as_rds(cls: Any, resource_name: str, cloudformation_json: Any, *arguments: Any, **named: Any) -> Any:
        properties = cloudformation_json["Properties"]
        properties |= {"DBParameterGroupName": properties["DBParameterGroupName"].name, "Port": PORT}
        return create(cls, resource_name, cloudformation_json, *arguments, **named)

    DBInstance.create_from_cloudformation_json = classmethod(create_as_rds)
    DBInstance.has_cfn_attr = classmethod(lambda cls, attribute: attribute.startswith("Endpoint"))
    DBInstance.get_cfn_attribute = lambda self, attribute: str(self.address)
