"""feedbot distro: what distributors say of their packages."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.matching import Spoken
    from feedbot.pipeline import DistroFeed, Edges
    from feedbot.pipeline.distributors import FeedReport, LoadReport


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("what distributors say of their packages"))
    app.add_typer(group, name="distro")
    group.command("load", help=tr("take in files of distributors"))(load)
    group.command("list", help=tr("the files in force, their age, and the feeds"))(list_)
    group.command("collect", help=tr("ask the distributors now"))(collect)
    group.command("drop", help=tr("take a file out of force"))(drop)
    group.command("check", help=tr("what the distributors say of a server's packages"))(check)


def load(
    files: Annotated[list[Path], typer.Argument(help=tr("a tracker's JSON, OSV, CSAF, a list; also gzip and zip"))],
    issuer: Annotated[str, typer.Option(help=tr("the form, where it is not recognised"))] = "",
    as_of: Annotated[
        str, typer.Option(metavar="TIME", help=tr("when the data was current; without it the file's own time"))
    ] = "",
    force: Annotated[bool, typer.Option("--force", help=tr("also what is older, or says much less"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Take in each file, all or nothing. 3 where one could not be taken in, or records of it could not be read."""
    given = _moment(as_of) if as_of else None
    edges = _shell.edges()
    if given and given > edges.clock():
        raise ConfigError("--as-of", "the date lies in the future: {text}", text=as_of)
    code, rows = _shell.DONE, []
    for path in files:
        report = _load(edges, _shell.need_file(path), issuer, given, force=force)
        if report is None or report.quarantined:
            code = _shell.PARTLY
        if report and as_json:
            _shell.put(as_dict(report))
        elif report:
            rows.append(_row(report))
    if not as_json:
        _shell.table(["file", "form", "as of", "statements", "silent", "quarantined"], rows)
    return code


def _load(edges: "Edges", path: Path, issuer: str, given: datetime | None, *, force: bool) -> "LoadReport | None":
    from feedbot.distro import member_of
    from feedbot.errors import SourceError
    from feedbot.pipeline import distributors
    from feedbot.store import audit

    as_of = given or min(datetime.fromtimestamp(path.stat().st_mtime, UTC), edges.clock())
    try:
        with path.open("rb") as file:
            name, member = member_of(file, path.name, issuer)
            report = distributors.load(
                edges, name, member, file, distributors.Origin("", path.name, as_of), force=force
            )
    except SourceError as error:
        _shell.fail(error)
        return None
    except OSError as error:
        raise ConfigError(str(path), "cannot be read: {why}", why=_shell.cause(error)) from error
    with edges.database.begin() as tx:
        account = f"{report.statements} statements" + (", --force" if force else "")
        audit.append(tx, _shell.actor(), "load-distro", f"{name} {path.name}", account, edges.clock())
    return report


def _moment(text: str) -> datetime:
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError("--as-of", "no date: {text}", hint="write it as 2026-01-31", text=text) from None
    return made if made.tzinfo else made.astimezone()


