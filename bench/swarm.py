"""A Docker Swarm of one node on a Docker Engine of its own, beside the machine's: what Fairway is compared with.

The same images run there. The kernel of a small machine may have no IPVS, so a service has no virtual address: its
tasks are found by DNS (`--endpoint-mode dnsrr`), by a HAProxy in front that asks Docker's name server for them every
100 ms. That is the shortest way that Swarm has without its mesh.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import engine_api
from sandbox import answer, until
from support import second_docker
from support.second_docker import SecondDocker

NETWORK = "front"
GATEWAY = "docker_gwbridge"
"""The bridge by which the host reaches Swarm's containers."""
FRONT = """\
global
    maxconn 2000
defaults
    mode http
    retries 5
    retry-on conn-failure empty-response
    option redispatch 1
    timeout connect 300ms
    timeout client 1h
    timeout server 1h
resolvers docker
    nameserver swarm 127.0.0.11:53
    hold valid 100ms
    hold nx 0s
    hold obsolete 0s
    hold timeout 0s
    timeout resolve 100ms
    timeout retry 100ms
frontend in
    bind 0.0.0.0:8080
    default_backend tasks
backend tasks
    server-template task 20 tasks.web:3000 resolvers docker init-addr none check inter 100ms fall 1 rise 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swarm:
    """The engine, and the address of the load balancer in front of its service."""

    docker: SecondDocker
    front: str

    def tasks(self) -> dict[str, str]:
        """The running containers of the service with their images."""
        with asked(self.docker.host):
            found = engine_api.containers("com.docker.swarm.service.name=web")
        return {container: str(each["Image"]) for container, each in found.items()}

    def serves(self) -> bool:
        """Whether a request through the load balancer is answered."""
        return answer(f"http://{self.front}:8080/") is not None

    def create(self, image: str, replicas: int, *options: str) -> None:
        """The service, and wait until it serves."""
        self.docker.run(
            *("service", "create", "--quiet", "--name", "web", "--network", NETWORK, "--endpoint-mode", "dnsrr"),
            *(
                "--replicas",
                str(replicas),
                "--env",
                "PORT=3000",
                "--limit-cpu",
                "1",
                "--limit-memory",
                "512m",
                "--init",
            ),
            *("--no-resolve-image", *options, image),
        )
        until(lambda: len(self.tasks()) == replicas and self.serves())

    def remove(self) -> None:
        """The service, and wait until its tasks are gone."""
        self.docker.run("service", "rm", "web")
        until(lambda: not self.tasks())


@contextlib.contextmanager
def asked(host: str) -> Iterator[None]:
    """What is asked inside is asked of that daemon."""
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = host
    try:
        yield
    finally:
        os.environ.pop("DOCKER_HOST")
        if before is not None:
            os.environ["DOCKER_HOST"] = before


@contextlib.contextmanager
def running(images: Sequence[str]) -> Iterator[Swarm]:
    """A swarm that has these images of the machine's own engine; gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="fairway-bench-swarm-", dir="/var/tmp"))
    with second_docker.running(root, number=9) as docker:
        docker.take(*images)
        docker.run("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:0")
        docker.run("network", "create", "--driver", "overlay", "--attachable", NETWORK)
        command = ("run", "--detach", "--name", "front", "--network", NETWORK, images[0], "sleep", "infinity")
        front = docker.run(*command).stdout.strip()
        docker.run("network", "connect", "bridge", front)
        with asked(docker.host):
            inside, address = engine_api.process(front), engine_api.address(front, "bridge")
        (root / "front.cfg").write_text(FRONT)
        program = ("nsenter", f"--net=/proc/{inside}/ns/net", "haproxy", "-db", "-f", str(root / "front.cfg"))
        with (root / "front.log").open("w") as log:
            proxy = subprocess.Popen(program, stdout=log, stderr=log)
        try:
            yield Swarm(docker=docker, front=address)
        finally:
            proxy.kill()
            proxy.wait()
            docker.run("swarm", "leave", "--force", check=False)
