"""Watch: whether addresses of the provider's servers stand on DNS block lists, and draft a notice to whoever is meant.

1 try each list by its test entries: one that is broken is noted, told as a source's health is, and not asked
2 find each server's addresses
3 ask, at the operator's rate     4 of each address: newly listed → a draft; on none any more → 解除, or the draft that
waits is over; where a list that named it did not answer → nothing, the matter stays open
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from feedbot.errors import InventoryError
from feedbot.inventory import Contract, Server
from feedbot.notice import BlockList, listings
from feedbot.pipeline import _list_health, alarms
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.draft import go
from feedbot.reading.dates import JST
from feedbot.review import MOVES, Draft, State
from feedbot.source import _dns
from feedbot.source._dns import Address, Resolver
from feedbot.store import Transaction, audit, blocklists, drafts, inventory, lock, reading
from feedbot.store.blocklists import Blocked


@dataclass(frozen=True, slots=True)
class BlockWatch:
    """What is asked: the lists, by which resolver, how many questions a second, and the operator's file of addresses
    (server,address), if he has one."""

    lists: tuple[BlockList, ...]
    resolver: Resolver
    per_second: float = 5.0
    addresses: Path | None = None
    interval: timedelta = timedelta(hours=6)


@dataclass(slots=True)
class BlockReport:
    """What a round found: addresses asked about, lists that do not work and why, addresses of which a list said
    nothing, servers without an address, drafts made."""

    asked: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    homeless: list[str] = field(default_factory=list)
    made: list[Draft] = field(default_factory=list)


def watch(
    edges: Edges, wanted: BlockWatch, pause: Callable[[float], object], stop: Callable[[], bool] = lambda: False
) -> BlockReport:
    """Ask every working list about every address. Raises InventoryError for a file of addresses that cannot be read."""
    report = BlockReport()
    working = _working(edges, wanted, report)
    with reading(edges.database) as tx:
        today = edges.clock().astimezone(JST).date()
        servers = [one for one in inventory.servers(tx) if one.name and one.holds_on(today)]
    for address, server in _addresses(wanted, servers, report).items():
        if stop():
            break
        found: dict[str, str] = {}
        for zone in working:
            pause(1 / wanted.per_second)
            answer = _dns.look_up(wanted.resolver, address, zone)
            if answer.failure:
                report.unanswered[f"{address} {zone}"] = answer.failure
            elif answer.listed:
                found[zone] = f"{' '.join(answer.codes)} {answer.words}".strip()
        report.asked += 1
        silent = {*report.broken, *(one.split()[1] for one in report.unanswered if one.startswith(f"{address} "))}
        with edges.database.begin() as tx:
            lock(tx, f"blocked {address}")
            report.made += _settle(
                edges, tx, wanted, Blocked(str(address), server, "", edges.clock(), found, 0), silent
            )
    return report


def _working(edges: Edges, wanted: BlockWatch, report: BlockReport) -> list[str]:
    for one in wanted.lists:
        failure = _dns.probe(wanted.resolver, one.zone)
        if failure:
            report.broken[one.zone] = failure
        with edges.database.begin() as tx:
            _list_health.note(edges, tx, one, failure)
    alarms.deliver(edges)
    return [one.zone for one in wanted.lists if one.zone not in report.broken]


def _addresses(wanted: BlockWatch, servers: Iterable[Server], report: BlockReport) -> Mapping[Address, str]:
    """Return address → server: of the operator's file, else by the server's name."""
    written = _written(wanted.addresses) if wanted.addresses else {}
    found: dict[Address, str] = {}
    for one in servers:
        mine = written.get(one.name.lower()) or _dns.addresses_of(wanted.resolver, one.name)
        mine = tuple(address for address in mine if not address.is_private)
        if not mine:
            report.homeless.append(one.name)
        found |= dict.fromkeys(mine, one.name)
    return found


def _written(path: Path) -> dict[str, tuple[Address, ...]]:
    made: dict[str, tuple[Address, ...]] = {}
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InventoryError(str(path), "cannot be read: {why}", why=error) from error
    for line, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (line == 1 and cells == ["server", "address"]):
            continue
        try:
            server, text = cells
            made[server.lower()] = (*made.get(server.lower(), ()), ip_address(text))
        except ValueError as error:
            raise InventoryError(
                f"{path}:{line}", "not a server and its address", hint="a line is: server,192.0.2.1"
            ) from error
    return made


def _settle(edges: Edges, tx: Transaction, wanted: BlockWatch, now: Blocked, silent: Iterable[str]) -> Iterable[Draft]:
    """Let an address's matter begin, go on or end; one that came to another server or customer ends and begins anew."""
    contract = _contract(edges, tx, now.server)
    now = replace(now, customer=contract.customer if contract else "")
    before = blocklists.standing(tx).get(now.address)
    if before is None:
        return [_begin(edges, tx, wanted, now)] if now.lists else ()
    left = {zone: words for zone, words in before.lists.items() if zone in silent} | now.lists
    moved = (before.server, before.customer) != (now.server, now.customer)
    if left and not moved:
        blocklists.keep(tx, replace(before, lists=left))
        return ()
    if left:
        ended = _close(edges, tx, before, f"{before.address} is another's now")
        return [_begin(edges, tx, wanted, now)] if ended and now.lists else ()
    return _end(edges, tx, wanted, before)


