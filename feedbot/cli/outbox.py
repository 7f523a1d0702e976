"""feedbot outbox: the mails on their way, and what a person decides over them."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("mails on their way"))
    app.add_typer(group, name="outbox")
    group.command("status", help=tr("messages by state, and those that need a person"))(status)
    group.command("send", help=tr("send what is due now"))(send)
    group.command("resolve", help=tr("decide over an uncertain or failed message"))(resolve)
    group.command("retry", help=tr("try a deferred or failed message again now"))(retry)
    group.command("stop", help=tr("cancel the mails of a notice that have not left"))(stop)


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
        waiting = [{"id": one.id, "key": one.outgoing.key, "state": one.outgoing.state.value} for one in open_rows]
        _shell.put({"counts": {state.value: count for state, count in counts.items()}, "open": waiting})
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


def retry(
    message: Annotated[int | None, typer.Argument(min=1, max=2**31 - 1, help=tr("the message's number"))] = None,
    deferred: Annotated[bool, typer.Option("--all", help=tr("all that were deferred"))] = False,
) -> int:
    """Make one message due, or all deferred ones, as when the relay is back; `outbox send` or the worker sends them."""
    from feedbot.pipeline.send import retry as pipeline

    if (message is None) is not deferred:
        raise ConfigError("outbox retry", "name a message, or say --all")
    count = pipeline(_shell.edges(), message, _shell.decider())
    _shell.show("{count} mails are due now", count=count)
    return _shell.DONE


def stop(draft: _shell.Number, reason: Annotated[str, typer.Option(help=tr("why"))] = "") -> int:
    """Cancel what has not left of a notice. Unlike `withdraw` the notice and its page stay; nothing brings the
    cancelled mails back, a follow-up notice reaches those customers."""
    from feedbot.pipeline.send import stop_draft

    count = stop_draft(_shell.edges(), draft, _shell.decider(), reason)
    _shell.show("{count} mails are cancelled; those customers are reached by a follow-up notice only", count=count)
    return _shell.DONE
