"""Disks that are really full, and a PostgreSQL of one's own on such disks."""

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.conftest import missing

NOBODY_ELSE = "-c listen_addresses='' -c unix_socket_directories={0} -c max_connections=20 -c shared_buffers=16MB"
LEAN = "-c fsync=off -c autovacuum=off -c max_wal_size=8MB -c min_wal_size=2MB"
BLOCK = 4096


class Disk:
    """A file system of its own, of few megabytes."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.ballast = self.folder / "ballast"

    def fill(self):
        """Leave not one byte free."""
        with self.ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, BLOCK):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def empty(self):
        self.ballast.unlink(missing_ok=True)


@contextmanager
def disk(folder, megabytes, owner=""):
    """Give a disk of that size, which only `owner` may enter."""
    if os.geteuid() != 0:
        missing("root, who may make a small disk")
    folder.mkdir()
    mine = f",uid={owner},gid={owner},mode=700" if owner else ""
    told = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m{mine}", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        missing(f"the right to make a small disk ({told.stderr.strip()})")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


class Cluster:
    """A PostgreSQL of its own, whose tables and whose log of writes lie on disks of their own."""

    def __init__(self, folder, tables, writes):
        self.folder, self.tables, self.writes = folder, tables, writes
        self.data = tables.folder / "data"

    def run(self, program, *words):
        """Run one of PostgreSQL's programs as its user; how it ended."""
        command = ["prlimit", "--core=0", "runuser", "-u", "postgres", "--", str(programs() / program), *words]
        with (self.folder / "told").open("ab") as told:
            return subprocess.run(command, stdout=told, stderr=told, cwd="/", check=False, timeout=60).returncode

    def make(self):
        lean = ("--wal-segsize=1", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        assert self.run("initdb", "-D", str(self.data), "-X", str(self.writes.folder / "log"), *lean) == 0
        self.start()

    def start(self):
        """Start it, as whoever runs it does."""
        options = f"{NOBODY_ELSE.format(self.folder)} {LEAN}"
        told = self.folder / "log"
        assert self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(told), "-o", options) == 0

    def stop(self):
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data))

    @property
    def runs(self):
        return self.run("pg_ctl", "status", "-D", str(self.data)) == 0

    @property
    def said(self):
        """What its log says."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def url(self, name):
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def copy(self, database, name):
        """Copy a database, and see to it that a crash finds the copy's sequences where they are.

        A copied sequence believes that its next values stand in the log already; they do for the one it was copied
        from. The first value after a checkpoint is logged in any case.
        """
        self.ask(f"CREATE DATABASE {name} TEMPLATE {database}")
        self.ask("CHECKPOINT")

    def ask(self, query, name="postgres"):
        """Ask one thing past the product; give the first value."""
        with psycopg.connect(f"host={self.folder} user=postgres dbname={name}", autocommit=True) as connection:
            found = connection.execute(query)
            return found.fetchone()[0] if found.description else None


def programs():
    """The folder of the newest PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[4]))
    return found[-1].parent if found else missing("PostgreSQL's own programs")


@contextmanager
def cluster(tables, writes):
    """Start a PostgreSQL with so many megabytes for its tables and for its log of writes."""
    programs()
    folder = Path(mkdtemp(prefix="full-"))
    shutil.chown(folder, "postgres", "postgres")
    with ExitStack() as given:
        given.callback(shutil.rmtree, folder, ignore_errors=True)
        disks = [given.enter_context(disk(folder / name, size, "postgres")) for name, size in
                 (("tables", tables), ("writes", writes))]  # fmt: skip
        made = Cluster(folder, *disks)
        given.callback(made.stop)
        made.make()
        yield made
