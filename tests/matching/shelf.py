"""A made-up case with its catalogue, for the tests of matching."""

from dataclasses import dataclass

from feedbot.advisory import Advisory, Affected, Fixed, Signature, Status, UnreadRange, Verdict
from feedbot.advisory.case import Case
from feedbot.catalog import Product
from feedbot.inventory import Component
from feedbot.version import VersionRange

NTP = Product("ntp", "NTP", names=("ntpd", "NTP"), deb=("ntp",), rpm=("ntp",), upstream=("ntpd", "NTP"))
OPENSSL = Product("openssl", "OpenSSL", names=("OpenSSL",), deb=("openssl",), rpm=("openssl",), upstream=("openssl",))


@dataclass(frozen=True)
class Shelf:
    """A catalogue of two products, found by any of their names."""

    products: tuple[Product, ...] = (NTP, OPENSSL)

    def find(self, product: str, vendor: str = "", cpe: str = "", title: str = "") -> Product | None:
        """Find as the real one does, by exact name alone."""
        return next((one for one in self.products if product in one.names), None)

    inventoried = find


def line(vers: str, product: str = "ntpd", **more: tuple[str, ...]) -> Affected:
    """Make one line of an advisory; a text that is no VERS is one that was not understood."""
    read = VersionRange.parse(vers) if vers.startswith("vers:") else UnreadRange(vers)
    return Affected(product, read, f"{product} {vers}", **more)


def advisory(
    number: str,
    *affected: Affected,
    fixed: str = "",
    aliases: tuple[str, ...] = (),
    withdrawn: bool = False,
    verdict: Verdict = Verdict.UNSIGNED,
) -> Advisory:
    """Make an advisory of a made-up issuer."""
    return Advisory(
        "csirt-a",
        number,
        "1",
        "a fault",
        "ja",
        Signature(verdict),
        Status.WITHDRAWN if withdrawn else Status.FINAL,
        aliases=aliases,
        affected=affected,
        fixed=(Fixed("ntpd", VersionRange.parse(f"vers:generic/{fixed}")),) if fixed else (),
    )


def case(*advisories: Advisory) -> Case:
    """Make a case of them."""
    return Case("C-2026-0001", advisories)


def deb(version: str, distro: str = "debian:12", source: str = "ntp", name: str = "", binary: str = "") -> Component:
    """Make an installed Debian package; `version` is its source's."""
    return Component("deb", name or source, binary or version, source, version, "amd64", distro)


def rpm(version: str, distro: str = "almalinux:9", source: str = "ntp", name: str = "") -> Component:
    """Make an installed rpm."""
    return Component("rpm", name or source, version, source, version.rpartition(":")[2], "x86_64", distro)


def own(version: str, name: str = "ntpd") -> Component:
    """Make software built by the customer."""
    return Component("generic", name, version, name)
