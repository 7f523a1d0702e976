"""The operator's configuration: one TOML file, checked as a whole.

Every fault is told at once, each with its file and key and, for an unknown key, the nearest valid name. Relative
paths are relative to the file they stand in, so a configuration can be moved with its folder.
"""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from feedbot import _config_checks, _config_faults
from feedbot._config_blocklists import BlocklistsSection
from feedbot._config_desk import AutoApprovalSection, DeskSection
from feedbot._config_digest import DigestSection
from feedbot._config_inventory import InventorySection
from feedbot._config_mail import RatesSection, SmtpSection
from feedbot._config_reminders import RemindersSection
from feedbot._config_values import Address, Duration, Fingerprint, Place, database, duration, place, source_url
from feedbot._config_values import Section as _Section
from feedbot._config_values import default as _default
from feedbot.errors import ConfigError

PLACES = (Path("config.toml"), Path("/etc/feedbot/config.toml"))
"""Where a configuration is looked for when none is named."""


class ProviderSection(_Section):
    """The company, as its notices name it."""

    name: str = Field(min_length=1)
    service: str = Field(min_length=1)
    from_address: Address
    contact: str = Field(min_length=1)
    site_url: str = Field(pattern=r"^https?://[^\s]+$")
    number_prefix: str = Field(default="INFO", pattern=r"^[A-Z][A-Z0-9]{0,15}$")
    reply_to: Address | Literal[""] = ""
    list_id: str = Field(default="", pattern=r"^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)?$")
    signature: str = ""


class BrandSection(ProviderSection):
    """A name beside the provider's, in which contracts may have their mails written; `templates` stand before all,
    `site` is the folder of pages of its own, `signing_key` the key of its mails in the home of [signing]."""

    number_prefix: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,15}$")
    templates: tuple[Place, ...] = ()
    site: Place | None = None
    signing_key: Fingerprint | None = None


_Roles = Annotated[tuple[Literal["technical", "administrative", "emergency"], ...], Field(min_length=1)]


class RecipientsSection(_Section):
    """Which roles of a customer's contacts get which notices; a role that nobody holds is the main address's."""

    urgent: _Roles = ("emergency", "technical")
    advisory: _Roles = ("technical",)
    listing: _Roles = ("technical",)
    trouble: _Roles = ("technical",)
    maintenance: _Roles = ("administrative", "technical")
    own: _Roles = ("administrative",)


class StoreSection(_Section):
    """The database."""

    url: Annotated[str, AfterValidator(database)] = "sqlite:///var/feedbot.db"


class NetworkSection(_Section):
    """How the world is reached."""

    contact: str = ""
    allow_private: tuple[str, ...] = ()
    allow_http: tuple[str, ...] = ()
    proxy: str = ""
    robots: bool = True


class SourceSection(_Section):
    """One publisher. `member` is the file in feedbot/source/ that reads it; by default the table's own name."""

    member: str = ""
    enabled: bool = True
    url: Annotated[str, AfterValidator(source_url)] = ""
    password_file: Place | None = None
    idle: Duration = Field(default="0s", validate_default=True)
    interval: Duration | None = None
    jitter: Duration = Field(default="2m", validate_default=True)
    per_second: float | None = Field(default=None, gt=0, le=100)
    robots: bool | None = None
    keyring: tuple[Place, ...] = ()
    pins: tuple[Fingerprint, ...] = ()
    signed: Literal["required", "optional"] = "optional"
    expired_key: Literal["warn", "hold"] = "warn"
    legacy: Literal["warn", "hold"] = "warn"


class DistroSection(_Section):
    """What one distributor says of its packages. `member` is the file in feedbot/distro/ that reads it; by default the
    table's own name."""

    member: str = ""
    enabled: bool = True
    url: str = Field(default="", pattern=r"^(?:https?://[^\s]+)?$")
    interval: Duration | None = None
    jitter: Duration = Field(default="10m", validate_default=True)


class KeysSection(_Section):
    """The private key home, where `feedbot keys` keeps what it imports: a folder for each source."""

    home: Place = Path("var/keys")


class NoticesSection(_Section):
    """What notices say and look like."""

    templates: tuple[Place, ...] = ()
    catalog: tuple[Place, ...] = ()
    quote: Literal["summary", "whole"] = "summary"
    draft_unsigned: bool = True


class SiteSection(_Section):
    """The 障害報告 pages."""

    directory: Place = Path("var/site")


