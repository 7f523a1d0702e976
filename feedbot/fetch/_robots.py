"""robots.txt, read by the rule: RFC 9309."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

PRODUCT = "feedbot"
"""Our product token (RFC 9309, 2.2.1): what a publisher writes after `User-agent:` to mean us."""
MOST_BYTES = 500 * 1024
"""What is read of a robots.txt at least and at most (RFC 9309, 2.5)."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for us: (allowed, path pattern) in the order they stand. None at all: everything is allowed."""

    rules: tuple[tuple[bool, str], ...] = ()

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be asked: the longest matching pattern decides, and of two as long the one that
        allows (RFC 9309, 2.2.2). /robots.txt itself is always allowed."""
        parts = urlsplit(url)
        path = _octets(parts.path or "/") + (f"?{_octets(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allowed) for allowed, pattern in self.rules if _matches(pattern, path)]
        return max(matching)[1] if matching else True


def parse(body: bytes) -> Robots:
    """Read the groups that name us, or else those for everybody; several of one name count as one (2.2.1)."""
    ours: list[tuple[bool, str]] = []
    everybodys: list[tuple[bool, str]] = []
    named = False
    agents: list[str] = []
    reading_agents = False
    for key, value in _lines(body):
        if key == "user-agent":
            agents = [*agents, _token(value)] if reading_agents else [_token(value)]
            reading_agents = True
            named |= agents[-1] == PRODUCT
        elif key in ("allow", "disallow"):
            reading_agents = False
            if value and PRODUCT in agents:
                ours.append((key == "allow", _octets(value)))
            if value and "*" in agents:
                everybodys.append((key == "allow", _octets(value)))
    return Robots(tuple(ours if named else everybodys))


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
    for line in re.split(r"\r\n|\r|\n", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _token(value: str) -> str:
    """Return the product token of a User-agent line: of `feedbot/2.0` only `feedbot`."""
    return "*" if value == "*" else re.split(r"[^A-Za-z_-]", value, maxsplit=1)[0].lower()


def _octets(text: str) -> str:
    """Write what is and what is not percent-encoded alike, so that both compare (RFC 9309, 2.2.2)."""
    return quote(unquote_to_bytes(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe="/?&=*$:;,@!+()'~%")


def _matches(pattern: str, path: str) -> bool:
    """Match from the start; `*` is any run of characters and a last `$` the end (RFC 9309, 2.2.3).

    Piece by piece, not by a regular expression: a hostile run of stars costs nothing.
    """
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    for piece in rest[:-1] if anchored else rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)