def list_(
    refused: Annotated[
        int | None, typer.Option(metavar="NUMBER", help=tr("the records of this file that could not be read"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the files in force with the age of their data, and how the feeds fare; 1 where nothing is in force."""
    from feedbot import store
    from feedbot.pipeline import distributors
    from feedbot.store import statements

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        if refused is not None:
            for one in statements.refused(tx, refused):
                _shell.show("{what}: {value}", what=one.place, value=one.reason)
            return _shell.DONE
        files, states = statements.files(tx), distributors.states(tx, edges)
    now = edges.clock()
    rows: list[dict[str, object]] = [
        {
            "number": one.id,
            "form": one.issuer,
            "file": one.name,
            "source": one.source,
            "as_of": one.as_of,
            "age_days": (now - one.as_of).days,
            "statements": one.statements,
            "silent": one.silent,
            "quarantined": one.quarantined,
        }
        for one in files
    ]
    feeds = [_feed(name, one, states[name].state.value, states[name].reason) for name, one in edges.distros.items()]
    if as_json:
        _shell.put({"files": rows, "feeds": feeds})
        return _shell.DONE if rows else _shell.NO
    titles = ["number", "form", "file", "as_of", "age_days", "statements", "silent", "quarantined"]
    _shell.table([one.replace("_", " ") for one in titles], [[row[one] for one in titles] for row in rows])
    for feed in feeds:
        _shell.show("feed {source}: {health}", source=feed["source"], health=_health(feed))
    return _shell.DONE if rows else _shell.NO


def _feed(name: str, one: "DistroFeed", state: str, reason: str) -> dict[str, object]:
    return {
        "source": name,
        "form": one.issuer,
        "title": one.info.title,
        "url": one.url,
        "enabled": one.enabled,
        "interval_seconds": int(one.interval.total_seconds()),
        "health": state if one.enabled else "off",
        "reason": reason if one.enabled else "",
    }


def _health(feed: "dict[str, object]") -> str:
    from feedbot.pipeline.health import State

    words = State(str(feed["health"])).words if feed["enabled"] else tr("off")
    return f"{words} {feed['reason']}".strip()


def collect(
    names: Annotated[list[str] | None, typer.Argument()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Ask the named feeds, or all that are enabled. 3 where something could not be had or read."""
    from feedbot.pipeline import alarms, distributors

    edges = _shell.edges()
    unknown = [name for name in names or () if name not in edges.distros]
    if unknown:
        known = ", ".join(edges.distros)
        raise ConfigError(unknown[0], "no such table under [distro]", hint="known: {known}", known=known)
    wanted = [edges.distros[name] for name in names or ()] or [one for one in edges.distros.values() if one.enabled]
    reports = []
    for one in wanted:
        reports.append(distributors.collect(edges, one))
        alarms.watch(edges, one)
    for report in reports:
        _tell(report, as_json=as_json)
    return _shell.DONE if all(one.whole for one in reports) else _shell.PARTLY


def _tell(report: "FeedReport", *, as_json: bool) -> None:
    if as_json:
        _shell.put(
            {
                "source": report.source,
                "loaded": [as_dict(one) for one in report.loaded],
                "failed": report.failed,
                "left": report.left,
                "withdrawn": report.withdrawn,
                "error": str(report.error) if report.error else None,
            }
        )
        return
    said = sum(one.statements for one in report.loaded)
    _shell.show(
        "{source}: {files} files, {statements} statements",
        source=report.source,
        files=len(report.loaded),
        statements=said,
    )
    for place in report.failed:
        _shell.show("not fetched: {what}", what=place)
    if report.left:
        _shell.show("{count} documents are asked for in the next rounds", count=report.left)
    if report.withdrawn:
        _shell.show("{count} documents are withdrawn", count=report.withdrawn)
    if report.error:
        _shell.show("failed: {what}", what=str(report.error))
        if report.error.hint():
            _shell.show("  → {hint}", hint=report.error.hint())


def drop(number: _shell.Number) -> int:
    """Take a file out of force; 1 where there is none of this number."""
    from feedbot.pipeline import distributors
    from feedbot.store import audit

    edges = _shell.edges()
    if not distributors.drop(edges, number):
        _shell.say("no file {number} is in force", number=number)
        return _shell.NO
    with edges.database.begin() as tx:
        audit.append(tx, _shell.actor(), "drop-distro", f"file {number}", "", edges.clock())
    return _shell.DONE


def check(
    servers: Annotated[list[str], typer.Argument(help=tr("servers with packages"))],
    every: Annotated[bool, typer.Option("--all", help=tr("also what is fixed or not affected"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print what is open, by server, package and CVE, whatever advisories there are; 1 where a server has no packages.

    It needs no case: it is what a scanner of that one machine would print.
    """
    from feedbot.matching import MatchVerdict
    from feedbot.pipeline.findings import findings

    edges, code, rows = _shell.edges(), _shell.DONE, []
    quiet = () if every else (MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.NOT_AFFECTED)
    for server, found in findings(edges, [one.lower() for one in servers]):
        if found is None:
            _shell.say("no packages of {server} are known", server=server)
            code = _shell.NO
        for one in (one for one in found or () if one.verdict not in quiet):
            package = one.component
            if as_json:
                _shell.put({"server": server, **_finding(one)})
            else:
                rows.append((server, package.name, package.version, one.cve, tr(one.verdict.value), one.fixed))
    if not as_json:
        _shell.table(["server", "package", "installed", "CVE", "verdict", "fixed"], rows)
    return code


def _finding(one: "Spoken") -> dict[str, object]:
    component = one.component
    return {
        "package": component.name,
        "installed": component.version,
        "source": component.source,
        "distro": component.distro,
        "cve": one.cve,
        "verdict": one.verdict,
        "rule": one.rule,
        "fixed": one.fixed,
        "evidence": one.evidence,
    }


def as_dict(report: "LoadReport") -> dict[str, object]:
    """Return a report in its JSON shape."""
    return {
        "file": report.name,
        "form": report.issuer,
        "as_of": report.as_of,
        "statements": report.statements,
        "silent": dict(report.silent),
        "quarantined": report.quarantined,
        "unchanged": report.unchanged,
    }


def _row(report: "LoadReport") -> tuple[object, ...]:
    silent = sum(report.silent.values())
    said = tr("{count} (unchanged)", count=report.statements) if report.unchanged else report.statements
    return (report.name, report.issuer, report.as_of, said, silent, report.quarantined)
