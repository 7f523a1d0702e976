"""One instance at a time: a lock that the kernel lets go of when its holder dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedbot.errors import BusyError


@contextmanager
def only_instance(path: Path, who: str) -> Iterator[None]:
    """Hold the lock file `path`, and write into it `who` holds it (one line: command, process id, since when).

    Raises BusyError naming the first instance. The file stays where it is: taking it away would let two hold two
    files of one name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise BusyError(
                str(path),
                "another instance is running: {who}",
                hint="wait for it, or stop it first",
                who=file.read(200).strip() or "?",
            ) from error
        file.truncate(0)
        file.write(f"{who}\n")
        file.flush()
        yield
