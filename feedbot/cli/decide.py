"""feedbot propose, approve, reject, withdraw: decisions over a frozen render, by the OS user."""

from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr


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
    """Approve a draft; 1 where it is void or another person must approve too."""
    from feedbot.pipeline import decide
    from feedbot.review import State

    found = decide.approve(_shell.edges(), draft, _shell.decider(), seen=seen)
    if found.state is State.APPROVED:
        _shell.show("draft {number} is approved; next: feedbot publish {number}", number=draft)
        return _shell.DONE
    _shell.show("draft {number} reaches many: a second person must approve it too", number=draft)
    return _shell.NO


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
