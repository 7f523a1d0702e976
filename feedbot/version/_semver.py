"""The precedence of Semantic Versioning 2.0.0 (section 11) as bytes, for the schemes that share it."""

from collections.abc import Iterable

from feedbot.version._encoding import number, word

_END, _NUMBER, _WORD, _RELEASE = (bytes([n]) for n in range(1, 5))


def precedence(release: Iterable[str], identifiers: Iterable[str], version: str) -> bytes:
    """Return the key of three numbers and the identifiers of a pre-release, of which a release has none.

    Numbers sort before words, fewer identifiers before more, a pre-release before its release. Raises VersionError,
    naming `version`, for a number that is too long.
    """
    numbers = b"".join(number(part, version) for part in release)
    coded = b"".join(_identifier(part, version) for part in identifiers)
    return numbers + (coded + _END if coded else _RELEASE)


def _identifier(part: str, version: str) -> bytes:
    return _NUMBER + number(part, version) if part.isdigit() else _WORD + word(part)
