"""Who orders no certificate does not pay for the client that orders them."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.lengthy

HEAVY = ("acme", "josepy", "requests", "OpenSSL")


def test_a_server_that_orders_nothing_imports_no_client_of_acme() -> None:
    program = f"import fairway.bootstrap.assemble, sys; print([name for name in {HEAVY} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
