"""feedbot digest: what waits for the まとめ, for when and why; the digest that is due, or now."""

from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.pipeline.digest import Standing

_ON = ("waiting", "nobody", "declined", "changed", "drafted")
_WORDS = {
    "waiting": "waits for the digest of {planned}",
    "returned": "waits for the digest of {planned}: {by} rejected draft {digest} ({reason})",
    "nobody": "waits for the digest of {planned}: it concerned nobody when the last one was due",
    "declined": "waits for the digest of {planned}: all whom the last one concerned declined such mails",
    "changed": "waits to be drafted anew: its publishers say something else now",
    "drafted": "in draft {digest}",
    "told": "told by draft {digest}",
    "left-out": "left out of draft {digest}",
    "urgent": "told at once: it became urgent, or digests were switched off",
    "revised": "a newer notice of it takes its place",
    "retracted": "withdrawn by its publishers",
    "dropped": "dropped by {by} ({reason})",
    "rejected": "its notice was rejected by {by} ({reason})",
    "withdrawn": "its notice was withdrawn by {by} ({reason})",
    "expired": "its notice has expired",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help=tr("まとめ: one mail a customer over several cases"))
    app.add_typer(group, name="digest")
    group.callback()(lambda: None)
    group.command("list", help=tr("which cases wait, for when, and why others do not"))(list_)
    group.command("make", help=tr("draft the digest that is due"))(make)
    group.command("drop", help=tr("let no digest tell of a case"))(drop)


def list_(
    every: Annotated[bool, typer.Option("--all", help=tr("those too that were told or have left"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the cases; 1 where there are none."""
    from feedbot.pipeline import digest

    found = [one for one in digest.standings(_shell.edges()) if every or one.why in _ON]
    rows = [
        {
            "case": one.draft.notice.case,
            "draft": one.draft.id,
            "number": one.draft.notice.number or None,
            "severity": digest.severity(one.draft.notice),
            "state": one.why,
            "digest": one.item.digest,
            "since": one.item.since,
            "planned": one.planned,
            "by": one.by or None,
            "reason": one.reason or None,
            "title": one.draft.notice.title,
        }
        for one in found
    ]
    for row in rows if as_json else ():
        _shell.put(row)
    if not as_json:
        titles = ["case", "draft", "number", "severity", "state", "title"]
        states = [_said(one) for one in found]
        cells = [
            [words if key == "state" else tr(str(row[key])) if key == "severity" else row[key] or "-" for key in titles]
            for row, words in zip(rows, states, strict=True)
        ]
        _shell.table(titles, cells)
    return _shell.DONE if rows else _shell.NO


def _said(one: "Standing") -> str:
    planned = one.planned.astimezone().isoformat(timespec="minutes") if one.planned else "-"
    name = "returned" if one.why == "waiting" and one.by else one.why
    return tr(_WORDS[name], planned=planned, digest=one.item.digest, by=one.by or "-", reason=one.reason or "-")


def make(
    now: Annotated[bool, typer.Option("--now", help=tr("over all that waits, whatever its time"))] = False,
) -> int:
    """Draft the digest that is due; nothing where none is."""
    from feedbot.pipeline import digest

    made = digest.make(_shell.edges(), _shell.decider(), at_once=now)
    if made.draft:
        _shell.show("draft {number}: {title}", number=made.draft.id, title=made.draft.notice.title)
        _shell.show("{count} cases are in it; look at it and propose it", count=len(made.told))
    elif not (made.nobody or made.declined):
        _shell.show("no digest is due")
    if made.nobody:
        _shell.show("{count} cases concern nobody now, and wait for the next digest", count=len(made.nobody))
    if made.declined:
        _shell.show(
            "{count} cases concern only those who decline such mails, and wait for the next digest",
            count=len(made.declined),
        )
    return _shell.DONE


def drop(case: str, reason: Annotated[str, typer.Option(help=tr("why"))] = "") -> int:
    """Take a case out of the digest; its mails are not sent. Its page is decided over as ever."""
    from feedbot.pipeline import digest

    for number in digest.drop(_shell.edges(), case, _shell.decider(), reason):
        _shell.show("draft {number} waits for no digest any more", number=number)
    return _shell.DONE
