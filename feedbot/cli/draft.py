"""feedbot draft: list, look at, write and correct drafts."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _render, _shell
from feedbot.cli import outbox as _outbox
from feedbot.errors import ConfigError, NoticeError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.notice import lint as linting


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("list, look at, write and correct drafts"))
    app.add_typer(group, name="draft")
    group.command("list", help=tr("all drafts, the newest first"))(list_)
    group.command("show", help=tr("state, decisions and text of a draft"))(show)
    group.command("new", help=tr("the operator's own notice from a text file, or drafts for cases"))(new)
    group.command("edit", help=tr("correct a draft in $EDITOR, or take it from a file"))(edit)
    group.command("preview", help=tr("the post and the mails as they would be proposed now"))(preview)
    group.command("remind", help=tr("draft the 再通知 that are due by the policy in [reminders]"))(remind)
    group.command("lint", help=tr("look a draft over"))(lint)
    group.command("schedule", help=tr("when the mails of a notice leave"))(schedule)
    group.command("stop", help=tr("cancel the mails of a notice that have not left"))(_outbox.stop)


def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the drafts."""
    from feedbot import store
    from feedbot.store import drafts

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = drafts.listing(tx)
    rows = [
        {
            "draft": one.id,
            "state": one.state.value,
            "kind": one.notice.kind.value,
            "step": one.notice.step.value,
            "case": one.notice.case or None,
            "number": one.notice.number or None,
            "edition": one.notice.edition,
            "recipients": one.recipients,
            "title": one.notice.title,
            "created_at": one.created_at,
        }
        for one in found
    ]
    if as_json:
        for row in rows:
            _shell.put(row)
        return _shell.DONE
    titles = ["draft", "state", "step", "case", "number", "recipients", "title"]
    cells = [[tr(str(row[key])) if key in ("state", "step") else row[key] or "-" for key in titles] for row in rows]
    _shell.table(titles, cells)
    return _shell.DONE


def show(draft: _shell.Number) -> int:
    """Print a draft's state, which sort of statements it rests on, who decided what, and its editable text; `draft edit
    --from` takes the output back."""
    from feedbot import store
    from feedbot.notice import draft as drafting
    from feedbot.store import decisions, drafts, freezes

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found, decided = drafts.load(tx, draft), decisions.of_draft(tx, draft)
        withheld = freezes.withheld(tx, draft)
    _shell.show("# draft {number}: {state}", number=found.id, state=tr(found.state.value))
    for each in found.notice.advisories:
        _shell.show("#   {source} {number}: {kind}", source=each.source, number=each.number, kind=tr(each.kind.value))
    for one in decided:
        _shell.show(
            "#   {at} {actor}: {verb} {reason}",
            at=one.at,
            actor=one.actor,
            verb=tr(one.verb),
            reason=one.reason,
        )
    reasons = {
        "gone": tr("no longer concerned"),
        "changed": tr("other servers, software or address since"),
        "void": tr("what the mails were approved over has changed"),
    }
    for whose, why in withheld.items():
        _shell.show("#   withheld from {customer}: {reason}", customer=whose, reason=reasons[why])
    if found.notice.digest:
        _shell.show("#   its mails wait for a digest: feedbot digest list")
    for matter in found.notice.matters:
        words = {"case": matter.notice.case, "number": matter.draft, "title": matter.notice.title}
        _shell.show("#   {case}: draft {number}: {title}", **words)
    print()
    print(drafting.to_edit_text(found.notice))
    return _shell.DONE


def new(
    file: Annotated[Path | None, typer.Option("--from", help=tr("the text of your own notice"))] = None,
    cases: Annotated[list[str] | None, typer.Argument(help=tr("cases to draft; all without --from"))] = None,
    follows: Annotated[str, typer.Option(help=tr("the number of the published notice that --from carries on"))] = "",
    audience: Annotated[str, typer.Option(help=tr("whom it is for: see feedbot audience count --help"))] = "",
) -> int:
    """Make the operator's own notice of a text, or draft what is due for cases."""
    from feedbot.pipeline.draft import draft_cases, follow, new_own

    edges, actor = _shell.edges(), _shell.actor()
    if follows and file is None:
        raise ConfigError("--follows", "the text of the next edition is missing", hint="give it with --from FILE")
    if audience and (follows or not (file or cases)):
        raise ConfigError("--audience", "it is for the cases named, or for a new text of --from")
    if file is not None:
        text = _shell.read_text(file)
        made = follow(edges, follows, text, actor) if follows else new_own(edges, text, actor, audience)
        _shell.show("draft {number}: {title}", number=made.id, title=made.notice.title)
        return _shell.DONE
    report = draft_cases(edges, actor, cases or (), audience)
    for one in report.made:
        _shell.show("draft {number}: {title}", number=one.id, title=one.notice.title)
    for case in report.nobody:
        _shell.show("{case}: concerns nobody here", case=case)
    for case, names in report.unmapped.items():
        _shell.show("{case}: not in the catalogue: {names}", case=case, names=", ".join(names))
    for case, error in report.failed.items():
        _shell.say("case {case} could not be drafted: {error}", case=case, error=error)
    return _shell.PARTLY if report.failed else _shell.DONE


