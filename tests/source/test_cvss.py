"""Base scores worked out from vectors, against those that publishers print beside theirs."""

import gzip
import json
import re
from itertools import product
from pathlib import Path

import pytest

from feedbot.source import _cvss


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "10.0"),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", "0.0"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O", "9.8"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", ""),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:X/C:H/I:H/A:H", ""),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", ""),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", ""),
        ("", ""),
    ],
)
def test_known_scores(vector: str, score: str) -> None:
    """Scores of vectors of version 3; nothing for other versions and for what is not whole."""
    assert _cvss.base_score(vector) == score


def test_more_harm_never_scores_less() -> None:
    """Over all vectors: the score is within 0 and 10, and a higher impact or a wider scope never lowers it."""
    for av, ac, pr, ui, c, i in product("NALP", "LH", "NLH", "NR", "NLH", "NLH"):
        for scope in "UC":
            head = f"CVSS:3.1/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:{scope}/C:{c}/I:{i}"
            none, low, high = (float(_cvss.base_score(f"{head}/A:{a}")) for a in "NLH")
            assert 0 <= none <= low <= high <= 10


def test_scores_of_publishers(corpus: Path) -> None:
    """Every score that CISA and Red Hat print beside a vector is the one that follows from it."""
    pairs = set()
    for folder in ("cisa-csaf", "redhat/csaf", "redhat/vex"):
        for path in (corpus / "feeds" / folder).rglob("*.json*"):
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for one in json.loads(data).get("vulnerabilities", []):
                scores = [score["cvss_v3"] for score in one.get("scores", []) if "cvss_v3" in score]
                pairs |= {(score["vectorString"], f"{score['baseScore']:.1f}") for score in scores}
    assert len(pairs) > 40
    assert {(vector, _cvss.base_score(vector)) for vector, _ in pairs} == pairs


def test_scores_of_jvn_ipedia(corpus: Path) -> None:
    """So is every score of a JVN iPedia feed."""
    found = set()
    for path in (corpus / "feeds/jvndb-rss").rglob("*.rdf"):
        for element in re.findall(r"<sec:cvss [^>]+>", path.read_text(encoding="utf-8")):
            said = dict(re.findall(r'(\w+)="([^"]*)"', element))
            if said.get("vector", "").startswith("CVSS:3") and said.get("type") == "Base":
                found.add((said["vector"], said["score"]))
    assert found
    assert {(vector, _cvss.base_score(vector)) for vector, _ in found} == found
