"""The control groups' files of both versions, as the kernel writes them."""

from pathlib import Path

from fairway.adapters.docker import cgroups


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_version_1_has_a_tree_for_each_resource(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "proc/42/cgroup": "5:cpuacct,cpu:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/docker/abc\n",
            "memory/docker/abc/memory.limit_in_bytes": "536870912\n",
            "memory/docker/abc/memory.usage_in_bytes": "104857600\n",
            "memory/docker/abc/memory.max_usage_in_bytes": "204857600\n",
            "memory/docker/abc/memory.stat": "cache 9\ninactive_file 7\ntotal_inactive_file 4194304\n",
            "cpuacct/docker/abc/cpuacct.usage": "2500000000\n",
            "cpu/docker/abc/cpu.cfs_quota_us": "50000\n",
            "cpu/docker/abc/cpu.cfs_period_us": "100000\n",
        },
    )

    group = cgroups.find(42, tmp_path, tmp_path / "proc")

    assert group is not None
    assert (group.cpu_seconds(), group.cpu_limit) == (2.5, 0.5)
    assert (group.memory(), group.memory_limit, group.peak()) == (100663296, 536870912, 204857600)


def test_version_1_writes_no_limit_as_numbers(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "proc/42/cgroup": "5:cpuacct,cpu:/x\n4:memory:/x\n",
            "memory/x/memory.limit_in_bytes": "9223372036854771712\n",
            "cpu/x/cpu.cfs_quota_us": "-1\n",
            "cpu/x/cpu.cfs_period_us": "100000\n",
        },
    )

    group = cgroups.find(42, tmp_path, tmp_path / "proc")

    assert group is not None
    assert (group.cpu_limit, group.memory_limit) == (None, None)


def test_version_2_has_one_tree(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "proc/42/cgroup": "0::/system.slice/docker-abc.scope\n",
            "system.slice/docker-abc.scope/memory.max": "max\n",
            "system.slice/docker-abc.scope/memory.current": "104857600\n",
            "system.slice/docker-abc.scope/memory.stat": "anon 1\nfile 2\ninactive_file 4194304\n",
            "system.slice/docker-abc.scope/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
            "system.slice/docker-abc.scope/cpu.max": "150000 100000\n",
        },
    )

    group = cgroups.find(42, tmp_path, tmp_path / "proc")

    assert group is not None
    assert (group.cpu_seconds(), group.cpu_limit) == (2.5, 1.5)
    assert (group.memory(), group.memory_limit, group.peak()) == (100663296, None, 100663296)


def test_a_process_that_is_gone_has_no_group(tmp_path: Path) -> None:
    assert cgroups.find(42, tmp_path, tmp_path / "proc") is None