def edit(
    draft: _shell.Number,
    file: Annotated[Path | None, typer.Option("--from", help=tr("take the corrected text from here"))] = None,
) -> int:
    """Let the operator correct a draft's text; a proposed one is a draft again."""
    from feedbot import store
    from feedbot.notice import draft as drafting
    from feedbot.pipeline.draft import edit as correct
    from feedbot.store import drafts

    edges, before = _shell.edges(), ""
    if file is not None:
        text: str | None = _shell.read_text(file)
    else:
        if not sys.stdin.isatty():
            raise ConfigError("draft edit", "there is no terminal for an editor", hint="give the text with --from FILE")
        with store.reading(edges.database) as tx:
            before = drafting.to_edit_text(drafts.load(tx, draft).notice)
        text = _shell.in_editor(before)
    if text is None:
        _shell.show("nothing was changed")
        return _shell.DONE
    changed = correct(edges, draft, text, _shell.actor(), base=before)
    _shell.show("draft {number}: {title}", number=changed.id, title=changed.notice.title)
    return _shell.DONE


def preview(
    draft: _shell.Number,
    customer: Annotated[
        str, typer.Option(help=tr("this customer's mail alone; else the post and the first three"))
    ] = "",
) -> int:
    """Print the post and mails as they would be proposed now, and what lint finds."""
    from feedbot.pipeline.decide import SEEN_DIGITS
    from feedbot.pipeline.draft import preview as render
    from feedbot.review import State

    found, made = render(_shell.edges(), draft)
    shown = [one for one in made.mails if not customer or one.recipient.customer.id == customer]
    if customer and not shown:
        raise NoticeError(f"draft {draft}", "{customer} is not among its recipients", customer=customer)
    if customer:
        _render.show_mails(shown)
    else:
        _render.show(made.post, made.pages, shown)
    _shell.show("recipients: {count}", count=len(made.mails))
    if found.state is State.PROPOSED:
        digest = made.digests.text[:SEEN_DIGITS]
        _shell.show("to approve just this: feedbot approve {number} --seen {digest}", number=draft, digest=digest)
    return _tell(made.findings, found.id)


def remind() -> int:
    """Draft what is due for those who are affected still, and the thanks to those who no longer are."""
    from feedbot.pipeline.remind import remind as again

    report = again(_shell.edges(), _shell.actor())
    for one in report.made:
        _shell.show("draft {number}: {title}", number=one.id, title=one.notice.title)
    for number, error in report.failed.items():
        _shell.say("notice {number} could not be drafted: {error}", number=number, error=error)
    return _shell.PARTLY if report.failed else _shell.DONE


def lint(draft: _shell.Number) -> int:
    """Print what is wrong with a draft; 1 where something forbids its proposal."""
    from feedbot.pipeline.draft import preview as render

    found, made = render(_shell.edges(), draft)
    return _tell(made.findings, found.id)


def schedule(
    draft: _shell.Number,
    at: Annotated[str, typer.Option(help=tr("no mail leaves before this time (RFC 3339 with offset)"))] = "",
    now: Annotated[bool, typer.Option("--now", help=tr("at any time: cancels --at"))] = False,
    rest: Annotated[bool, typer.Option("--rest", help=tr("let the mails leave that wait for the first ones"))] = False,
    urgent: Annotated[
        bool | None, typer.Option("--urgent/--not-urgent", help=tr("passes quiet hours and the cap a day"))
    ] = None,
) -> int:
    """Say when the mails of an approved or published notice leave; audited. Its page is up when it is published."""
    from datetime import datetime

    from feedbot.pipeline import release

    if sum((bool(at), now, rest)) + (urgent is not None and not (at or now)) != 1:
        raise ConfigError("draft schedule", "say one of --at TIME, --now and --rest; --urgent with a time or alone")
    edges, actor = _shell.edges(), _shell.decider()
    if rest:
        release.let_rest_go(edges, draft, actor)
        _shell.show("draft {number}: the rest of its mails may leave", number=draft)
        return _shell.DONE
    try:
        when = datetime.fromisoformat(at) if at else None
    except ValueError as error:
        raise ConfigError("--at", "not a time: {value}", hint=_EXAMPLE, value=at) from error
    if when and when.tzinfo is None:
        raise ConfigError("--at", "a time without its offset: {value}", hint=_EXAMPLE, value=at)
    release.schedule(edges, draft, when, actor, urgent=urgent, keep_time=not (at or now))
    _shell.show("draft {number}: its mails leave from {at}", number=draft, at=when or tr("now on"))
    return _shell.DONE


_EXAMPLE = "such as 2026-11-26T09:00+09:00"


def _tell(findings: "tuple[linting.Finding, ...]", draft: int) -> int:
    for one in findings:
        _shell.show("{level}: {where}: {message}", level=tr(one.level), where=one.where, message=one.message)
    if any(one.level == "error" for one in findings):
        return _shell.NO
    _shell.show("draft {number}: nothing forbids its proposal", number=draft)
    return _shell.DONE
