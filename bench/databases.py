"""The PostgreSQL of a measurement: filled databases kept by size, and a fresh copy of one for each run."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from bench import FOLDER
from huixiang.jobs.checking import ROOT, start_postgres

COPY_NAME = "huixiang_bench_run"
LOCK = 20_260_101


class ServerTaken(Exception):
    """Another measurement uses the same PostgreSQL: both would disturb each other."""


def stage(database: str, *arguments: str) -> str:
    """Runs a stage of the measurement (`python -m bench ...`) on a database; gives what it printed."""
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def server(given: str) -> Iterator[str]:
    """The address of a server where databases may be made: the given one, or our own with its data in var/bench."""
    if given != "pgserver":
        with _alone(given):
            yield given
        return
    data = FOLDER / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huixiang-pg-", ignore_cleanup_errors=True) as folder:
        own = start_postgres(Path(folder), data)
        try:
            url = f"postgres://postgres@{quote(str(own.get_postmaster_info().socket_dir), safe='')}/postgres"
            with _alone(url):
                yield url
        finally:
            own.cleanup()


@contextmanager
def _alone(server_url: str) -> Iterator[None]:
    with psycopg.connect(server_url, autocommit=True) as holder:
        row = holder.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if row is None or not row[0]:
            raise ServerTaken("another measurement is running on this PostgreSQL")
        yield


def address(server_url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def recipe() -> str:
    """Changes whenever the schema or the way of filling does: a database filled otherwise is not used again."""
    here = Path(__file__).parent
    sources = [here / f"{name}.py" for name in ("filling", "histories", "wording", "copying")]
    sources += [ROOT / "src/huixiang/nlp/segment.py", *sorted(ROOT.glob("src/huixiang/*/migrations/0*.py"))]
    return hashlib.sha256(b"\0".join(p.read_bytes() for p in sources)).hexdigest()[:10]


def filled(server_url: str, cases: int) -> str:
    """The name of a database filled with so many cases; made if there is none yet."""
    name = f"huixiang_bench_{cases}_{recipe()}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        known = {row[0] for row in admin.execute("SELECT datname FROM pg_database")}
        if name in known:
            return name
        for old in known:
            if old.startswith((f"huixiang_bench_{cases}_", "huixiang_bench_half")):
                _drop(admin, old)
        # Under another name until it is whole, so that a broken-off filling is not taken for a database.
        admin.execute("CREATE DATABASE huixiang_bench_half ENCODING 'UTF8' TEMPLATE template0")
        stage(address(server_url, "huixiang_bench_half"), "fill", str(cases))
        admin.execute(
            sql.SQL("ALTER DATABASE huixiang_bench_half RENAME TO {}").format(sql.Identifier(name)),
        )
    return name


@contextmanager
def fresh_copy(server_url: str, name: str) -> Iterator[str]:
    """The address of a copy of a filled database, gone afterwards."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        _drop(admin, COPY_NAME)
        # Copies files instead of logging every page: the measurement does not begin with a backlog of WAL.
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        admin.execute(make.format(sql.Identifier(COPY_NAME), sql.Identifier(name)))
        admin.execute("CHECKPOINT")
        try:
            yield address(server_url, COPY_NAME)
        finally:
            _drop(admin, COPY_NAME)


def durability(server_url: str) -> dict[str, str]:
    """The settings on which the figures rest."""
    found = {}
    with psycopg.connect(server_url, autocommit=True) as admin:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        for name in names:
            row = admin.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
            found[name] = str(row[0]) if row else ""
    return found


def _drop(admin: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