class BouncesSection(_Section):
    """Where mails that come back arrive (`inbox`: maildir: or imaps:), and how often is too often."""

    address: Address | None = None
    inbox: Annotated[str, AfterValidator(source_url)] = ""
    password_file: Place | None = None
    soft_limit: int = Field(default=3, ge=1, le=100)
    soft_within: Duration = Field(default="14d", validate_default=True)


class DeliverySection(_Section):
    """How mails leave. `shadow`, the default, sends every mail to `operator` alone, marked 【試験】, and builds
    the pages beside the real ones.

    Of a notice to many, `first` mails leave, and the rest after `first_wait` (0s: by a person's word) where at most
    `first_failures` % of them failed. `uncertain` says what becomes of a mail that may or may not have arrived: `hold`
    it for a person, or `resend-after` a time by itself, once.
    """

    mode: Literal["shadow", "live"] = "shadow"
    operator: Address | None = None
    first: int = Field(default=10, ge=0, le=1000)
    first_wait: Duration = Field(default="10m", validate_default=True)
    first_failures: int = Field(default=20, ge=0, le=100)
    quiet_hours: str = Field(default="", pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d)?$")
    daily_cap: int = Field(default=0, ge=0, le=1000)
    urgent_score: float = Field(default=9.0, ge=0, le=11)
    uncertain: str = Field(default="hold", pattern=r"^(?:hold|resend-after [1-9]\d{0,2}[hd])$")
    bounces: BouncesSection = _default(BouncesSection)
    smtp: SmtpSection = _default(SmtpSection)
    rates: RatesSection = _default(RatesSection)

    @property
    def resend_after(self) -> timedelta | None:
        """After what time a mail in doubt goes again by itself; None: never."""
        return None if self.uncertain == "hold" else duration(self.uncertain.removeprefix("resend-after "))

    def pages(self, directory: Path) -> Path:
        """Return where the pages of a site go in this mode: a trial changes none that somebody may see."""
        return directory.with_name(f"{directory.name}.trial") if self.mode == "shadow" else directory


class AlarmsSection(_Section):
    """Whom feedbot tells when a source is not well. Without `mail` it tells [delivery] operator, if there is one."""

    mail: tuple[Address, ...] | None = None
    webhook: str = Field(default="", pattern=r"^(?:https?://[^\s@/]+(?:/[^\s]*)?)?$", repr=False)
    remind: Duration = Field(default="1d", validate_default=True)


