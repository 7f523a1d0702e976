"""What `feedbot doctor` looks at. Each check is a function from the configuration to lines; none changes anything.

Whatever a check cannot look at is a fault of its own, and the other checks go on.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from feedbot.cli import _shell
from feedbot.errors import FeedbotError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot._config_mail import RelaySection
    from feedbot.config import Config
    from feedbot.pipeline.health import Decider
    from feedbot.signature import Expiry, SourceKeys
    from feedbot.store import Transaction


OLD_WORD = timedelta(days=7)
"""After this long a distributor has corrected what its data still calls open."""


class Level(StrEnum):
    """How bad it is: a FAULT keeps feedbot from its work, a WARNING will, or somebody should know."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: what was looked at, what was found, and what to do (empty where nothing is)."""

    check: str
    level: Level
    message: str
    hint: str = ""


Check = Callable[["Config", datetime], Iterator[Line]]


def ok(check: str, message: str) -> Line:
    """All is well."""
    return Line(check, Level.OK, message)


def failed(check: str, error: FeedbotError) -> Line:
    """Something cannot be used, or not be looked at."""
    return Line(check, Level.FAULT, str(error), error.hint())


def examine(config: "Config", now: datetime, *more: tuple[str, Check]) -> Iterator[Line]:
    """Yield the lines of every check, and of `more`."""
    for name, check in (*CHECKS, *more):
        try:
            yield from check(config, now)
        except FeedbotError as error:
            yield failed(name, error)


def programs(config: "Config | None" = None, now: datetime | None = None) -> Iterator[Line]:
    """Look for the programs that feedbot calls."""
    for name in ("gpg", "gpgv"):
        if place := shutil.which(name):
            yield ok("programs", f"{name}: {place}")
        else:
            hint = tr("install it: apt-get install {name}", name=name)
            yield Line("programs", Level.FAULT, tr("{name} is not installed", name=name), hint)


def words(config: "Config", now: datetime) -> Iterator[Line]:
    """Load catalogue and templates."""
    from feedbot.catalog import Catalog
    from feedbot.notice import render

    Catalog.load(*config.notices.catalog)
    render.Templates.load(config.notices.templates).digest()
    yield ok("templates", tr("catalogue and templates can be read"))


def database(config: "Config", now: datetime) -> Iterator[Line]:
    """Look for damage and unsafe settings."""
    from feedbot import store

    opened = store.open(config.store.url)
    try:
        problems = store.check(opened)
    finally:
        opened.dispose()
    hint = tr("keep the file, and restore the last backup or correct the setting")
    yield from (Line("database", Level.FAULT, problem, hint) for problem in problems)
    if not problems:
        yield ok("database", tr("no problem found"))


