"""feedbot publish: let an approved notice out; outbox: what leaves; site: the public pages."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("publish", help=tr("let an approved notice out: the site and the mails"))(publish)
    outbox = typer.Typer(no_args_is_help=True, help=tr("mails on their way"))
    app.add_typer(outbox, name="outbox")
    outbox.command("status", help=tr("messages by state, and those that need a person"))(status)
    outbox.command("send", help=tr("send what is due now"))(send)
    outbox.command("resolve", help=tr("decide over an uncertain or failed message"))(resolve)
    site = typer.Typer(no_args_is_help=True, help=tr("the public 障害報告 pages"))
    app.add_typer(site, name="site")
    site.callback()(lambda: None)
    site.command("build", help=tr("build the pages anew"))(build)


def publish(draft: _shell.Number) -> int:
    """Publish a draft and send its mails; 3 where some are deferred or uncertain."""
    from feedbot.pipeline import publish as pipeline

    edges = _shell.edges()
    queued = pipeline.publish(edges, draft, _shell.decider())
    _shell.show("the site is built; {count} mails are queued", count=queued)
    if edges.shadow_operator:
        _shell.show(
            "trial: mails go to {operator} alone, but the pages are really changed", operator=edges.shadow_operator
        )
    return send()


def send() -> int:
    """Send what is due; 3 where something did not go out."""
    from feedbot import bootstrap
    from feedbot.delivery import OutboxState
    from feedbot.pipeline.send import send_due

    done = send_due(_shell.edges(), bootstrap.worker_name())
    for state, count in sorted(done.items()):
        _shell.show("{state}: {count} mails", state=tr(state.value), count=count)
    return _shell.DONE if set(done) <= {OutboxState.SENT} else _shell.PARTLY


def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the outbox; 3 where a message waits, failed or is uncertain."""
    from feedbot import store
    from feedbot.delivery import OutboxState
    from feedbot.store import outbox

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        counts = outbox.counts(tx)
        open_rows = [
            one for one in outbox.listing(tx) if one.outgoing.state not in (OutboxState.SENT, OutboxState.CANCELLED)
        ]
    if as_json:
        _shell.put({"counts": {state.value: count for state, count in counts.items()}})
    else:
        _shell.table(["state", "mails"], [(tr(state.value), count) for state, count in counts.items()])
        rows = [
            (
                one.id,
                one.outgoing.key,
                tr(one.outgoing.state.value),
                one.outgoing.attempts,
                one.outgoing.next_try_at or "-",
                one.answer.text if one.answer else "-",
            )
            for one in open_rows
        ]
        if rows:
            _shell.table(["message", "key", "state", "tries", "next try", "answer"], rows)
    return _shell.PARTLY if open_rows else _shell.DONE


def resolve(
    message: _shell.Number,
    sent: Annotated[bool, typer.Option("--sent", help=tr("it has arrived"))] = False,
    resend: Annotated[bool, typer.Option("--resend", help=tr("send it again, with the same Message-ID"))] = False,
) -> int:
    """Decide over one message by hand; audited."""
    from feedbot.pipeline.send import resolve as pipeline

    if sent == resend:
        raise ConfigError("outbox resolve", "say either --sent or --resend")
    pipeline(_shell.edges(), message, _shell.decider(), resend=resend)
    _shell.show("message {number}: {how}", number=message, how=tr("queued again") if resend else tr("sent"))
    return _shell.DONE


def build(directory: Annotated[Path | None, typer.Argument(help=tr("elsewhere than configured"))] = None) -> int:
    """Build the site."""
    from dataclasses import replace

    from feedbot import bootstrap
    from feedbot.pipeline import publish as pipeline

    edges = _shell.edges()
    if directory is not None:
        edges = replace(edges, site=bootstrap.open_site(directory))
    _shell.show("{count} notices on the site", count=pipeline.build_site(edges))
    return _shell.DONE
