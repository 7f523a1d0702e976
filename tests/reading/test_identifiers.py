"""Names in prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.reading.identifiers import aliases, find


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(CVE-2026-1234)、cve-2026-12345", ("CVE-2026-1234", "CVE-2026-12345")),
        ("CVE-2026-123 と CVE-2026‑4567", ("CVE-2026-4567",)),
        ("CAN-2004-0001", ("CVE-2004-0001",)),
        ("JVN#12345678 JVNVU#96176042 JVNTA#95077890", ("JVN#12345678", "JVNVU#96176042", "JVNTA#95077890")),
        ("https://jvn.jp/vu/JVNVU96176042/index.html", ("JVNVU#96176042",)),
        ("https://jvn.jp/cert/JVNVU323172/ JVNTA11-102A", ("JVNVU#323172", "JVNTA11-102A")),
        ("VU#348126 https://www.kb.cert.org/vuls/id/348126", ("VU#348126",)),
        ("JVNDB-2021-005429", ("JVNDB-2021-005429",)),
        ("JPCERT-AT-2014-0001 と CSIRT-A-AT-2026-0002", ("JPCERT-AT-2014-0001", "CSIRT-A-AT-2026-0002")),
        ("/NetBSD-SA2014-002.txt.asc FreeBSD-SA-14:02.ntpd", ("NetBSD-SA2014-002", "FreeBSD-SA-14:02.ntpd")),
        ("JVN＃12345678", ("JVN#12345678",)),
        ("JVN#123456789 JPCERT-AT-2014-00011 JVNDB-2021-0054291", ()),
        ("MYJVN12345678 XVU#348126 CVE-20261-1234", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    """Names come normalised, each once, in order, and none out of a longer word."""
    assert find(text) == names


def test_own_series_is_no_alias() -> None:
    """An alert that refers to another of its issuer is not the same matter."""
    assert aliases("JPCERT-AT-2014-0001 JPCERT-AT-2013-0009 CSIRT-A-AT-2026-0001 VU#348126", "JPCERT-AT-2014-0001") == (
        "CSIRT-A-AT-2026-0001",
        "VU#348126",
    )


@given(st.integers(1999, 2099), st.integers(0, 10**8), st.sampled_from(["", " ", "、", "(", "/", "。"]))
def test_a_name_is_found_whole(year: int, number: int, edge: str) -> None:
    """A CVE name is found as it is, never shortened to the start of a longer one."""
    name = f"CVE-{year}-{number:04d}"
    assert find(f"前{edge}{name}{edge}後") == (name,)
    assert find(f"{name}1") == (f"{name}1",)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """No text raises anything; what was found is found again in what was written."""
    names = find(text)
    assert find(" ".join(names)) == names
