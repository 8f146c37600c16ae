"""A builder's folder goes with its process, whoever ends it."""

import signal
import subprocess
import sys
from pathlib import Path

from fairway.adapters.buildkit.workfolder import PREFIX, workfolder

HOLD = """\
import sys, time
from pathlib import Path
from fairway.adapters.buildkit.workfolder import workfolder
with workfolder(Path(sys.argv[1])) as folder:
    (folder / "Dockerfile").write_text("FROM scratch")
    print(folder, flush=True)
    time.sleep(60)
"""


def hold(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that has a folder there, and the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_the_folder_is_there_for_one_account_and_gone_at_the_end(tmp_path: Path) -> None:
    with workfolder(tmp_path) as folder:
        mode = folder.stat().st_mode & 0o777
        (folder / "deep").mkdir()

    assert mode == 0o700
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_and_a_living_one_s_stays(tmp_path: Path) -> None:
    dead, left = hold(tmp_path)
    living, kept = hold(tmp_path)
    kill(dead)
    assert left.exists()

    with workfolder(tmp_path) as own:
        seen = set(tmp_path.iterdir())
    kill(living)

    assert seen == {own, kept}


def test_a_link_of_that_name_is_left_alone_and_leads_nowhere(tmp_path: Path) -> None:
    place, other = tmp_path / "place", tmp_path / "other"
    place.mkdir()
    other.mkdir()
    (other / "file").touch()
    (place / f"{PREFIX}link").symlink_to(other)

    with workfolder(place):
        pass

    assert (other / "file").exists()
    assert (place / f"{PREFIX}link").is_symlink()
