"""An account of AWS for commands that run as processes of their own: moto's server on loopback."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
ACCOUNT = "123456789012"
PASSWORD = f"{ACCOUNT}-auth-token"
"""What moto answers to everybody who logs in to ECR."""


@dataclass
class AwsAccount:
    """`url` is where AWS answers."""

    url: str
    clients: dict[str, Any] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to reach it, and nothing of this machine's own configuration."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "nobodys",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
        return self.clients[service]

    def make_stack(self, name: str, app: str, outputs: Mapping[str, str]) -> None:
        """A stack that puts out these values."""
        template = {
            "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{name}"}}},
            "Outputs": {key: {"Value": value} for key, value in outputs.items()},
        }
        tags = [{"Key": "fairway:app", "Value": app}]
        self.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), Tags=tags)

    def put_secret(self, name: str, values: Mapping[str, str]) -> str:
        """A secret with a version; the version's id."""
        made = self.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(values))
        return str(made["VersionId"])


@contextlib.contextmanager
def running() -> Iterator[AwsAccount]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield AwsAccount(url=f"http://{host}:{port}")
    finally:
        server.stop()


def python() -> str:
    return str(Path(sys.executable))
