"""feedbot keys: the publishers' public keys, one home a source. A key is held until a person pins it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.signature import Key, SourceKeys

Home = Annotated[Path | None, typer.Option("--home", help=tr("the folder that holds the keys"))]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("the publishers' public keys"))
    app.add_typer(group, name="keys")
    group.command("import", help=tr("take keys in; they are held until pinned"))(keys_import)
    group.command("list", help=tr("list a source's keys"))(keys_list)
    group.command("pin", help=tr("trust a key from now on"))(keys_pin)
    group.command("expire", help=tr("list the keys that end soon"))(keys_expire)


def keys_import(source: str, files: list[Path], home: Home = None) -> int:
    """Take key files into a source's home and say what has to be compared and pinned."""
    from feedbot.signature import import_keys

    home = _home(home)
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(str(path), "cannot be read: {cause}", cause=error.strerror or error) from error
        for key in import_keys(home, source, data, str(path)):
            _shell.show("{path}: {key} {user}", path=path, key=key.fingerprint, user=key.user_id)
    for key in _known(home, source).held:
        _shell.show("held: compare {key} with what the publisher prints, then: feedbot keys pin", key=key.fingerprint)
    return _shell.DONE


def keys_list(source: str, home: Home = None) -> int:
    """Print the primary keys and subkeys of a source, with their state."""
    known = _known(_home(home), source)
    rows = [(key.fingerprint, _state(key, known), _day(key.expires), key.user_id) for key in known.keyring.keys]
    _shell.table(("fingerprint", "state of the key", "end of the key", "user id"), rows)
    return _shell.DONE


def keys_pin(source: str, fingerprint: str, home: Home = None) -> int:
    """Pin a primary key by all its 40 digits."""
    from feedbot.signature import pin

    key = pin(_home(home), source, fingerprint)
    _shell.show("{key} is trusted for {source} from now on", key=key.fingerprint, source=source)
    return _shell.DONE


def keys_expire(source: str, home: Home = None) -> int:
    """Print the keys that end within 60 days or have ended, and return 1 where there are any."""
    from feedbot.signature import expiring

    found = expiring(_known(_home(home), source).keyring.keys, datetime.now(UTC))
    if not found:
        _shell.show("no key of {source} ends within 60 days", source=source)
        return _shell.DONE
    rows = [(entry.key.fingerprint, _day(entry.expires), tr(_URGENCIES[entry.urgency.value])) for entry in found]
    _shell.table(("fingerprint", "end of the key", "how soon"), rows)
    return _shell.NO


def _home(given: Path | None) -> Path:
    from feedbot import bootstrap

    return given or bootstrap.key_home(_shell.settings.config)


def _known(home: Path, source: str) -> "SourceKeys":
    from feedbot.signature import source_keys

    return source_keys(home, source)


def _state(key: "Key", known: "SourceKeys") -> str:
    if key.revoked:
        return tr("revoked key")
    if key.weak:
        return tr("too weak a key")
    return tr("pinned: trusted") if key.primary in known.pins else tr("held until pinned")


def _day(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d}" if time else tr("no end")


_URGENCIES = {"warn": "within 60 days", "alarm": "within 14 days", "expired": "has expired"}
