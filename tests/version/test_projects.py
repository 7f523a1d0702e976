"""Versions of single projects, of package managers and dates, in the order that their documentation tells."""

from itertools import pairwise

import pytest

from feedbot.errors import VersionError
from feedbot.version import key

ASCENDING = [
    ("openssl", ["0.9.8-beta1", "0.9.8", "0.9.8a", "0.9.8zh", "1.0.0-beta2-dev", "1.0.0-beta2", "1.0.0", "1.0.2-dev",
                 "1.0.2", "1.0.2a", "1.0.2y", "1.0.2z", "1.0.2za", "1.0.2zb", "1.1.0-beta9", "1.1.0-pre6", "1.1.0",
                 "1.1.1g-dev", "1.1.1g", "1.1.1w", "3.0.0-alpha2", "3.0.0-alpha17", "3.0.0-beta1", "3.0.0", "3.0.2",
                 "3.0.14"]),
    ("nginx", ["0.8.40", "1.9.15", "1.10.0", "1.27.5", "1.28.0", "nginx/1.29.4"]),
    ("apache", ["1.3.42", "2.4.0-dev", "2.4.0-alpha", "2.4.0-beta", "2.4", "2.4.9", "2.4.62-dev", "2.4.62",
                "9.0.0-beta2", "9.0.0.M1", "9.0.0.M10", "9.0.0-RC1", "9.0.0", "9.0.1"]),
    ("apache", ["2.0-alpha1", "2.0-beta8", "2.0-beta9", "2.0-rc1", "2.0", "2.0.1", "2.17.1", "2.25.0"]),
    ("date", ["2018.12", "2019", "2019.1", "2019-01-01", "20190102", "2019.1.2.1", "2019.2", "2026/11/24",
              "2026112401", "20261124-2", "2026-12"]),
    ("date", ["2023c", "2024", "2024a", "2024b", "2024.1"]),
    ("datetime", ["0001-01-01T00:00:00+14:00", "2026-11-24T00:00:00+09:00", "2026-11-23T15:00:00.05Z",
                  "2026-11-23T15:00:00.5Z", "2026-11-23T10:00:01-05:00", "9999-12-31T23:59:60-12:00"]),
    ("maven", ["7-alpha-1", "7-a2", "7.0.beta1", "7-milestone-3", "7-m4", "7.RC1-SNAPSHOT", "7-cr1", "7-RC2",
               "7-snapshot", "7", "7-sp", "7-SP1", "7-jre8", "7-jre11", "7-jre.1", "7-1-beta", "7-1", "7.0.0.1",
               "7.1"]),
    ("maven", ["7-a1", "7-b1", "7-m1", "7", "7-a", "7-a.1", "7-b", "7-m"]),
    ("intdot", ["1", "1.2", "1.2.0.1", "1.2.1", "1.10rc1", "2"]),
    ("maven", ["Hoxton.M3", "Hoxton", "Hoxton.SR3", "Hoxton.SR12", "2020.0.0"]),
    ("gem", ["7.0.A", "7.0.a.2", "7.0.a10", "7.a.12.1", "7.0.b", "7.0.pre", "7", "7.0.1-x86", "7.0.1", "7.0.10"]),
    ("gem", ["2.a.b", "2.a.0.b", "2.a.0.0.b", "2.a", "2.a.0.0.1", "2.a.0.1", "2.a.1"]),
    ("composer", ["1.0-dev", "1.0.0-alpha1-dev", "1.0.0-a1", "1.0.0alpha10", "1.0-b1", "1.0-RC1", "1.0.0", "1.0.0-p1",
                  "1.0.0-pl2", "1.0.0.1", "1.0.1", "v1.10", "20260102", "20260102-patch1"]),
    ("npm", ["6.0.0-0", "6.0.0-1", "6.0.0-alpha", "6.0.0alpha.1", "6.0.0-beta", "v6.0.0", "6.0.1", "6.1", "6.10.0"]),
]  # fmt: skip
EQUAL = [
    ("openssl", "1.0.2u-fips", "1.0.2u"), ("openssl", "OpenSSL 3.0.7", "3.0.7+quic"), ("openssl", "1.1", "1.1.0"),
    ("openssl", "1.0.2K", "1.0.2k"), ("nginx", "1.28", "nginx/1.28.0"), ("apache", "2.4", "2.4.0"),
    ("apache", "9.0.0.M1", "9.0.0-m1"), ("apache", "3.3.0-incubating", "3.3"), ("apache", "Apache/2.4.62", "2.4.62"),
    ("apache", "2.5-BETA1", "2.5b1"), ("date", "2026-11-24", "20261124"), ("date", "2026.11.24", "2026/11/24"),
    ("date", "2019.1", "2019-01"), ("date", "2026112401", "2026-11-24.1"),
    ("datetime", "2026-11-24T00:00:00Z", "2026-11-24T09:00:00.000+09:00"),
    ("datetime", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("intdot", "1.2.0", "01.2rc1"), ("intdot", "0.0", "0"),
    ("maven", "7.0.0", "7"), ("maven", "7.ga", "7-final"), ("maven", "7-release", "7.0-0"), ("maven", "7.", "7-"),
    ("maven", "7-cr-2", "7rc2"), ("maven", "7.0.0-foo.0.0", "7-FOO"), ("maven", "7.x", "7-x"),
    ("maven", "7-0-2", "7-2"), ("maven", "7-ga-1", "7-1"), ("maven", "7.01", "7.1"),
    ("maven", "7-1.foo-bar1baz-.1", "7-1.foo-bar-1-baz-0.1"),
    ("gem", "7", "7.0.0"), ("gem", "7.0.a", "7.a"), ("gem", "7.a1", "7.a.1"), ("gem", "7-rc1", "7.pre.rc.1"),
    ("gem", "7.a.1.0", "7.a.1"), ("gem", " 7 ", "7"),
    ("composer", "1", "v1.0.0.0"), ("composer", "1.0-stable", "1.0+build"), ("composer", "1.0.beta.2", "1.0B2"),
    ("npm", "v6.1.0", "= 6.1.0+build.5"), ("npm", "6", "6.0.0"), ("npm", "06.1.0-01", "6.1.0-1"),
]  # fmt: skip
REFUSED = [
    ("openssl", ["3.0.2a", "1.0.x", "1.0.2-zb", "1", "1.0.2-beta", "openssl", ""]),
    ("nginx", ["1", "1.28.0.1", "1.28.x", "R33", "1.28.0-beta", ""]),
    ("apache", ["2.4.62a", "2.4.x", "2.4.0-final", "M1", "2.4.", ""]),
    ("date", ["2026-13-01", "20260230", "1826-01-01", "2026-11/24", "26-11-24", "2026-11-24T00:00:00Z", "2026ab", ""]),
    ("datetime", ["2026-11-24", "2026-11-24T00:00:00", "2026-11-24t00:00:00z", "2026-02-30T00:00:00Z",
                  "2026-11-24T25:00:00Z", "2026-11-24T00:00:61Z", "2026-11-24T00:00:00+24:00", ""]),
    ("maven", ["", "7 1", "7.\u3042", "7" * 257]),
    ("gem", ["", "a.1", "7..1", "7.", "7_1", "v7"]),
    ("composer", ["", "dev-main", "1.x-dev", "1.0.0.0.0", "1.0-gamma", "1.*", "^1.0", "master"]),
    ("npm", ["", "latest", "6.x", "6.1.2.3", "6.1-beta", "v", "*"]),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "versions"), ASCENDING)