class ChannelSection(_Section):
    """A way for alarms or notices besides mail and site. `member` is the file in feedbot/delivery/ that speaks there,
    by default the table's own name; every further key is a setting of that member's."""

    model_config = ConfigDict(extra="allow", frozen=True, validate_default=True)

    member: str = ""
    carries: tuple[Literal["alarms", "posts"], ...] = Field(default=("posts",), min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _files(cls, table: object, info: ValidationInfo) -> object:
        """Make the files absolute."""
        if not isinstance(table, dict):
            return table
        return {
            key: str(place(Path(value), info)) if key.endswith("_file") and isinstance(value, str) else value
            for key, value in table.items()
        }


class OncallSection(_Section):
    """Who is called for what waits for a person: addresses, `webhook` or names of [channels] that carry alarms, in the
    order in which they are told while nobody takes the matter; `urgent` and `normal` are the time that each has."""

    ladder: tuple[str, ...] = ()
    urgent: Duration = Field(default="10m", validate_default=True)
    normal: Duration = Field(default="2h", validate_default=True)


class SigningSection(_Section):
    """The provider's key, and what is signed with it. `home` is a GnuPG home whose agent needs no person."""

    key: Fingerprint | None = None
    home: Place | None = None
    mails: bool = False
    posts: bool = False


class BundleSection(_Section):
    """Whose offline bundles are taken in: key files, and the primary fingerprints trusted among them."""

    keyring: tuple[Place, ...] = ()
    pins: tuple[Fingerprint, ...] = ()


class Config(_Section):
    """The whole file."""

    provider: ProviderSection
    store: StoreSection = _default(StoreSection)
    network: NetworkSection = _default(NetworkSection)
    sources: dict[str, SourceSection] = Field(default={})
    distro: dict[str, DistroSection] = Field(default={})
    keys: KeysSection = _default(KeysSection)
    notices: NoticesSection = _default(NoticesSection)
    reminders: RemindersSection = _default(RemindersSection)
    digest: DigestSection = _default(DigestSection)
    blocklists: BlocklistsSection = _default(BlocklistsSection)
    site: SiteSection = _default(SiteSection)
    delivery: DeliverySection = _default(DeliverySection)
    alarms: AlarmsSection = _default(AlarmsSection)
    channels: dict[str, ChannelSection] = Field(default={})
    oncall: OncallSection = _default(OncallSection)
    signing: SigningSection = _default(SigningSection)
    bundle: BundleSection = _default(BundleSection)
    inventory: InventorySection = _default(InventorySection)
    people: dict[str, str] = Field(default={})
    desk: DeskSection = _default(DeskSection)
    auto_approval: tuple[AutoApprovalSection, ...] = ()
    brands: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")], BrandSection] = Field(default={})
    recipients: RecipientsSection = _default(RecipientsSection)
    audiences: dict[str, str] = Field(default={})

    def pages(self) -> dict[str, tuple[Path, str]]:
        """Return the folder and the address of the provider's pages and of each brand's that has its own, by table."""
        own = {f"brands.{name}": (one.site, one.site_url) for name, one in self.brands.items() if one.site}
        return {"provider": (self.site.directory, self.provider.site_url), **own}


def find(named: Path | None) -> Path:
    """Return the configuration file to use. Raises ConfigError naming the places looked at."""
    for path in [named] if named else PLACES:
        try:
            if path.is_file():
                return path
        except OSError as error:
            raise ConfigError(str(path), "cannot be read: {why}", why=error.strerror or error) from error
    raise ConfigError(
        str(named or ", ".join(map(str, PLACES))),
        "no configuration file",
        hint="`feedbot init` writes one; -c names another place",
    )


Pinned = Callable[[Path, str], Sequence[str]]
"""`pinned(home, source)`: the primary keys of a source that were imported into the key home and pinned there."""


def load(
    path: Path,
    sources: Sequence[str] = (),
    pinned: Pinned = lambda home, source: (),
    has_address: Callable[[str], bool] = lambda member: True,
    distros: Sequence[str] = (),
    of_channel: Callable[[str, ChannelSection], Iterable[str]] = lambda name, section: (),
) -> Config:
    """Read and check a configuration file; `sources` and `distros` are the known member names, and
    `has_address(member)` says whether one of the sources knows where its publisher is. `of_channel(name, table)` tells
    the faults of a channel's own settings.

    Raises ConfigError whose reason holds every fault, a line each: `FILE: key: what is wrong (nearest name)`.
    """
    raw = _raw(path)
    faults: list[str] = []
    config: Config | None = None
    try:
        config = Config.model_validate(raw, context=_context(path))
    except ValidationError as error:
        faults += [_config_faults.said(detail, Config) for detail in error.errors()]
    faults += _config_checks.across(raw, sources)
    faults += _config_checks.unknown_distros(raw, distros)
    faults += _config_checks.addressless(raw, sources, has_address)
    with suppress(ValidationError):  # told already
        home = _key_home(raw, path)
        faults += _config_checks.keyless(raw, lambda source: pinned(home, source))
    for name, section in config.channels.items() if config else ():
        faults += of_channel(name, section)
    faults += _config_checks.sites(config.pages()) if config else ()
    if faults or config is None:
        raise _faulty(path, faults)
    return config


def key_home(path: Path) -> Path:
    """Return the key home that a configuration names, whatever else is wrong with it: keys may be what it lacks.

    Raises ConfigError where [keys] itself is wrong.
    """
    raw = _raw(path)
    try:
        return _key_home(raw, path)
    except ValidationError as error:
        raise _faulty(path, [_config_faults.said(detail, Config) for detail in error.errors()]) from error


def _key_home(raw: dict[str, Any], path: Path) -> Path:
    return _KeysAlone.model_validate({"keys": raw.get("keys", {})}, context=_context(path)).keys.home


class _KeysAlone(_Section):
    keys: KeysSection = _default(KeysSection)


def _context(path: Path) -> dict[str, Path]:
    return {"base": path.resolve().parent}


def _raw(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(str(path), "cannot be read: {why}", why=error.strerror or error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), "not TOML: {why}", why=error) from error


def _faulty(path: Path, faults: list[str]) -> ConfigError:
    return ConfigError(
        str(path),
        "{count} faults:\n{faults}",
        count=len(faults),
        faults="\n".join(f"  {path}: {fault}" for fault in faults),
        hint="config.example.toml explains every key",
    )
