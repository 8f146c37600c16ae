#!/bin/sh
# What the official image's entry point does, but for scripts in /docker-entrypoint-initdb.d: the first start makes the
# cluster with POSTGRES_USER, POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE), POSTGRES_DB, POSTGRES_INITDB_ARGS and
# POSTGRES_HOST_AUTH_METHOD; each one steps down from root and becomes the server. Options alone are the server's.
set -eu

case ${1:-} in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  find "$PGDATA" ! -user postgres -exec chown postgres {} +
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  password=${POSTGRES_PASSWORD:-}
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then password=$(cat "$POSTGRES_PASSWORD_FILE"); fi
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    echo "       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser." >&2
    exit 1
  fi
  file=$(mktemp)
  printf '%s\n' "$password" >"$file"
  # The official image makes the database while a server listens on the socket alone, so that who connects over the
  # network finds it whole; a single-user server does the same without a second start.
  eval "initdb --username=\"\$user\" ${password:+--pwfile=\"\$file\"} ${POSTGRES_INITDB_ARGS:-}"
  rm "$file"
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    name=$(printf %s "${POSTGRES_DB:-$user}" | sed 's/"/""/g')
    printf 'CREATE DATABASE "%s"\n' "$name" | postgres --single -D "$PGDATA" postgres >/dev/null
  fi
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
