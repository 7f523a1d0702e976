"""Wire the world: the only place that names concrete edges."""

import os
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from feedbot import __version__, _bootstrap_mail, members, store
from feedbot import config as configuration
from feedbot._bootstrap_mail import password as _password
from feedbot._config_channels import opened_channel
from feedbot.advisory import Verdict
from feedbot.catalog import Catalog
from feedbot.config import (
    BrandSection,
    BundleSection,
    ChannelSection,
    Config,
    DeliverySection,
    DistroSection,
    SourceSection,
)
from feedbot.delivery import AlarmChannel, Rates, SiteChannel
from feedbot.distro import DistroInfo
from feedbot.errors import ConfigError, SignatureError
from feedbot.fetch import Inbox, http, polite
from feedbot.fetch.mailbox import Maildir, imap_folder
from feedbot.fetch.spool import Spool
from feedbot.inventory import Role
from feedbot.notice import Provider, again, digests, render
from feedbot.pipeline import AlarmChannels, Brand, ConfiguredSource, DistroFeed, Edges, OnCall, PullGroup
from feedbot.pipeline._sending import BounceBox, Sending, quiet_hours
from feedbot.pipeline.inbox import MailReader
from feedbot.review import Desk, DeskRole, Policy
from feedbot.signature import (
    Keyring,
    Signer,
    SourceKeys,
    UnsignedText,
    VerifiedText,
    detached_judge_for,
    judge_for,
    verify_file,
)
from feedbot.signature import source_keys as imported_keys
from feedbot.signature.keys import merge, read_file
from feedbot.source import Source
from feedbot.store import meta

open_mail = _bootstrap_mail.open_mail


def shipped(name: str) -> Path:
    """Return a file or folder that comes with feedbot: inside the installed package, else beside it in the checkout."""
    inside = Path(str(resources.files("feedbot"))) / name
    return inside if inside.exists() else inside.parent.parent / name


def load_config(named: Path | None) -> Config:
    """Find and check the configuration. Raises ConfigError with all faults."""
    names = members.names("feedbot.source")
    distros = members.names("feedbot.distro")
    return configuration.load(configuration.find(named), names, _pinned, _has_address, distros, _channel_faults)


def _channel_faults(name: str, section: ChannelSection) -> tuple[str, ...]:
    return _channel(name, section, http.NetworkPolicy())[1]


def _has_address(member: str) -> bool:
    return bool(cast(Source, members.load("feedbot.source", member)).SOURCE.listing_url)


def key_home(named: Path | None) -> Path:
    """Return the key home of the configuration, also of one that still lacks keys; var/keys where there is none."""
    try:
        path = configuration.find(named)
    except ConfigError:
        if named is not None:
            raise
        return Path("var/keys")
    return configuration.key_home(path)


def desk(config: Config) -> Desk:
    """Return who may decide what, and what passes by a policy."""
    roles = {role: frozenset(getattr(config.desk, role.value)) for role in DeskRole}
    passes = (Policy(**one.model_dump() | {"sources": frozenset(one.sources)}) for one in config.auto_approval)
    return Desk(roles, tuple(passes))


def create_store(config: Config) -> None:
    """Make the database, or bring it up to date, and give a new one its identity."""
    if config.store.url.startswith("sqlite:///"):
        folder = Path(config.store.url.removeprefix("sqlite:///")).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(str(folder), "cannot be written: {why}", why=error.strerror or error) from error
    database = store.open(config.store.url, create=True)
    with database.begin() as tx:
        meta.establish(tx, str(uuid.uuid4()), secrets.token_bytes(32), _now())
    database.dispose()


def edges(config: Config) -> Edges:
    """Open the database and wire everything a pipeline needs. Raises ConfigError, StoreError, CatalogError."""
    database = store.open(config.store.url)
    with store.reading(database) as tx:
        secret = meta.load(tx).secret
    policy = http.NetworkPolicy(
        allow_private=config.network.allow_private,
        allow_http=config.network.allow_http,
        user_agent=f"feedbot/{__version__}" + (f" ({config.network.contact})" if config.network.contact else ""),
        proxy=config.network.proxy,
    )
    provider = Provider(**config.provider.model_dump())
    signing = config.signing
    signer = Signer(signing.home, signing.key) if signing.home and signing.key else None
    return Edges(
        database=database,
        clock=_now,
        fetch=polite.Web(policy, _now, courtesy(config)).fetch,
        sources={name: source(name, section, config.keys.home) for name, section in config.sources.items()},
        catalog=Catalog.load(*config.notices.catalog),
        templates=render.Templates.load(config.notices.templates),
        provider=provider,
        open_mail=partial(open_mail, config),
        site=open_site(config.delivery.pages(config.site.directory)),
        secret=secret,
        shadow_operator=config.delivery.operator if config.delivery.mode == "shadow" else None,
        inventory_max_age=config.inventory.max_age,
        quote=config.notices.quote,
        draft_unsigned=config.notices.draft_unsigned,
        alarms=open_alarms(config, policy),
        posts=open_channels(config, policy, "posts"),
        desk=desk(config),
        oncall=OnCall(_rungs(config), config.oncall.urgent, config.oncall.normal),
        sign_mail=signer.detached if signer and signing.mails else None,
        sign_post=signer.clear if signer and signing.posts else None,
        sign_bundle=signer.clear if signer else None,
        check_bundle=_check_bundle(config.bundle) if config.bundle.pins else None,
        distros={name: distro_feed(name, section) for name, section in config.distro.items()},
        pulls={name: PullGroup(name, **dict(section)) for name, section in config.inventory.pull.items()},
        inventory_spool=Spool(config.inventory.spool) if config.inventory.spool else None,
        sending=sending(config.delivery),
        brands={name: _brand(section, config) for name, section in config.brands.items()},
        roles={kind: tuple(map(Role, roles)) for kind, roles in config.recipients.model_dump().items()},
        audiences=config.audiences,
        reminders=again.Reminders(**config.reminders.policy()),
        digest=digests.Digests(**config.digest.policy()),
    )


