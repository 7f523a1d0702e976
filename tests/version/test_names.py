"""Which scheme orders the versions of an ecosystem, and by which name VERS knows it."""

import pytest

from feedbot.version import VersionRange, scheme_of, schemes

OSV = {
    "deb": ["Debian", "Debian:12", "Ubuntu:Pro:18.04:LTS", "Echo"],
    "rpm": ["AlmaLinux:9", "Rocky Linux:9", "Red Hat:rhel_aus:8.4::appstream", "SUSE:Linux Enterprise 15", "openSUSE",
            "openEuler:24.03-LTS", "Mageia:9", "Photon OS:5.0", "Azure Linux:3"],
    "pep440": ["PyPI"],
    "npm": ["npm"],
    "gem": ["RubyGems"],
    "composer": ["Packagist", "Packagist:https://packages.drupal.org/8"],
    "maven": ["Maven", "Maven:https://maven.google.com"],
    "semver": ["Go", "crates.io", "Hex", "SwiftURL", "GitHub Actions", "Kubernetes", "VSCode:https://open-vsx.org"],
    # Their orders are not known here: what is said of them stays unread, never generic.
    "": ["Alpine:v3.20", "Alpaquita:23", "Android", "BellSoft Hardened Containers:23", "Bioconductor", "Bitnami",
         "Chainguard", "CleanStart", "ConanCenter", "CRAN", "Docker Hardened Images", "FreeBSD:ports", "GHC", "GIT",
         "Hackage", "Julia", "Linux", "MinimOS", "NuGet", "opam", "OSS-Fuzz", "Pub", "Root:Debian:12",
         "Wolfi"],
}  # fmt: skip


@pytest.mark.parametrize(("scheme", "ecosystem"), [(scheme, one) for scheme, names in OSV.items() for one in names])
def test_every_ecosystem_of_osv_has_its_own_order_or_none(scheme: str, ecosystem: str) -> None:
    """Each ecosystem that the OSV schema defines goes to the scheme that orders its versions."""
    assert scheme_of(ecosystem) == scheme
    assert scheme_of(ecosystem.upper()) == scheme


def test_no_ecosystem_is_read_as_generic() -> None:
    """Only what says `generic` is."""
    assert not any(scheme_of(one) == "generic" for names in OSV.values() for one in names)
    assert scheme_of("generic") == "generic"


@pytest.mark.parametrize(
    ("text", "scheme", "written"),
    [
        ("vers:pypi/>=1.0|<2.0", "pep440", "vers:pypi/>=1.0|<2.0"),
        ("vers:pep440/<2.0", "pep440", "vers:pypi/<2.0"),
        ("vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "gem", "vers:gem/>=2.2.0|!=2.2.1|<2.3.0"),
        ("vers:NPM/1.2.3", "npm", "vers:npm/1.2.3"),
        ("vers:golang/<1.25.4", "semver", "vers:semver/<1.25.4"),
        ("vers:maven/<2.15.0", "maven", "vers:maven/<2.15.0"),
        ("vers:openssl/>=1.0.2|<1.0.2zb", "openssl", "vers:openssl/>=1.0.2|<1.0.2zb"),
    ],
)
def test_vers_goes_in_and_out_by_its_type(text: str, scheme: str, written: str) -> None:
    """A type is read by any of its names and written as VERS registers it."""
    made = VersionRange.parse(text)
    assert (made.scheme, str(made)) == (scheme, written)


def test_every_scheme_is_found_by_its_own_name() -> None:
    """No scheme's name is taken by another's ecosystems."""
    assert [scheme_of(scheme) for scheme in schemes()] == list(schemes())
