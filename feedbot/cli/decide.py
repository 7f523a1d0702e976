"""feedbot propose, approve, reject, withdraw: decisions over a frozen render, by the OS user."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _render, _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline import Edges


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("propose", help=tr("reserve the number, freeze text and recipients"))(propose)
    app.command("approve", help=tr("say yes to a proposed notice"))(approve)
    app.command("reject", help=tr("end a draft that will not be published"))(reject)
    app.command("withdraw", help=tr("take a published notice back"))(withdraw)


def propose(draft: _shell.Number) -> int:
    """Propose a draft and say what was frozen."""
    from feedbot.pipeline import decide

    made = decide.propose(_shell.edges(), draft, _shell.decider())
    _shell.show(
        "proposed as {number} edition {edition}: {count} recipients, text {digest}",
        number=made.notice.number,
        edition=made.notice.edition,
        count=len(made.mails),
        digest=made.digests.text[: decide.SEEN_DIGITS],
    )
    for one in made.findings:
        _shell.show("{level}: {where}: {message}", level=tr(one.level), where=one.where, message=one.message)
    return _shell.DONE


def approve(
    draft: _shell.Number,
    seen: Annotated[str | None, typer.Option(help=tr("only if this is what is proposed: the digest you saw"))] = None,
) -> int:
    """Approve a draft; 1 where it is void, another person must approve too, or the answer was no. Without --seen it is
    shown first on a terminal; elsewhere only who proposed it needs none."""
    from feedbot.pipeline import decide
    from feedbot.review import State

    edges, actor = _shell.edges(), _shell.decider()
    seen = _looked_at(edges, draft, actor) if seen is None else seen
    if not seen:
        _shell.show("draft {number} is not approved", number=draft)
        return _shell.NO
    found = decide.approve(edges, draft, actor, seen=seen)
    if found.state is State.APPROVED:
        _shell.show("draft {number} is approved; next: feedbot publish {number}", number=draft)
        return _shell.DONE
    _shell.show("draft {number} reaches many: a second person must approve it too", number=draft)
    return _shell.NO


def _looked_at(edges: "Edges", number: int, actor: str) -> str:
    """Return the digest of the render that this person says yes to without naming it; empty where he says no.

    Who proposed just this render has made it, and nobody else's stands in its place. Raises ConfigError for another
    where nobody can be asked.
    """
    from feedbot import store
    from feedbot.pipeline import decide
    from feedbot.store import drafts

    asks = sys.stdin.isatty() and sys.stdout.isatty()
    with store.reading(edges.database) as tx:
        found = decide.proposed(tx, number)
        frozen = drafts.frozen(tx, number) if asks else None
    if frozen is None:
        if found.proposer == actor:
            return found.seen
        raise ConfigError(
            "approve",
            "say which render you looked at: --seen DIGEST",
            hint="feedbot draft preview {number} shows it with its digest; on a terminal feedbot approve {number} shows"
            " it and asks",
            number=number,
        )
    _render.show(frozen.post, frozen.pages, frozen.mails)
    _shell.show(
        "{number} edition {edition}: {count} recipients, text {digest}",
        number=found.draft.notice.number,
        edition=found.draft.notice.edition,
        count=len(frozen.mails),
        digest=found.seen,
    )
    return found.seen if _agrees(tr("approve just this?")) else ""


def _agrees(question: str) -> bool:
    """Ask on the terminal; an end of input is a no."""
    try:
        return typer.confirm(question, default=False)
    except typer.Abort:
        return False


def reject(draft: _shell.Number, reason: Annotated[str, typer.Option(help=tr("why"))] = "") -> int:
    """Reject a draft."""
    from feedbot.pipeline import decide

    decide.reject(_shell.edges(), draft, _shell.decider(), reason)
    _shell.show("draft {number} is rejected", number=draft)
    return _shell.DONE


def withdraw(draft: _shell.Number, reason: Annotated[str, typer.Option(help=tr("why"))] = "") -> int:
    """Withdraw a published notice and cancel the mails that have not left."""
    from feedbot.pipeline import decide, publish

    edges = _shell.edges()
    made = decide.withdraw(edges, draft, _shell.decider(), reason)
    publish.build_site(edges)
    _shell.show("draft {number} is withdrawn; {count} mails cancelled", number=draft, count=made.cancelled)
    if made.draft:
        _shell.show("draft {number} tells those who had a mail: look at it and propose it", number=made.draft.id)
    return _shell.DONE
