"""Where the limits of builds are written, on trees that look like the kernel's."""

from pathlib import Path

from fairway.adapters.buildkit import limits

HOST = "unix:///var/run/docker.sock"


def test_cgroup_v1_gets_a_weight_and_a_memory_limit(tmp_path: Path) -> None:
    applied = limits.apply(docker_host=HOST, driver="cgroupfs", version="1", memory=512 * limits.MIB, root=tmp_path)

    assert applied.held
    assert (tmp_path / "cpu/docker/buildkit/cpu.shares").read_text() == "128\n"
    assert (tmp_path / "memory/docker/buildkit/memory.limit_in_bytes").read_text() == "536870912\n"


def test_cgroup_v2_gets_the_same_with_its_controllers_switched_on(tmp_path: Path) -> None:
    applied = limits.apply(docker_host=HOST, driver="cgroupfs", version="2", memory=512 * limits.MIB, root=tmp_path)

    assert applied.held
    assert (tmp_path / "docker/buildkit/cpu.weight").read_text() == "5\n"
    assert (tmp_path / "docker/buildkit/memory.max").read_text() == "536870912\n"
    assert (tmp_path / "docker/cgroup.subtree_control").read_text() == "+cpu +memory\n"


def test_where_nothing_can_reach_the_builds_it_is_said_why(tmp_path: Path) -> None:
    remote = limits.apply(docker_host="tcp://x:2375", driver="cgroupfs", version="2", memory=1, root=tmp_path)
    systemd = limits.apply(docker_host=HOST, driver="systemd", version="2", memory=1, root=tmp_path)
    unwritable = limits.apply(docker_host=HOST, driver="cgroupfs", version="1", memory=1, root=Path("/proc/nowhere"))

    assert not remote.held and "another host" in remote.text
    assert not systemd.held and "systemd" in systemd.text
    assert not unwritable.held and "can't be written" in unwritable.text


def test_a_small_host_keeps_half_a_gibibyte_for_the_tasks() -> None:
    gib = 1024 * limits.MIB

    assert [limits.memory_for(total * gib) / gib for total in (1, 2, 4, 24)] == [0.5, 1.5, 2, 12]
