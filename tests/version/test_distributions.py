"""deb and rpm keys against the distributors' own comparison, on pairs drawn from a fixed seed."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from feedbot.version import compare
from tests.conftest import need_program

ORACLE = Path(__file__).with_name("oracle.py")
PACKAGES = {"deb": ("apt_pkg", "python3-apt"), "rpm": ("rpm", "python3-rpm")}
SIGNS = {"deb": "~+.", "rpm": "~^.+_"}
REAL = {
    "deb": [
        "1:4.2.6.p5+dfsg-7+deb8u3", "1:4.2.6.p5+dfsg-7", "1:4.2.6.p5+dfsg-7+deb8u2", "1:4.2.8p10+dfsg-3",
        "2.4.62-1~deb12u2", "2.4.62-1", "2.4.62-1~bpo11+1", "2.4.62-1+b1", "2.4.62", "2.4.62-0",
        "2.4.62-0ubuntu0.22.04.1",
        "3.0.14-1~deb12u2", "3.0.14-1", "1.0~rc1-1", "1.0-1", "1.0~rc1~git20200101-1", "1.0+really0.9-1",
        "0.9-1",
        "9.18.28-1~deb12u2", "1:9.18.28-1", "1:9.2p1-2+deb12u3", "1.21.22", "5.10.0-26", "5.10.0-26-1", "0",
        "0~",
    ],
    "rpm": [
        "4.2.6p5-29.el7.centos.2", "4.2.6p5-29.el7", "4.2.6p5-29.el7_2", "1:1.0.1e-60.el7",
        "1:1.0.1e-60.el7_3.1",
        "1.0.1e-60.el7", "32:9.11.4-26.P2.el7_9.15", "32:9.11.4-26.P2.el7", "2.0~rc1-1.el9", "2.0-1.el9",
        "2.0^20200101-1",
        "2.0.1-1.el9", "3.10.0-1160.el7", "3.10.0-1160.2.1.el7", "8.0p1-19.el8_9.2", "8.0p1-19.el8", "1.0a-1",
        "1.0.a-1",
        "1.0-", "1.0-1", "1.0.0-1", "1.01-1", "1.1-1",
    ],
}  # fmt: skip


def _made(scheme: str, rng: random.Random) -> str:
    """Make a version from few pieces, so that pairs often differ in one place only."""
    words = ["a", "b", "rc", "p", "el", "deb", "A", "0", "1", "9", "10", "00", "01"]

    def part(length: int) -> str:
        pieces = (rng.choice(words) + rng.choice(["", "", *SIGNS[scheme]]) for _ in range(length))
        return rng.choice("012") + rng.choice(["", *SIGNS[scheme]]) + "".join(pieces)

    epoch = rng.choice(["", "", "", "0:", "1:"])
    revision = rng.choice(["", "-" + part(rng.randint(0, 2))]) if scheme == "deb" else "-" + part(rng.randint(0, 2))
    return epoch + part(rng.randint(0, 3)) + revision


def _pairs(scheme: str, count: int) -> list[tuple[str, str]]:
    rng = random.Random(f"{scheme} {count}")
    pairs = [(left, right) for left in REAL[scheme] for right in REAL[scheme]]
    while len(pairs) < count:
        left = _made(scheme, rng)
        cut = rng.randrange(len(left) + 1)
        near = left[:cut] + rng.choice("019ab.~+") + left[cut:]
        right = near if rng.random() < 0.5 and _readable(scheme, near) else _made(scheme, rng)
        pairs.append((left, right))
    return pairs


def _readable(scheme: str, version: str) -> bool:
    """A sign put into the epoch makes what neither program calls a version."""
    epoch, colon, _ = version.partition(":")
    return not colon or (epoch.isdigit() and scheme in SIGNS)


def _ask(scheme: str, pairs: list[tuple[str, str]]) -> list[int]:
    python = need_program("python3", "python3") and "/usr/bin/python3"
    module, package = PACKAGES[scheme]
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{module} is missing: apt-get install {package}")
    run = subprocess.run([python, ORACLE, scheme], input=json.dumps(pairs), capture_output=True, text=True, check=True)
    answers: list[int] = json.loads(run.stdout)
    return [(answer > 0) - (answer < 0) for answer in answers]


def _check(scheme: str, count: int) -> None:
    pairs = _pairs(scheme, count)
    wrong = [
        (pair, answer)
        for pair, answer in zip(pairs, _ask(scheme, pairs), strict=True)
        if compare(scheme, *pair) != answer
    ]
    assert not wrong, f"{len(wrong)} of {count}, such as {wrong[:5]}"


@pytest.mark.parametrize("scheme", ["deb", "rpm"])
def test_keys_sort_as_the_distributor_does(scheme: str) -> None:
    """Keys of 20,000 pairs compare as apt_pkg and librpm compare the versions."""
    _check(scheme, 20_000)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["deb", "rpm"])
def test_keys_sort_as_the_distributor_does_on_the_full_count(scheme: str) -> None:
    """Keys of 300,000 pairs compare as apt_pkg and librpm compare the versions."""
    _check(scheme, 300_000)
