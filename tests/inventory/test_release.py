"""Releases: one spelling, whoever wrote it."""

import pytest

from feedbot.inventory import release_of


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("debian:12", "debian:12"),
        ("Debian GNU/Linux 12 (bookworm)", "debian:12"),
        ("Debian 11.7", "debian:11"),
        ("bookworm", "debian:12"),
        ("Debian GNU/Linux trixie/sid", "debian:13"),
        ("debian sarge", "debian:3.1"),
        ("Ubuntu 22.04.3 LTS", "ubuntu:22.04"),
        ("jammy", "ubuntu:22.04"),
        ("AlmaLinux 9.4", "almalinux:9"),
        ("AlmaLinux:9", "almalinux:9"),
        ("Rocky Linux 8", "rocky:8"),
        ("CentOS Linux release 7.9.2009 (Core)", "centos:7"),
        ("Red Hat Enterprise Linux Server 7.9", "rhel:7"),
        ("debian 12", "debian:12"),
        ("Plan 9", ""),
        ("debian", ""),
        ("", ""),
    ],
)
def test_spellings(text: str, release: str) -> None:
    """Every spelling seen gives the release that statements are kept under; others give none."""
    assert release_of(text) == release
