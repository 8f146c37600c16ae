"""200 servers killed at random under mixed loads of executions: what was lost, done twice, or left over. Its figure is
nought, or it is a fault; the seed of a round makes it again: `python bench/random_kills.py 1 --seed 4711`.

    python bench/random_kills.py [KILLS] [--seed SEED]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Kill, and print the figures; 1 when something was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args()
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory:
        command = [sys.executable, "-m", "support.fault_random", directory, str(given.seed), str(given.kills)]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    told = json.loads(done.stdout)
    print(f"random kills, seed {told['seed']}: " + ", ".join(f"{name} {n}" for name, n in told["figures"].items()))
    print("\n".join(told["wrong"]) or "none lost, none done twice, nothing left over, all ended as without a kill")
    return 1 if told["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
