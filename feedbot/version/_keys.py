"""One door to the schemes: each is a member file with `key(version) -> bytes`."""

from feedbot import members


def schemes() -> tuple[str, ...]:
    """Return the names of the known schemes."""
    return members.names("feedbot.version")


def key(scheme: str, version: str) -> bytes:
    """Return the order-preserving key of `version`. Raises VersionError where the scheme cannot read it."""
    made = members.load("feedbot.version", scheme).key(version)
    assert isinstance(made, bytes)
    return made


def compare(scheme: str, left: str, right: str) -> int:
    """Return -1, 0 or 1 as `left` sorts before, with or after `right`."""
    a, b = key(scheme, left), key(scheme, right)
    return (a > b) - (a < b)
