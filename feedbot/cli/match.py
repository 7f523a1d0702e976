"""feedbot match: verdicts with their reasons; feedbot explain: the whole chain for one server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.distro import Statement
    from feedbot.inventory import Component
    from feedbot.matching import Because, Exposure, Match
    from feedbot.pipeline.match import CaseMatch


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("match", help=tr("verdicts with their reasons"))(match)
    app.command("explain", help=tr("why a case does or does not concern a server"))(explain)


def match(
    cases: Annotated[list[str] | None, typer.Argument()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    customers: Annotated[
        bool, typer.Option("--customers", help=tr("whom alone, without servers: quick over a large fleet"))
    ] = False,
) -> int:
    """Judge the named cases, or all, against the inventory in force."""
    if customers:
        return _customers(cases, as_json)
    rows: list[tuple[str, ...]] = []
    for found in _matched(cases):
        for exposure, one in _each(found):
            if as_json:
                _shell.put(as_dict(found, exposure, one))
            rows.append(
                (
                    found.case.id,
                    exposure.server.name,
                    exposure.customer.id,
                    one.component.name,
                    one.component.version,
                    tr(one.verdict.value),
                    one.because.rule,
                    str(_shell.when(one.because.as_of) or ""),
                )
            )
        for hidden in found.suppressed:
            _shell.say(
                "{case}: set aside for {server}: {component} ({reason}, until {until})",
                case=found.case.id,
                server=hidden.exposure.server.name,
                component=hidden.match.component.name,
                reason=hidden.by.reason,
                until=hidden.by.until,
            )
        if found.unmapped:
            names = ", ".join(found.unmapped)
            _shell.say("{case}: not in the catalogue: {names}", case=found.case.id, names=names)
    if not as_json:
        _shell.table(["case", "server", "customer", "component", "installed", "verdict", "rule", "data as of"], rows)
    return _shell.DONE


def _customers(cases: list[str] | None, as_json: bool) -> int:
    """Print whom each case concerns."""
    from feedbot import store
    from feedbot.matching import MatchVerdict
    from feedbot.pipeline.rematch import reaches
    from feedbot.store import cases as repository

    edges = _shell.edges()
    rows: list[tuple[str, ...]] = []
    with store.reading(edges.database) as tx:
        found = [repository.load(tx, name) for name in cases or ()] or repository.listing(tx)
        for reach in reaches(edges, tx, found):
            if as_json:
                _shell.put({"case": reach.name, "affected": list(reach.affected), "unknown": list(reach.unknown)})
            for verdict, whose in ((MatchVerdict.AFFECTED, reach.affected), (MatchVerdict.UNKNOWN, reach.unknown)):
                rows += ((reach.name, customer, tr(verdict.value)) for customer in whose)
    if not as_json:
        _shell.table(["case", "customer", "verdict"], rows)
    return _shell.DONE


def explain(case: str, server: str) -> int:
    """Print how the verdicts on a server came about: wording, range, version, rule. 1 where it is not concerned."""
    code, now = _shell.NO, datetime.now(UTC)
    for found in _matched([case]):
        for _, one in (pair for pair in _each(found) if pair[0].server.name == server):
            code = _shell.DONE
            component, because = one.component, one.because
            _shell.show(
                "{component} {installed}: {verdict}",
                component=component.name,
                installed=component.version,
                verdict=tr(one.verdict.value),
            )
            chain = {
                "advisory": because.advisory,
                "evidence": because.evidence,
                "product": one.product,
                "package": _package(component),
                "range": because.range,
                "rule": because.rule,
            }
            for key, value in chain.items():
                if value:
                    _shell.show("  {what}: {value}", what=tr(key), value=value)
            if because.notes:
                _shell.show("  only where: {note}", note=" / ".join(because.notes))
            for words in because.two_senses:
                _shell.show("  used in two senses: {words}", words=words)
            for against in because.disagrees:
                _shell.show("  says otherwise: {advisory}", advisory=against)
            _explain_distro(because, now)
    if code == _shell.NO:
        _shell.show("{server}: no installed component is named by {case}", server=server, case=case)
    return code


def _package(component: "Component") -> str:
    """Return where a package comes from: its release, its source, its module."""
    parts = (component.distro, component.source or component.name, component.stream)
    return " ".join(dict.fromkeys(filter(None, parts)))


def _explain_distro(because: "Because", now: datetime) -> None:
    """Print what the distributor says, as of when; or why nobody but the publishers was asked."""
    for one in because.statements:
        _shell.show("  {what}: {value}", what=tr("distro"), value=one)
        if one.url:
            _shell.show("    {url}", url=one.url)
        if one.issued:
            _shell.show("    issued on {day}", day=one.issued.date())
        if one.as_of:
            _shell.show("    data of {form}, as of {at} ({days} days old)", **_age(one, now))
    if because.silence:
        words = {
            "no-statement": tr("no statement on this package; judged by the publishers' ranges"),
            "foreign-build": tr("not the distributor's build; judged by the publishers' ranges"),
        }
        _shell.show("  {what}: {value}", what=tr("distro"), value=words[because.silence])


def _age(one: "Statement", now: datetime) -> dict[str, object]:
    assert one.as_of is not None
    return {"form": one.issuer, "at": one.as_of, "days": max((now - one.as_of).days, 0)}


def _matched(cases: list[str] | None) -> "Iterator[CaseMatch]":
    from feedbot import store
    from feedbot.pipeline import match as pipeline
    from feedbot.store import cases as repository

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = [repository.load(tx, name) for name in cases or ()] or repository.listing(tx)
        for case in found:
            yield pipeline.match(edges, tx, case)


def _each(found: "CaseMatch") -> "Iterator[tuple[Exposure, Match]]":
    for exposure in found.exposures:
        for one in exposure.matches:
            yield exposure, one


def as_dict(found: "CaseMatch", exposure: "Exposure", one: "Match") -> dict[str, object]:
    """Return a verdict on a server in its JSON shape."""
    because = one.because
    return {
        "case": found.case.id,
        "advisories": [advisory.number for advisory in found.case.advisories],
        "cves": list(found.case.cves),
        "server": exposure.server.name,
        "customer": exposure.customer.id,
        "component": one.component.name,
        "installed": one.component.version,
        "verdict": one.verdict.value,
        "because": {
            "rule": because.rule,
            "range": because.range,
            "evidence": because.evidence,
            "distro": because.distro,
            "advisory": because.advisory,
            "disagrees": list(because.disagrees),
            "by": "distro" if because.distro else "range",
            "silence": because.silence,
            "notes": list(because.notes),
            "two_senses": list(because.two_senses),
            "as_of": because.as_of,
            "statements": [_statement(one) for one in because.statements],
        },
        "fixed": list(one.fixed),
    }


def _statement(one: "Statement") -> dict[str, object]:
    return {
        "issuer": one.issuer,
        "distro": one.distro,
        "suite": one.suite,
        "package": one.package,
        "stream": one.stream.strip(":"),
        "cve": one.cve,
        "status": one.status.value,
        "fixed_version": one.fixed_version,
        "evidence": one.evidence,
        "url": one.url,
        "issued": one.issued,
        "as_of": one.as_of,
    }
