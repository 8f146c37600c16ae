"""Runs acme2certifier, in its own environment: `acme_launcher.py SETTINGS.json`. See `acme_server`.

Two things of it are set from outside, for a test has neither a public DNS nor port 80: names stand for addresses in the
file `names` (read at each question), and requests go to the port `web` of these addresses.
"""

import json
import os
import runpy
import socketserver
import sys
import time
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

SETTINGS = json.loads(Path(sys.argv[1]).read_text())
os.environ["ACME_SRV_CONFIGFILE"] = SETTINGS["config"]
os.environ["ACME_SRV_DB_HANDLER"] = "wsgi"

import acme2certifier  # noqa: E402
from acme2certifier.acme_srv import helper  # noqa: E402
from acme2certifier.acme_srv.helpers import network  # noqa: E402


def resolve(logger, host, dnssrv=None, catch_all=False):
    """As `helper.fqdn_resolve`: the addresses, whether there are none, and why."""
    names = Path(SETTINGS["names"])
    while (found := json.loads(names.read_text()).get(host)) == "held":
        names.with_name(f"asked-{host}").touch()
        time.sleep(0.1)
    return ([found], False, None) if found else (None, True, f"NXDOMAIN looking up A for {host}")


helper.fqdn_resolve = resolve
network._http_url_host = lambda address: f"{address}:{SETTINGS['web']}"
network._http_host_header = lambda host: host
wsgi = runpy.run_path(str(Path(acme2certifier.__file__).parent / "share" / "acme2certifier_wsgi.py"))


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def address_string(self):
        return self.client_address[0]


make_server(
    "127.0.0.1", SETTINGS["port"], wsgi["application"], server_class=Server, handler_class=Handler
).serve_forever()
