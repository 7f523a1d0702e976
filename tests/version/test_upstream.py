"""The upstream part of distributors' versions."""

import pytest

from feedbot.version import key, upstream_of


@pytest.mark.parametrize(
    ("scheme", "version", "upstream"),
    [
        ("deb", "1:4.2.6.p5+dfsg-7+deb8u3", "4.2.6.p5"),
        ("deb", "2.4.62-1~deb12u2", "2.4.62"),
        ("deb", "2.4.62-1~bpo11+1", "2.4.62"),
        ("deb", "2.4.1+really2.3.9", "2.3.9"),
        ("deb", "2.4.1+really2.3.9+dfsg-1", "2.3.9"),
        ("deb", "1:1.2.13.dfsg-1", "1.2.13"),
        ("deb", "3.0~rc1-1", "3.0~rc1"),
        ("deb", "1.0~git20240101.abcdef-1", "1.0~git20240101.abcdef"),
        ("deb", "1.0+git20240101.abcdef-1", "1.0"),
        ("deb", "1:9.18.28+ds-1", "9.18.28"),
        ("deb", "1.21.22+deb12u1", "1.21.22"),
        ("deb", "1:9.2p1-2+deb12u3", "9.2p1"),
        ("deb", "8.0.35-0ubuntu0.22.04.1", "8.0.35"),
        ("deb", "6.4+20240113-1", "6.4+20240113"),
        ("deb", "1.1.1n-0+deb11u5", "1.1.1n"),
        ("deb", "20230311", "20230311"),
        ("rpm", "4.2.6p5-29.el7", "4.2.6p5"),
        ("rpm", "1:1.0.1e-60.el7_3.1", "1.0.1e"),
        ("rpm", "32:9.11.4-26.P2.el7_9.15", "9.11.4-P2"),
        ("rpm", "2.0-0.1.rc1.el6", "2.0rc1"),
        ("rpm", "2.0~rc1-1.el9", "2.0~rc1"),
        ("rpm", "3.10.0-1160.el7", "3.10.0"),
        ("rpm", "2.0^20240101git-1", "2.0"),
        ("generic", "4.2.7p26", "4.2.7p26"),
    ],
)
def test_upstream_of(scheme: str, version: str, upstream: str) -> None:
    """Epoch, revision and the distributor's additions go; what upstream numbered stays, and is readable."""
    assert upstream_of(scheme, version) == upstream
    assert key("generic", upstream)
