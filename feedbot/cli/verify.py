"""feedbot verify: is this text signed by whom we trust, and what exactly was signed?"""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError, SignatureError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.signature import Keyring, UnsignedText, VerifiedText


_EXAMPLE = "for example 2014-01-15T10:00:00+09:00"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify", help=tr("verify a signed text"))(command)


def command(
    files: Annotated[list[Path], typer.Argument(help=tr("the clear-signed file, or the text of a detached signature"))],
    signature: Annotated[Path | None, typer.Option(help=tr("the detached signature"))] = None,
    keyring: Annotated[list[Path] | None, typer.Option(help=tr("files of public keys, armored or binary"))] = None,
    pin: Annotated[list[str] | None, typer.Option(help=tr("a trusted primary fingerprint; without: every key"))] = None,
    claims: Annotated[str | None, typer.Option(help=tr("the advisory number that the text must bear"))] = None,
    at: Annotated[str | None, typer.Option(help=tr("judge as of this time (RFC 3339)"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("print JSON"))] = False,
) -> int:
    """Verify the first file. `--keyring A B` means `--keyring A --keyring B`: files after the first are keys."""
    if len(files) > 1 and not keyring:
        raise ConfigError(str(files[1]), "one file at a time can be verified")
    return verify(files[0], signature, [*(keyring or []), *files[1:]], pin or [], claims, at, as_json)


def verify(
    file: Path,
    signature: Path | None,
    keyring: list[Path],
    pin: list[str],
    claims: str | None,
    at: str | None,
    as_json: bool,
) -> int:
    """Verify one file, print the verdict, and return 0 only for `verified`. Raises ConfigError for what cannot be
    used."""
    now = datetime.now(UTC)
    text = _judge(file, signature, keyring, pin, claims, _time(at, now), now)
    if as_json:
        _shell.put(as_object(text))
    else:
        _print(file, text)
    return _shell.DONE if _is_verified(text) else _shell.NO


def _judge(
    file: Path,
    signature: Path | None,
    keyring: list[Path],
    pin: list[str],
    claims: str | None,
    at: datetime | None,
    now: datetime,
) -> "VerifiedText | UnsignedText":
    from feedbot.signature import verify_detached, verify_file

    keys = _keyring(keyring)
    pins = _pins(pin, keys)
    body = _read(file)
    if signature is None:
        return verify_file(body, keyring=keys, pins=pins, now=now, claims=claims, at=at)
    return verify_detached(body, _read(signature), keyring=keys, pins=pins, now=now, claims=claims, at=at)


def _keyring(paths: list[Path]) -> "Keyring":
    from feedbot.signature import Keyring

    if not paths:
        raise ConfigError("--keyring", "at least one file of public keys is needed")
    try:
        return Keyring.load(paths)
    except SignatureError as error:
        raise ConfigError("--keyring", "{cause}", cause=error, hint=error.hint_template) from error


def _pins(given: list[str], keys: "Keyring") -> tuple[str, ...]:
    from feedbot.signature import fingerprint

    if not given:
        return tuple(key.fingerprint for key in keys.primaries)
    try:
        return tuple(fingerprint(text) for text in given)
    except SignatureError as error:
        raise ConfigError("--pin", "{cause}", cause=error) from error


def _time(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("--at", "not a time: {text}", text=text, hint=_EXAMPLE) from error
    if at.tzinfo is None:
        raise ConfigError("--at", "the offset is missing: {text}", text=text, hint=_EXAMPLE)
    if at > now:
        raise ConfigError("--at", "the time is in the future: {text}", text=text)
    return at


def _read(path: Path) -> bytes:
    from feedbot.signature import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(str(path), "cannot be read: {cause}", cause=error.strerror or error) from error


def _is_verified(text: "VerifiedText | UnsignedText") -> bool:
    from feedbot.signature import VerifiedText

    return isinstance(text, VerifiedText)


def as_object(text: "VerifiedText | UnsignedText") -> dict[str, object]:
    """Return the JSON of CLI.md.

    `text` is given only where the signature is good (verified, expired_key); `text_sha256` is of its UTF-8 form.
    """
    from feedbot.advisory import Verdict

    found = text.signature
    good = found.verdict in (Verdict.VERIFIED, Verdict.EXPIRED_KEY)
    made: dict[str, object] = {
        "verdict": found.verdict.value,
        "text": text.text if good else None,
        "text_sha256": sha256(text.text.encode()).hexdigest() if good else None,
        "fingerprint": found.fingerprint,
        "primary_fingerprint": found.primary_fingerprint,
        "signed_at": found.signed_at,
        "digest": found.digest,
        "reason": found.reason,
    }
    if found.as_of is not None:
        made["as_of"] = found.as_of
    return made


def _print(file: Path, text: "VerifiedText | UnsignedText") -> None:
    found = text.signature
    _shell.show("{file}: {verdict}", file=file, verdict=tr(WORDS[found.verdict.value]))
    if found.reason:
        _shell.show("  reason: {reason}", reason=found.reason)
    if found.primary_fingerprint:
        _shell.show("  key: {key}", key=found.primary_fingerprint)
    if found.signed_at:
        _shell.show("  signed: {time} ({digest})", time=found.signed_at, digest=found.digest)
    if found.as_of:
        _shell.show("  as of: {time}", time=found.as_of)


WORDS = {
    "verified": "verified",
    "expired_key": "good, but the key has expired since",
    "legacy_unverifiable": "too old to be verified",
    "bad": "NOT the signed text",
    "unknown_key": "signed by an unknown key",
    "wrong_signer": "signed by a key that is not trusted",
    "unsigned": "not signed",
    "malformed": "not a well-formed signed text",
    "refused": "refused",
}
"""How each verdict is told to a person."""
