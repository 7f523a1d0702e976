"""Who is behind a command: the person who logged in, whatever user the command runs as.

1. the login uid (/proc/self/loginuid): the kernel keeps it through su and sudo, and no ordinary user can change it
2. else, for a process of root alone, SUDO_UID: anybody could set that variable, but only root could gain by it
3. else the uid

A uid with two OS names is one person, and so are two OS names that [people] maps to one display name.
"""

import os
import pwd
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNSET = 2**32 - 1
"""What the kernel writes where nobody logged in (a service, a container)."""


@dataclass(frozen=True, slots=True)
class Person:
    """`name` is what the audit log keeps. `accountable` is false for root with nobody behind it: that is no person."""

    name: str
    accountable: bool


def person(
    loginuid: int | None,
    uid: int,
    sudo_uid: str,
    names: Callable[[int], Sequence[str]],
    people: Mapping[str, str],
) -> Person:
    """Return who acts; `names(uid)` are the OS names of a uid, `people` maps OS names to display names."""
    behind = _behind(loginuid, uid, sudo_uid, names)
    known = tuple(names(behind)) or (f"uid{behind}",)
    mapped = [people[name] for name in known if name in people]
    return Person(mapped[0] if mapped else known[0], accountable=behind != 0 or bool(mapped))


def _behind(loginuid: int | None, uid: int, sudo_uid: str, names: Callable[[int], Sequence[str]]) -> int:
    if loginuid is not None and loginuid != UNSET:
        return loginuid
    if uid == 0 and sudo_uid.isascii() and sudo_uid.isdigit() and int(sudo_uid) < UNSET and names(int(sudo_uid)):
        return int(sudo_uid)
    return uid


def here(people: Mapping[str, str]) -> Person:
    """Return who is behind this process."""
    return person(_loginuid(), os.getuid(), os.environ.get("SUDO_UID", ""), lambda uid: _names(uid, people), people)


def _loginuid() -> int | None:
    try:
        return int(Path("/proc/self/loginuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _names(uid: int, people: Mapping[str, str]) -> tuple[str, ...]:
    """Return the first OS name of a uid, then those of its names that the configuration knows.

    The other way round, listing all users, is slow or switched off where they come from a directory service.
    """
    try:
        first = pwd.getpwuid(uid).pw_name
    except KeyError:
        return ()
    return (first, *(name for name in people if name != first and _uid(name) == uid))


def _uid(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError):  # ValueError: a name that no C string can hold
        return None