def test_versions_ascend(scheme: str, versions: list[str]) -> None:
    """Each list is in the order that its project tells."""
    keys = [key(scheme, version) for version in versions]
    assert all(left < right for left, right in pairwise(keys)), [
        pair for pair, (left, right) in zip(pairwise(versions), pairwise(keys), strict=True) if left >= right
    ]


@pytest.mark.parametrize(
    "versions", [versions for scheme, versions in ASCENDING if scheme in ("openssl", "nginx", "apache")]
)
def test_generic_agrees_with_the_project(versions: list[str]) -> None:
    """What is known of the project by its own scheme holds for its versions under `generic`, as prose is read."""
    keys = [key("generic", version.removeprefix("nginx/")) for version in versions]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("scheme", "left", "right"), EQUAL)
def test_spellings_of_one_version_are_equal(scheme: str, left: str, right: str) -> None:
    """What is only written differently has one key."""
    assert key(scheme, left) == key(scheme, right)


@pytest.mark.parametrize(("scheme", "text"), [(scheme, text) for scheme, texts in REFUSED for text in texts])
def test_what_is_no_version_is_refused(scheme: str, text: str) -> None:
    """What the project calls no version raises VersionError; it is not sorted somewhere."""
    with pytest.raises(VersionError):
        key(scheme, text)
