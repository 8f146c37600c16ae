"""An app whose image has psql: its command applies a folder of SQL files, and its server asks the database.

The migration command is a shell script with the same table as Fairway's own for plain SQL files, so that what it has
pending can be read. What it does besides is written into each image: print, wait, ask, go elsewhere.
"""

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping

from fairway.domain.image import Image
from support import docker_room

BASE = "postgres:15"
NAME = f"t-guard/app-{os.getpid()}"
SCRIPT = r"""#!/bin/sh
set -eu
URL=${HARD_CODED:-$DATABASE_URL}
run() { psql -X -q -w -v ON_ERROR_STOP=1 "$URL" "$@"; }
run -c "CREATE TABLE IF NOT EXISTS fairway_migrations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE, checksum text NOT NULL, finished_at timestamptz)" 2>/dev/null || true
for file in /app/migrations/*.sql; do
  name=$(basename "$file")
  if [ "$(run -At -c "SELECT count(*) FROM fairway_migrations WHERE name = '$name'")" = 0 ]; then
    echo "applying $name"
    sum=$(sha256sum "$file" | cut -d' ' -f1)
    run -1 -c "INSERT INTO fairway_migrations (name, checksum, finished_at) VALUES ('$name', '$sum', now())" -f "$file"
  fi
done
"""
SERVER = r"""
use IO::Socket::INET;
$| = 1;
my $listen = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1);
print "listens\n";
while (my $client = $listen->accept) {
  my $line = <$client>;
  while (defined(my $head = <$client>)) { last if $head =~ /^\r?\n$/ }
  my ($status, $body) = ('200 OK', 'well');
  if ($line =~ m{ /orders}) {
    $body = `psql -X -At -w "\$DATABASE_URL" -c "$ENV{QUERY}" 2>&1`;
    $status = '500 Error' if $?;
    print $body if $?;
  }
  print $client "HTTP/1.1 $status\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
  close $client;
}
"""


def build(
    migrations: Mapping[str, str], *, query: str = "SELECT count(*) FROM orders", script: str = SCRIPT, **variables: str
) -> Image:
    """The image, by its id."""
    settings = "".join(f'ENV {name}="{value}"\n' for name, value in {"QUERY": query, **variables}.items())
    dockerfile = (
        f"FROM {BASE}\nENTRYPOINT []\nWORKDIR /app\nCOPY . /app/\n{settings}USER postgres\n"
        'CMD ["perl", "/app/server.pl"]\n'
    )
    files = {"Dockerfile": dockerfile, "migrate": script, "server.pl": SERVER}
    files |= {f"migrations/{name}": text for name, text in migrations.items()}
    done = subprocess.run(
        ["docker", "build", "--quiet", "--tag", NAME, "-"],
        input=archive(files),
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )
    return Image(
        repository=NAME, digest=docker_room.docker("image", "inspect", "-f", "{{.Id}}", NAME).strip() or str(done)
    )


def archive(files: Mapping[str, str]) -> bytes:
    """A tar of the files, each executable."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o755
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
