"""feedbot outbox: the mails on their way, and what a person decides over them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feedbot.delivery import OutboxState
    from feedbot.store.outbox import Queued
    from feedbot.store.releases import Release
    from feedbot.store.tasks import Task


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("mails on their way"))
    app.add_typer(group, name="outbox")
    group.command("status", help=tr("messages by state, and those that need a person"))(status)
    group.command("send", help=tr("send what is due now"))(send)
    group.command("resolve", help=tr("decide over an uncertain or failed message"))(resolve)
    group.command("retry", help=tr("try a deferred or failed message again now"))(retry)
    group.command("readdress", help=tr("send a failed, returned or held message to another address"))(readdress)
    group.command("bounces", help=tr("read what has come back"))(bounces)
    group.command("done", help=tr("close a task"))(done)
    suppress = typer.Typer(no_args_is_help=True, help=tr("addresses to which nothing is sent"))
    group.add_typer(suppress, name="suppress")
    suppress.command("list", help=tr("the suppressed addresses and why"))(suppress_list)
    suppress.command("add", help=tr("send nothing more to an address"))(suppress_add)
    suppress.command("remove", help=tr("let mail go to an address again"))(suppress_remove)
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
    """Print the outbox, what holds mails back and the open tasks; 3 where a message waits or needs a person."""
    from feedbot import store
    from feedbot.delivery import OutboxState
    from feedbot.store import outbox, relays, releases, tasks

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        counts, held_back, todo = outbox.counts(tx), releases.listing(tx), tasks.listing(tx)
        aside = relays.listing(tx)
        open_rows = [
            one for one in outbox.listing(tx) if one.outgoing.state not in (OutboxState.SENT, OutboxState.CANCELLED)
        ]
    quiet = edges.sending.is_quiet(edges.clock())
    if as_json:
        waiting = [{"id": one.id, "key": one.outgoing.key, "state": one.outgoing.state.value} for one in open_rows]
        _shell.put(
            {
                "counts": {state.value: count for state, count in counts.items()},
                "open": waiting,
                "quiet": quiet,
                "daily_cap": edges.sending.cap,
                "releases": [asdict(one) for one in held_back],
                "tasks": [asdict(one) for one in todo],
                "relays": [asdict(one) for one in aside],
            }
        )
    else:
        _show_status(counts, open_rows, held_back, todo)
        if aside:
            cells = [(one.name, one.since, one.until, f"{one.code or ''} {one.text}".strip()) for one in aside]
            _shell.table(["relay", "no session since", "set aside until", "answer"], cells)
        if quiet:
            _shell.show("quiet hours: only urgent mails leave")
        if edges.sending.cap:
            _shell.show("at most {count} mails a customer a day, urgent ones apart", count=edges.sending.cap)
    return _shell.PARTLY if open_rows or todo else _shell.DONE


def _show_status(
    counts: "Mapping[OutboxState, int]",
    open_rows: "Sequence[Queued]",
    held_back: "Sequence[Release]",
    todo: "Sequence[Task]",
) -> None:
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
    kept = [one for one in held_back if one.not_before or one.stage == 0 or one.halted]
    if kept:
        stages = {0: tr("the first"), 1: tr("all")}
        cells = [(one.draft, one.not_before or "-", stages[one.stage], one.halted or "-") for one in kept]
        _shell.table(["draft", "not before", "may leave", "halted"], cells)
    if todo:
        _shell.table(
            ["task", "kind", "subject", "since", "detail"],
            [(one.id, tr(one.kind), one.subject, one.opened_at, one.detail) for one in todo],
        )


def readdress(message: _shell.Number, address: Annotated[str, typer.Argument(help=tr("the new address"))]) -> int:
    """Send a message anew to another address; 3 where a second person must say the same address first."""
    from feedbot.pipeline.readdress import readdress as pipeline

    if pipeline(_shell.edges(), message, address, _shell.decider()):
        _shell.show("message {number} goes to {address} instead", number=message, address=address)
        return _shell.DONE
    _shell.show(
        "the customer list does not name {address}: a second person must give the same command", address=address
    )
    return _shell.PARTLY


def bounces() -> int:
    """Read the bounce box now; 3 where something in it proves nothing or could not be read."""
    from feedbot.delivery import BounceKind
    from feedbot.pipeline.bounces import collect_bounces

    found = collect_bounces(_shell.edges())
    for kind, count in sorted(found.items()):
        name = f"bounce: {kind.value}"
        _shell.show("{kind}: {count}", kind=tr(name), count=count)
    odd = (BounceKind.FORGED, BounceKind.UNSEALED, BounceKind.UNREADABLE)
    return _shell.PARTLY if any(found[kind] for kind in odd) else _shell.DONE


def done(task: _shell.Number) -> int:
    """Close a task; audited."""
    from feedbot.pipeline.tasks import done as pipeline

    closed = pipeline(_shell.edges(), task, _shell.decider())
    _shell.show("closed: {what}: {subject}", what=tr(closed.kind), subject=closed.subject)
    return _shell.DONE


def suppress_list(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the suppressed addresses."""
    from feedbot import store
    from feedbot.store import suppressed

    with store.reading(_shell.edges().database) as tx:
        found = suppressed.listing(tx)
    if as_json:
        for one in found:
            _shell.put(asdict(one))
    else:
        cells = [(one.address, one.since, one.actor, one.reason) for one in found]
        _shell.table(["address", "since", "by", "reason"], cells)
    return _shell.DONE


def suppress_add(
    address: Annotated[str, typer.Argument(help=tr("the address"))],
    reason: Annotated[str, typer.Option(help=tr("why"))],
) -> int:
    """Send nothing more to an address; mails that wait for it are held. Audited."""
    from feedbot.pipeline.bounces import suppress

    held = suppress(_shell.edges(), address, reason, _shell.decider())
    _shell.show("nothing more goes to {address}; {count} mails are held", address=address, count=held)
    return _shell.DONE


def suppress_remove(address: Annotated[str, typer.Argument(help=tr("the address"))]) -> int:
    """Let mail go to an address again; what was held for it is due. Audited."""
    from feedbot.pipeline.bounces import unsuppress

    freed = unsuppress(_shell.edges(), address, _shell.decider())
    _shell.show("mail goes to {address} again; {count} held mails are due now", address=address, count=freed)
    return _shell.DONE


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