def _contract(edges: Edges, tx: Transaction, server: str) -> Contract | None:
    """Return the contract that a server is of today; None where it is of none."""
    today = edges.clock().astimezone(JST).date()
    mine = {one.contract for one in inventory.servers(tx) if one.name == server and one.holds_on(today)}
    return next((one for one in inventory.contracts(tx) if one.id in mine), None)


def _begin(edges: Edges, tx: Transaction, wanted: BlockWatch, now: Blocked) -> Draft:
    contract = _contract(edges, tx, now.server)
    acts = contract.acts if contract else True
    lists = [one for one in wanted.lists if one.zone in now.lists]
    notice = listings.listed(now.server, now.customer, now.address, lists, now.since, edges.templates, acts=acts)
    draft = drafts.create(tx, notice, "(feedbot)", now.since)
    blocklists.keep(tx, replace(now, draft=draft.id))
    detail = f"{now.address} {' '.join(now.lists)}"
    audit.append(tx, "(feedbot)", "draft", f"draft {draft.id}", detail, now.since)
    return draft


def _close(edges: Edges, tx: Transaction, before: Blocked, why: str) -> Draft | None:
    """End a matter, and its draft if that waits; None where the draft is just going out: the next round ends it."""
    draft = drafts.load(tx, before.draft)
    if draft.state is State.PUBLISHING:
        return None
    blocklists.close(tx, before.address)
    if State.EXPIRED in MOVES[draft.state]:
        go(edges, tx, draft, State.EXPIRED)
        audit.append(tx, "(feedbot)", "expire", f"draft {draft.id}", why, edges.clock())
    return draft


def _end(edges: Edges, tx: Transaction, wanted: BlockWatch, before: Blocked) -> Iterable[Draft]:
    """End a matter and say so to those who were told; of a list that is asked no more nobody knows anything."""
    now, why = edges.clock(), f"{before.address} is listed no more"
    lists = [one for one in wanted.lists if one.zone in before.lists]
    draft = _close(edges, tx, before, why if lists else f"{' '.join(before.lists)} is asked no more")
    if draft is None or draft.state is not State.PUBLISHED or not lists:
        return ()
    contract = _contract(edges, tx, before.server)
    acts = contract.acts if contract else True
    moved = contract is None or contract.customer != before.customer
    notice = listings.delisted(
        draft.notice, before.server, before.address, lists, now, edges.templates, acts=acts, moved=moved
    )
    made = drafts.create(tx, notice, "(feedbot)", now)
    audit.append(tx, "(feedbot)", "draft", f"draft {made.id}", why, now)
    return [made]