def _brand(section: BrandSection, config: Config) -> Brand:
    """Return a name in which mails are written, with its own pages where it has any."""
    templates = render.Templates.load((*section.templates, *config.notices.templates))
    site = open_site(config.delivery.pages(section.site)) if section.site else None
    names = section.model_dump(exclude={"templates", "site", "signing_key"})
    signing, key = config.signing, section.signing_key
    sign = Signer(signing.home, key).detached if signing.home and signing.mails and key else None
    return Brand(Provider(**names, pages=site is not None), templates, site, sign)


def courtesy(config: Config) -> polite.Courtesy:
    """Return how each host is treated: of several sources of one host the slowest rate counts, and the permission that
    one of them has."""
    rates: dict[str, float] = {}
    robots: dict[str, bool] = {}
    for name, section in config.sources.items():
        info = _member(name, section).SOURCE
        host = urlsplit(section.url or info.listing_url).hostname
        rate = section.per_second if section.per_second is not None else info.per_second
        if host and rate:
            rates[host] = min(rate, rates.get(host, rate))
        if host and section.robots is not None:
            robots[host] = section.robots and robots.get(host, True)
    return polite.Courtesy(rates, config.network.robots, robots)


def _check_bundle(section: BundleSection) -> Callable[[bytes], VerifiedText | UnsignedText]:
    """Return what judges a bundle's statement; the keys are read when there is one to judge."""

    def check(data: bytes) -> VerifiedText | UnsignedText:
        try:
            keyring = Keyring.load(section.keyring)
        except SignatureError as error:
            raise _bad_keys("bundle.keyring", error) from error
        return verify_file(data, keyring=keyring, pins=section.pins, now=_now())

    return check


def source(name: str, section: SourceSection, home: Path) -> ConfiguredSource:
    """Bind a publisher's member to its own keys. Raises ConfigError for a member that there is none of, or bad keys."""
    member = _member(name, section)
    keys = keys_of(name, section, home)
    inbox = open_inbox(section)
    ring = keys.keyring if keys.keyring.keys else None
    return ConfiguredSource(
        name=name,
        member=cast(Source, MailReader(member)) if inbox else member,
        url=section.url or member.SOURCE.listing_url,
        judge_for=lambda transport: judge_for(ring, keys.pins, _now(), transport),
        signed_required=section.signed == "required",
        tolerated=frozenset(
            verdict
            for verdict, policy in (
                (Verdict.EXPIRED_KEY, section.expired_key),
                (Verdict.LEGACY_UNVERIFIABLE, section.legacy),
            )
            if policy == "warn"
        ),
        enabled=section.enabled,
        interval=interval_of(name, section),
        jitter=section.jitter,
        inbox=inbox,
        detached_for=lambda transport, signature: detached_judge_for(
            keys.keyring, keys.pins, _now(), transport, signature
        ),
    )


def distro_feed(name: str, section: DistroSection) -> DistroFeed:
    """Bind a distributor's table to its member. Raises ConfigError where there is no such member, or no address."""
    issuer = section.member or name
    member = members.load("feedbot.distro", issuer)
    info: DistroInfo = member.DISTRO
    if not (section.url or info.url):
        raise ConfigError(
            f"distro.{name}.url",
            "no one address holds all of {title}",
            hint="name one that does, or take files in by hand: feedbot distro load FILE",
            title=info.title,
        )
    return DistroFeed(
        name=f"distro.{name}",
        issuer=issuer,
        member=member,
        url=section.url or info.url,
        enabled=section.enabled,
        interval=section.interval or info.interval,
        jitter=section.jitter,
    )


def open_inbox(section: SourceSection) -> Inbox | None:
    """Return where a source's documents arrive, not yet looked into; None for one that is asked."""
    scheme, _, rest = section.url.partition(":")
    if scheme == "imaps":
        password = partial(_password, section.password_file)
        return imap_folder(section.url, password, section.idle.total_seconds())
    folders: dict[str, Callable[[Path], Inbox]] = {"maildir": Maildir, "spool": Spool}
    return folders[scheme](Path(rest)) if scheme in folders else None


