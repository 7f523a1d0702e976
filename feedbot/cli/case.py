"""feedbot case: the matters (案件) that advisories speak of."""

from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.advisory.case import Case
    from feedbot.matching import Disagreement
    from feedbot.store.cases import Membership


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("matters, each with the advisories that speak of it"))
    app.add_typer(group, name="case")
    group.command("list", help=tr("the cases, the newest first"))(list_)
    group.command("show", help=tr("the advisories of a case, and why each is in it"))(show)
    group.command("merge", help=tr("make several cases one: the first takes in the others"))(merge)
    group.command("split", help=tr("take advisories out of a case into one of their own"))(split)


def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print the cases."""
    from feedbot import store
    from feedbot.store import cases

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = cases.listing(tx)
    for one in found if as_json else ():
        row = {"case": one.id, "kind": one.kind.value, "title": one.title, "names": list(one.names)}
        _shell.put(row | {"cves": list(one.cves)})
    if not as_json:
        rows = [
            (one.id, tr(one.kind.value), ", ".join(each.number for each in one.advisories), one.title) for one in found
        ]
        _shell.table(["case", "kind", "advisories", "title"], rows)
    return _shell.DONE


def show(case: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Print a case: its advisories, why each is in it, where they differ in the affected versions, and the cases that
    share names with it and are kept apart."""
    from feedbot import matching, store
    from feedbot.pipeline.cases import related
    from feedbot.store import cases

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = cases.load(tx, case)
        why = {(one.source, one.number): one for one in cases.memberships(tx, found.id)}
        others = related(tx, found)
    differing = matching.disagreements(found, edges.catalog)
    if as_json:
        _shell.put(
            _as_dict(found, why)
            | {"related": [{"case": one.id, "names": list(names)} for one, names in others]}
            | {"disagreements": [_difference(one) for one in differing]}
        )
        return _shell.DONE
    _shell.show("{case}: {title}", case=found.id, title=found.title)
    _shell.show("  names: {names}", names=", ".join(found.names))
    rows = [
        (
            one.source,
            one.number,
            one.revision,
            tr(one.trust.value),
            tr(one.kind.value),
            _because(why[one.source, one.number]),
            one.url,
        )
        for one in found.advisories
    ]
    _shell.table(["source", "number", "revision", "trust", "kind", "why it is here", "link"], rows)
    _show_differing(differing)
    for one, names in others:
        _shell.show("  kept apart: {case} {title} ({names})", case=one.id, title=one.title, names=", ".join(names))
    return _shell.DONE


def _show_differing(differing: "tuple[Disagreement, ...]") -> None:
    for one in differing:
        began = "  {product}: where the fault began differs"
        _shell.show(began if one.lower_only else "  {product}: the versions differ", product=one.product)
        for number, versions in one.says:
            _shell.show("    {number}: {range}", number=number, range=versions)


def _difference(one: "Disagreement") -> dict[str, object]:
    says = [{"advisory": number, "vers": versions} for number, versions in one.says]
    return {"product": one.product, "lower_bound_only": one.lower_only, "says": says}


def _as_dict(case: "Case", why: "dict[tuple[str, str], Membership]") -> dict[str, object]:
    rows = []
    for one in case.advisories:
        reason = why[one.source, one.number]
        rows.append(
            {
                "source": one.source,
                "number": one.number,
                "revision": one.revision,
                "kind": one.kind.value,
                "trust": one.trust.value,
                "because": list(reason.because),
                "decided_by": reason.decided_by or None,
                "joined_at": reason.joined_at,
                "url": one.url,
            }
        )
    names = {"names": list(case.names), "cves": list(case.cves)}
    return {"case": case.id, "kind": case.kind.value, "title": case.title, **names, "advisories": rows}


def _because(reason: "Membership") -> str:
    names = ", ".join(reason.because)
    if reason.decided_by:
        return tr("by {actor}", actor=reason.decided_by) + (f" ({names})" if names else "")
    return names or tr("it opened the case")


def merge(cases: Annotated[list[str], typer.Argument(metavar="CASE CASE…")]) -> int:
    """Make several cases one. Open drafts of them end; a new one takes their place. Audited."""
    from feedbot.pipeline import cases as pipeline

    made = pipeline.merge(_shell.edges(), cases, _shell.decider())
    numbers = ", ".join(one.number for one in made.advisories)
    _shell.show("{case} holds {numbers} now", case=made.id, numbers=numbers)
    return _shell.DONE


def split(case: str, numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…")]) -> int:
    """Take advisories out of a case into a new one; the two are never joined again by themselves. Audited."""
    from feedbot.pipeline import cases as pipeline

    for one in pipeline.split(_shell.edges(), case, numbers, _shell.decider()):
        held = ", ".join(each.number for each in one.advisories)
        _shell.show("{case} holds {numbers} now", case=one.id, numbers=held)
    return _shell.DONE
