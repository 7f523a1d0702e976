"""feedbot advisory: what was collected."""

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.cli.collect import tell
from feedbot.errors import StoreError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.advisory import Advisory
    from feedbot.advisory.difference import FieldDifference
    from feedbot.store import Transaction
    from feedbot.store.advisories import StoredRevision

    Pair = tuple[StoredRevision, StoredRevision]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what was collected"))
    app.add_typer(group, name="advisory")
    group.command("list", help=tr("the advisories, the latest first"))(list_)
    group.command("show", help=tr("an advisory as JSON, with its revisions"))(show)
    group.command("diff", help=tr("what changed between two revisions"))(diff)
    group.command("reparse", help=tr("read the stored documents again"))(reparse)


def list_(
    limit: Annotated[int, typer.Option(min=1, max=2**31 - 1)] = 50,
    source: str = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the current advisories."""
    from feedbot import store
    from feedbot.store import advisories

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = [one.advisory for one in advisories.listing(tx, limit, source=source)]
    rows = [
        {
            "source": one.source,
            "number": one.number,
            "revision": one.revision,
            "trust": one.trust.value,
            "status": one.status.value,
            "kind": one.kind.value,
            "title": one.title,
        }
        for one in found
    ]
    if as_json:
        for row in rows:
            _shell.put(row)
        return _shell.DONE
    titles, words = ["source", "number", "revision", "trust", "kind", "title"], ("trust", "kind")
    _shell.table(titles, [[tr(row[key]) if key in words else row[key] for key in titles] for row in rows])
    return _shell.DONE


def show(number: str) -> int:
    """Print one advisory (of every source that has it) as JSON Lines.

    `seen` are its revisions: when each was first seen and which fields it changed; `flapping` whether its text goes to
    and fro at present, or null.
    """
    from feedbot import store
    from feedbot.advisory import advisory_json

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        for one in _named(tx, number):
            _shell.put(advisory_json(one) | {"seen": _seen(tx, one), "flapping": _flapping(tx, one)})
    return _shell.DONE


def _named(tx: "Transaction", number: str) -> "list[Advisory]":
    from feedbot.advisory.identity import normalise
    from feedbot.store import advisories

    found = [one for one in advisories.by_name(tx, [number]) if one.number == normalise(number)]
    if not found:
        raise StoreError(number, "no such advisory", hint="`feedbot advisory list` shows them")
    return found


def _seen(tx: "Transaction", one: "Advisory") -> list[dict[str, object]]:
    from feedbot.advisory.revision import compare
    from feedbot.store import advisories

    kept = advisories.history(tx, one.source, one.number)
    changes = [None, *(compare(old.advisory, new.advisory) for old, new in pairwise(kept))]
    return [
        {
            "sequence": each.sequence,
            "seen_at": each.seen_at,
            "revision": each.advisory.revision,
            "status": each.advisory.status.value,
            "changed": list(change.fields) if change else [],
            "history": [f"{row.date or ''} {row.text}".strip() for row in change.rows] if change else [],
            "digest": each.digest,
        }
        for each, change in zip(kept, changes, strict=True)
    ]


def _flapping(tx: "Transaction", one: "Advisory") -> dict[str, object] | None:
    from feedbot.store import flapping

    found = flapping.state(tx, one.source, one.number)
    if found is None:
        return None
    return {"since": found.since, "times": found.times, "served": found.digest, "served_since": found.seen_at}


def diff(
    number: str,
    old: Annotated[
        int | None,
        typer.Argument(metavar="A", min=1, max=2**31 - 1, help=tr("number of a revision; without it the one before B")),
    ] = None,
    new: Annotated[
        int | None,
        typer.Argument(metavar="B", min=1, max=2**31 - 1, help=tr("number of a revision; without it the current one")),
    ] = None,
    source: str = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print what changed between revisions A and B (the last two, where none is named), field by field.

    1 where nothing did, or there is but one revision.
    """
    from feedbot import store
    from feedbot.advisory.difference import differences
    from feedbot.store import advisories

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = [one for one in _named(tx, number) if source in ("", one.source)]
        if not found:
            raise StoreError(number, "no such advisory", hint="`feedbot advisory list` shows them")
        kept = [advisories.history(tx, one.source, one.number) for one in found]
    changed = False
    for revisions in kept:
        pair = _pair(number, revisions, old, new)
        if pair is None:
            name = revisions[0].advisory.source
            _shell.say("{source} {number}: there is one revision only", source=name, number=number)
            continue
        parts = differences(pair[0].advisory, pair[1].advisory)
        changed |= bool(parts)
        (_put if as_json else _tell)(pair, parts)
    return _shell.DONE if changed else _shell.NO


def _put(pair: "Pair", parts: "tuple[FieldDifference, ...]") -> None:
    fields = [{"field": one.field, "before": one.before, "after": one.after, "diff": list(one.lines)} for one in parts]
    old, new = ({"sequence": one.sequence, "seen_at": one.seen_at, "digest": one.digest} for one in pair)
    said = pair[1].advisory
    _shell.put({"source": said.source, "number": said.number, "from": old, "to": new, "fields": fields})


def _tell(pair: "Pair", parts: "tuple[FieldDifference, ...]") -> None:
    old, new = pair
    said = new.advisory
    _shell.show(
        "{source} {number}: revision {old} → {new}",
        source=said.source,
        number=said.number,
        old=old.sequence,
        new=new.sequence,
    )
    _shell.show("  first seen {was} → {now}", was=old.seen_at, now=new.seen_at)
    for part in parts:
        print(f"{tr(part.field)}:")
        for line in part.lines:
            print(f"  {line}")


def _pair(number: str, kept: "tuple[StoredRevision, ...]", old: int | None, new: int | None) -> "Pair | None":
    """Return the two revisions that are meant; None where there is but one and none was named."""
    by_sequence = {one.sequence: one for one in kept}
    right = kept[-1].sequence if new is None else new
    left = right - 1 if old is None else old
    if old is None and new is None and len(kept) == 1:
        return None
    for wanted in (left, right):
        if wanted not in by_sequence:
            raise StoreError(
                number,
                "there is no revision {wanted}",
                hint="it has 1 to {last}: feedbot advisory show {number}",
                wanted=wanted,
                last=kept[-1].sequence,
                number=number,
            )
    return by_sequence[left], by_sequence[right]


def reparse(source: str, number: str = "") -> int:
    """Read the stored documents of a source again and say what changed."""
    from feedbot.pipeline.reread import reread

    edges = _shell.edges()
    report = reread(edges, _shell.source(edges, source), number)
    tell([report])
    return _shell.DONE if report.whole else _shell.PARTLY
