"""Read a body of bytes with a member, as tests hand one over."""

from io import BytesIO
from types import ModuleType

from feedbot.advisory import Quarantined
from feedbot.distro import Silent, Statement


def read(member: ModuleType, body: bytes, name: str = "a.json") -> list[Statement | Quarantined | Silent]:
    """Return all that a member makes of a file."""
    return list(member.read(BytesIO(body), name))


def statements(member: ModuleType, body: bytes, name: str = "a.json") -> list[Statement]:
    """Return the statements alone."""
    return [one for one in read(member, body, name) if isinstance(one, Statement)]