def interval_of(name: str, section: SourceSection) -> timedelta:
    """Return how often a source is asked. Raises ConfigError for a member that there is none of."""
    return section.interval or _member(name, section).SOURCE.interval


def _member(name: str, section: SourceSection) -> Source:
    return cast(Source, members.load("feedbot.source", section.member or name))


def keys_of(name: str, section: SourceSection, home: Path) -> SourceKeys:
    """Return a source's keys: those the configuration names, merged with those imported into the key home.

    What either pins is pinned. Raises ConfigError naming the source.
    """
    imported = _imported(home, name)
    if not section.keyring:
        return SourceKeys(imported.keyring, tuple(dict.fromkeys((*section.pins, *imported.pins))))
    try:
        pieces = [read_file(path) for path in section.keyring]
        keyring = merge([*pieces, imported.keyring.data] if imported.keyring.keys else pieces)
    except SignatureError as error:
        raise _bad_keys(f"sources.{name}.keyring", error) from error
    return SourceKeys(keyring, tuple(dict.fromkeys((*section.pins, *imported.pins))))


def _imported(home: Path, name: str) -> SourceKeys:
    try:
        return imported_keys(home, name) if (home / name).is_dir() else SourceKeys(Keyring(), ())
    except SignatureError as error:
        raise _bad_keys(f"sources.{name}", error) from error
    except (OSError, ValueError) as error:
        raise ConfigError(str(home / name), "cannot be read: {why}", why=error) from error


def _pinned(home: Path, name: str) -> tuple[str, ...]:
    keys = _imported(home, name)
    return tuple(key.fingerprint for key in keys.keyring.primaries if key.fingerprint in keys.pins)


def _bad_keys(subject: str, error: SignatureError) -> ConfigError:
    values = {**error.values, "cause": error}
    return ConfigError(subject, "{cause}", hint=error.hint_template, **values)


def sending(section: DeliverySection) -> Sending:
    """Return what holds mails back, and where those arrive that come back."""
    came, box = section.bounces, None
    if came.address and came.inbox:
        inbox = open_inbox(SourceSection(url=came.inbox, password_file=came.password_file))
        box = BounceBox(came.address, inbox, came.soft_limit, came.soft_within) if inbox else None
    return Sending(
        first=section.first,
        wait=section.first_wait,
        failures=section.first_failures,
        quiet=quiet_hours(section.quiet_hours),
        cap=section.daily_cap,
        urgent_score=section.urgent_score,
        bounces=box,
        resend_after=section.resend_after,
        rates=Rates(**section.rates.model_dump()),
    )


def open_site(directory: Path) -> SiteChannel:
    """Return the static site in a folder."""
    channel = members.load("feedbot.delivery", "site")
    return cast(SiteChannel, channel.open_channel(channel.Settings(directory)))


def open_alarms(config: Config, policy: http.NetworkPolicy) -> AlarmChannels:
    """Return where alarms go: the named addresses, else the operator's; and a webhook, not yet connected to."""
    section, operator = config.alarms, config.delivery.operator
    channel = members.load("feedbot.delivery", "webhook")
    webhook = channel.open_channel(channel.Settings(section.webhook, policy)) if section.webhook else None
    mail = section.mail if section.mail is not None else (operator,) if operator else ()
    others = open_channels(config, policy, "alarms")
    return AlarmChannels(mail, cast(AlarmChannel | None, webhook), section.remind, others)


def _rungs(config: Config) -> tuple[str, ...]:
    """Return the ladder's channels as the alarms' rows name them."""
    return tuple(
        f"mail:{one}" if "@" in one else one if one == "webhook" else f"channel:{one}" for one in config.oncall.ladder
    )


def open_channels(config: Config, policy: http.NetworkPolicy, carries: str) -> dict[str, AlarmChannel]:
    """Return the channels that carry `alarms` or `posts`, by name, not yet connected to. Raises ConfigError."""
    opened: dict[str, AlarmChannel] = {}
    for name, section in config.channels.items():
        if carries in section.carries:
            channel, faults = _channel(name, section, policy)
            if channel is None:
                raise ConfigError(f"channels.{name}", "{faults}", faults="; ".join(faults))
            opened[name] = cast(AlarmChannel, channel)
    return opened


def _channel(name: str, section: ChannelSection, policy: http.NetworkPolicy) -> tuple[object | None, tuple[str, ...]]:
    return opened_channel(name, section, {"policy": policy}, lambda file: _password(Path(file)))


def lock_file(config: Config) -> Path:
    """Return the file that keeps a second `feedbot run` away: beside an SQLite database, else beside the site."""
    name = config.store.url.removeprefix("sqlite:///")
    beside = Path(name) if name != config.store.url else config.site.directory
    return beside.with_name("feedbot.lock")


def worker_name() -> str:
    """Name this process as the outbox knows it."""
    return f"{os.uname().nodename}:{os.getpid()}"


def _now() -> datetime:
    """Read the clock: the one place where a time begins."""
    return datetime.now(UTC)
