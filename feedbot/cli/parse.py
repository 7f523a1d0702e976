"""feedbot parse: read a publisher's file, and print each advisory in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.advisory import Advisory, Quarantined
    from feedbot.signature import Keyring


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("parse", help=tr("read a publisher's file and print its advisories"))(command)


def command(
    file: Annotated[Path, typer.Argument()],
    source: Annotated[str, typer.Option("--source", help=tr("the member that reads it, such as jpcert"))],
    key: Annotated[list[Path] | None, typer.Option("--key", help=tr("the publisher's keys"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("print JSON Lines"))] = False,
) -> int:
    """Take the command line's words."""
    return parse(_shell.need_file(file), source, key or [], as_json)


def parse(file: Path, source: str, key: list[Path], as_json: bool) -> int:
    """Read `file` with the member `source` and print what is in it, in order.

    Every primary key in `key` is trusted; without any, a signed text is read but not verified. Returns 0, or 3 where
    something was quarantined. Raises ConfigError for an unknown member or an unusable key, FetchError for a file that
    cannot be read.
    """
    from feedbot.advisory import Quarantined

    code = _shell.DONE
    for item in _items(file, source, key):
        if isinstance(item, Quarantined):
            code = _shell.PARTLY
        (_put if as_json else _show)(item)
    return code


def _items(file: Path, source: str, key: list[Path]) -> "Iterator[Advisory | Quarantined]":
    """Yield what the member reads; a document that is not its publisher's at all is one quarantined item."""
    from feedbot import fetch, members, signature
    from feedbot.advisory import Quarantined
    from feedbot.errors import SourceError
    from feedbot.fetch import file as files

    member = members.load("feedbot.source", source)
    now = datetime.now(UTC)
    document: fetch.Document = files.read(file, now)
    keyring = _keyring(key) if key else None
    pins = tuple(one.fingerprint for one in keyring.primaries) if keyring else ()
    try:
        yield from member.read(document, signature.judge_for(keyring, pins, now, document.transport))
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def _keyring(paths: list[Path]) -> "Keyring":
    from feedbot.errors import ConfigError, SignatureError
    from feedbot.signature import Keyring

    try:
        return Keyring.load(paths)
    except SignatureError as error:
        raise ConfigError("--key", "{cause}", cause=error, hint=error.hint_template) from error


def _put(item: "Advisory | Quarantined") -> None:
    from feedbot.advisory import Quarantined, advisory_json

    if isinstance(item, Quarantined):
        # Scripts compare the reason, so it is English whatever the operator's language.
        reason = item.reason.reason_template.format(**item.reason.values)
        _shell.put({"quarantined": reason, "item": item.where})
    else:
        _shell.put(advisory_json(item))


def _show(item: "Advisory | Quarantined") -> None:
    """Print an item for a person: what it is, how far it may be believed, whom it concerns."""
    from feedbot.advisory import Quarantined, UnreadRange

    if isinstance(item, Quarantined):
        _shell.show("quarantined: {item}: {reason}", item=item.where, reason=item.reason.reason())
        return
    print(f"{item.number}  {item.title}")
    _shell.show("  revision {revision}, signature {verdict}", revision=item.revision, verdict=item.signature.verdict)
    for one in item.affected:
        unread = isinstance(one.range, UnreadRange)
        template = "  affected, not understood: {evidence}" if unread else "  affected: {product} {range}"
        _shell.show(template, product=one.product, range=one.range, evidence=one.evidence)
    for fixed in item.fixed:
        _shell.show("  fixed: {product} {range}", product=fixed.product, range=fixed.range)
