"""A PostgreSQL of one's own with a streaming replica beside it."""

import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.full import Cluster, Disk, programs


class Replica(Cluster):
    """Follows another cluster."""

    def follow(self, primary):
        whole = ("-h", str(primary.folder), "-U", "postgres", "-D", str(self.data))
        assert self.run("pg_basebackup", *whole, "--write-recovery-conf", "--checkpoint=fast", "--no-sync") == 0
        self.start()

    def pause(self):
        """Follow no further."""
        self.ask("SELECT pg_wal_replay_pause()")

    def promote(self):
        """Be a database of its own from now on."""
        self.ask("SELECT pg_promote()")


def _place(given, kind, name):
    folder = Path(mkdtemp(prefix=f"{name}-"))
    given.callback(shutil.rmtree, folder, ignore_errors=True)
    for each in ("tables", "writes"):
        (folder / each).mkdir()
    for each in (folder, *folder.iterdir()):
        shutil.chown(each, "postgres", "postgres")
    return kind(folder, Disk(folder / "tables"), Disk(folder / "writes"))


@contextmanager
def replicated(fill):
    """Start both, once `fill(primary)` has filled the first: (primary, replica)."""
    programs()
    with ExitStack() as given:
        primary, replica = _place(given, Cluster, "primary"), _place(given, Replica, "replica")
        given.callback(primary.stop)
        primary.make()
        fill(primary)
        given.callback(replica.stop)
        replica.follow(primary)
        yield primary, replica
