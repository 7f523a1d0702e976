"""feedbot blocklist: ask the DNS block lists now, and show what they said last."""

import time
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("whether the servers' addresses stand on DNS block lists"))
    app.add_typer(group, name="blocklist")
    group.command("check", help=tr("ask the lists now, and draft what is due"))(check)
    group.command("status", help=tr("how the lists fare, and which addresses stand on some"))(status)


def check() -> int:
    """Ask every list about every address; 3 where a list does not work or did not answer."""
    from feedbot import bootstrap
    from feedbot.cli._blocklists import block_watch
    from feedbot.pipeline.blocklists import watch

    config = _shell.load_config()
    wanted = block_watch(config)
    if not wanted.lists:
        raise ConfigError(
            "blocklists.lists", "no block list is configured", hint="config.example.toml explains every key"
        )
    report = watch(bootstrap.edges(config), wanted, time.sleep)
    _shell.show("{count} addresses asked about", count=report.asked)
    for one in report.made:
        _shell.show("draft {number}: {title}", number=one.id, title=one.notice.title)
    for place, failure in (*report.broken.items(), *report.unanswered.items()):
        _shell.say("{place}: {failure}", place=place, failure=failure)
    for server in report.homeless:
        _shell.say("{server}: no public address is known", server=server)
    return _shell.PARTLY if report.broken or report.unanswered else _shell.DONE


def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print lists and listed addresses; 1 where an address is listed."""
    from feedbot import store
    from feedbot.store import blocklists

    with store.reading(_shell.edges().database) as tx:
        lists, found = blocklists.states(tx), tuple(blocklists.standing(tx).values())
    if as_json:
        _shell.put(
            {
                "lists": [
                    {"zone": one.zone, "checked_at": one.checked_at, "failure": one.failure or None} for one in lists
                ],
                "listed": [
                    {
                        "address": one.address,
                        "server": one.server,
                        "since": one.since,
                        "lists": one.lists,
                        "draft": one.draft,
                    }
                    for one in found
                ],
            }
        )
    else:
        rows = [(one.zone, one.checked_at, one.failure or tr("works")) for one in lists]
        _shell.table(("list", "checked at", "state"), rows)
        listed = [(one.address, one.server, one.since, " ".join(one.lists), one.draft) for one in found]
        _shell.table(("ip address", "server", "since", "lists", "draft"), listed)
    return _shell.NO if found else _shell.DONE