def inventory(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether the inventory is there, whole, and young enough to propose a notice over."""
    from feedbot.store import inventory as repository

    with _reading(config) as tx:
        counts, oldest = repository.counts(tx), repository.oldest(tx)
        old = repository.stale(tx, now - config.inventory.max_age)
        unknown = repository.without_packages(tx)
    hint = tr("feedbot inventory import FILE…")
    if counts.customers == 0:
        told = tr("there are no customers: nobody would be told anything")
        yield Line("inventory", Level.FAULT, told, tr("feedbot customers import FILE…"))
    if oldest is None:
        yield Line("inventory", Level.FAULT, tr("there is no inventory: nothing can be matched"), hint)
        return
    if old:
        told = tr("too old to propose a notice over, since {at}: {servers}", at=_shell.when(oldest), servers=_some(old))
        yield Line("inventory", Level.FAULT, told, hint)
    if unknown:
        yield Line("inventory", Level.WARNING, tr("no package list: {servers}", servers=_some(unknown)), hint)
    if not old and not unknown:
        yield ok(
            "inventory", tr("{servers} servers, the oldest list of {at}", servers=counts.hosts, at=_shell.when(oldest))
        )


def brands(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether each brand that contracts name is configured: no notice that reaches one of them can be proposed."""
    from feedbot.store import inventory as repository

    known = set(config.brands)
    with _reading(config) as tx:
        named = sorted((one.brand, one.id) for one in repository.contracts(tx) if one.brand)
    for brand, group in groupby((one for one in named if one[0] not in known), key=itemgetter(0)):
        contracts = tuple(contract for _, contract in group)
        told = tr(
            "brand {brand} is not configured, but contracts name it: {contracts}",
            brand=brand,
            contracts=_some(contracts),
        )
        hint = tr("configure [brands.{name}], or import the contracts without it", name=brand)
        yield Line("brands", Level.FAULT, told, hint)
    if named and known.issuperset(brand for brand, _ in named):
        yield ok("brands", ", ".join(sorted({brand for brand, _ in named})))


def _some(names: tuple[str, ...]) -> str:
    """Name a few of many."""
    more = len(names) - 5
    return ", ".join(names[:5]) + (tr(" and {count} more", count=more) if more > 0 else "")


def sources(config: "Config", now: datetime) -> Iterator[Line]:
    """Look how each source fares that is not switched off."""
    from feedbot import bootstrap
    from feedbot.pipeline.health import decider

    with _reading(config) as tx:
        deciders = {
            name: decider(tx, name, bootstrap.interval_of(name, section), now)
            for name, section in config.sources.items()
            if section.enabled
        }
    for name, one in deciders.items():
        yield _source(name, one)
    if not deciders:
        yield Line("sources", Level.WARNING, tr("no source is enabled"), tr("add some under [sources]"))


def _source(name: str, one: "Decider") -> Line:
    """Tell a source's state; one failure alone, or a few in a row after a fresh success, are a warning."""
    from feedbot.pipeline.health import STALE_AFTER, State

    check, state, judged = f"source {name}", one.facts, one.judge()
    done = state.last_success
    if done is None and not state.failures:
        return Line(check, Level.WARNING, tr("never collected"), tr("feedbot collect {name}", name=name))
    late = done is None or one.now - done > STALE_AFTER * one.interval
    if state.failures and judged.state in (State.OK, State.NEVER, State.FAILING, State.STALE):
        told = tr("{count} failures in a row: {error}", count=state.failures, error=state.last_error)
        hint = tr("last success: {at}; see feedbot sources", at=_shell.when(done) if done else "-")
        bad = late or state.failures >= STALE_AFTER
        return Line(check, Level.FAULT if bad else Level.WARNING, told, judged.hint or hint)
    if not judged.state.well:
        return Line(check, Level.FAULT, judged.reason, judged.hint)
    return ok(check, tr("last success {at}", at=_shell.when(done)))


def distributors(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether the distributors of the servers' releases have spoken, and how long ago."""
    from feedbot.store import statements

    with _reading(config) as tx:
        servers, ages = statements.servers_by_family(tx), statements.as_of_by_family(tx)
    for family, count in sorted(servers.items()):
        check, hint = f"distributor {family}", tr("feedbot distro load FILE, or a table under [distro]")
        if family not in ages:
            told = tr("has said nothing: {count} servers are judged by the publishers' ranges alone", count=count)
            yield Line(check, Level.WARNING, told, hint)
        elif now - ages[family] > OLD_WORD:
            days = (now - ages[family]).days
            yield Line(check, Level.WARNING, tr("its data is {days} days old", days=days), hint)
        else:
            yield ok(check, tr("data as of {at}", at=_shell.when(ages[family])))


def waiting(config: "Config", now: datetime) -> Iterator[Line]:
    """Count what waits for a person: held texts, items that could not be read."""
    from feedbot.store import advisories, quarantine

    with _reading(config) as tx:
        held, items = len(advisories.held_texts(tx)), len(quarantine.listing(tx))
    if held or items:
        told = tr("{held} held texts, {items} quarantined items", held=held, items=items)
        yield Line("quarantine", Level.WARNING, told, tr("feedbot quarantine list"))
    else:
        yield ok("quarantine", tr("nothing is held or quarantined"))


def outbox(config: "Config", now: datetime) -> Iterator[Line]:
    """Look for mails that need a person, and for those that wait for the relay."""
    from feedbot.delivery import OutboxState
    from feedbot.store import outbox as repository

    with _reading(config) as tx:
        counts = repository.counts(tx)
    stuck = [state for state in (OutboxState.UNCERTAIN, OutboxState.FAILED) if counts[state]]
    for state in stuck:
        told = tr("{state}: {count} mails", state=tr(state.value), count=counts[state])
        yield Line("outbox", Level.FAULT, told, tr("feedbot outbox status, then feedbot outbox resolve"))
    if counts[OutboxState.DEFERRED]:
        told = tr("{state}: {count} mails", state=tr("deferred"), count=counts[OutboxState.DEFERRED])
        yield Line("outbox", Level.WARNING, told, tr("feedbot outbox status shows what the relay answered"))
    elif not stuck:
        yield ok("outbox", tr("no mail needs a person"))


def relays(config: "Config", now: datetime) -> Iterator[Line]:
    """Look which relays gave no session when they were asked last: a fault where none is left."""
    from feedbot.store import relays as repository

    names = {f"{one.host}:{one.port}" for one in config.delivery.smtp.every}
    with _reading(config) as tx:
        aside = [one for one in repository.listing(tx) if one.name in names]
    level = Level.WARNING if len(aside) < len(names) else Level.FAULT
    hint = tr("see to the relay, then: feedbot outbox retry --all")
    for one in aside:
        said = f"{one.code} {one.text}" if one.code else one.text
        told = tr(
            "{relay} has given no session since {since}; set aside until {until}: {said}",
            relay=one.name,
            since=_shell.when(one.since),
            until=_shell.when(one.until),
            said=said,
        )
        yield Line("relay", level, told, hint)


def keys(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether each source's trusted keys will last."""
    for name, found in source_keys(config):
        ends = tuple(trusted_ends(found, now))
        if found.held:
            told = tr("{count} keys wait to be pinned", count=len(found.held))
            yield Line(f"keys {name}", Level.WARNING, told, tr("feedbot keys list {name}", name=name))
        for end in ends:
            yield _ending(name, end)
        if found.pins and not ends:
            yield ok(f"keys {name}", tr("no key of {source} ends within 60 days", source=name))


def _ending(name: str, end: "Expiry") -> Line:
    from feedbot.signature import Urgency

    template = {
        Urgency.WARN: "{key} ends within 60 days, on {day}",
        Urgency.ALARM: "{key} ends within 14 days, on {day}",
        Urgency.EXPIRED: "{key} has ended, on {day}",
    }[end.urgency]
    told = tr(template, key=end.key.fingerprint, day=f"{end.expires.astimezone():%Y-%m-%d}")
    hint = tr("get the publisher's new key: feedbot keys import {name} FILE, then feedbot keys pin", name=name)
    over = end.urgency is Urgency.EXPIRED and end.key.is_primary
    return Line(f"keys {name}", Level.FAULT if over else Level.WARNING, told, hint)


def source_keys(config: "Config") -> "Iterator[tuple[str, SourceKeys]]":
    """Yield the keys of each source that has some and is not switched off. Raises ConfigError naming the source."""
    from feedbot import bootstrap

    for name, section in config.sources.items():
        found = bootstrap.keys_of(name, section, config.keys.home)
        if section.enabled and found.keyring.keys:
            yield name, found


def trusted_ends(found: "SourceKeys", now: datetime) -> "Iterator[Expiry]":
    """Yield the trusted keys whose end is near or past, the soonest first.

    One that has ended is passed over where a pinned successor goes on, or another subkey beside it: publishers change
    keys, and the old ones stay for the old texts. What a subkey is for is not known here, so a primary key does not
    stand in for its ended subkey.
    """
    from feedbot.signature import Urgency, expiring

    trusted = [key for key in found.keyring.keys if key.primary in found.pins and not key.revoked]
    ends = expiring(trusted, now)
    over = {end.key.fingerprint for end in ends if end.urgency is Urgency.EXPIRED}
    going = [key for key in trusted if not over & {key.fingerprint, key.primary}]
    for end in ends:
        replaced = any(key.primary != end.key.primary or not (key.is_primary or end.key.is_primary) for key in going)
        if not (end.urgency is Urgency.EXPIRED and replaced):
            yield end


def site(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether the pages can be written, the brands' too: editions are made beside the site, so its parent must
    take them."""
    for directory, _ in config.pages().values():
        folder = next((one for one in directory.parents if one.exists()), directory.parent)
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            yield ok("site", str(directory))
        else:
            hint = tr("check owner and mode, or name another place: [site] directory")
            yield Line("site", Level.FAULT, tr("{folder} may not be written", folder=folder), hint)


def network(config: "Config", now: datetime) -> Iterator[Line]:
    """Look whether publishers can tell who asks."""
    if config.network.contact:
        yield ok("network", tr("publishers can reach {contact}", contact=config.network.contact))
    else:
        told = tr("network.contact is empty: a publisher whom feedbot disturbs cannot reach you")
        yield Line("network", Level.WARNING, told, tr('set contact = "noc@…" under [network]'))


def _relay(relay: "RelaySection") -> Line:
    if relay.username and relay.password_file is None:
        told, hint = tr("a user name without a password"), tr("set password_file under [delivery.smtp]")
        return Line("relay", Level.FAULT, told, hint)
    if relay.security == "none" and relay.host not in ("localhost", "127.0.0.1", "::1"):
        told, hint = tr("mails go to {host} without TLS", host=relay.host), tr('set security = "starttls" or "tls"')
        return Line("relay", Level.WARNING, told, hint)
    return ok("relay", f"{relay.host}:{relay.port} ({relay.security})")


def delivery(config: "Config", now: datetime) -> Iterator[Line]:
    """Look over the relay's settings, without a connection, and say to whom the mails go."""
    from feedbot import bootstrap

    told_of = [_relay(one) for one in config.delivery.smtp.every]
    if all(one.level is Level.OK for one in told_of):
        bootstrap.open_mail(config)
    yield from told_of
    if config.delivery.mode == "shadow":
        told = tr(
            "shadow: every mail goes to {operator} alone, none to a customer; the pages are in {folder}",
            operator=config.delivery.operator,
            folder=config.delivery.pages(config.site.directory),
        )
        yield Line("mode", Level.WARNING, told, tr('when all is well: mode = "live" under [delivery]'))
    else:
        yield ok("mode", tr("live: mails go to the customers"))


@contextmanager
def _reading(config: "Config") -> "Iterator[Transaction]":
    from feedbot import store

    opened = store.open(config.store.url)
    try:
        with store.reading(opened) as tx:
            yield tx
    finally:
        opened.dispose()


CHECKS: tuple[tuple[str, Check], ...] = (
    ("programs", programs),
    ("templates", words),
    ("database", database),
    ("inventory", inventory),
    ("brands", brands),
    ("network", network),
    ("sources", sources),
    ("distributors", distributors),
    ("quarantine", waiting),
    ("outbox", outbox),
    ("relays", relays),
    ("keys", keys),
    ("site", site),
    ("delivery", delivery),
)
"""The checks, in the order in which they are told."""
