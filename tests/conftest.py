"""What every test may use, and how a part that cannot be had is dealt with.

A test whose part is missing (a program, a database, the corpus) is skipped, counted and named at the end.
With FEEDBOT_REQUIRE_ALL=1, as CI sets it, each such skip is a failure, but for programs that FEEDBOT_MAY_LACK names.
"""

import ctypes
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from feedbot import messages

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
REQUIRE_ALL = os.environ.get("FEEDBOT_REQUIRE_ALL") == "1"
MAY_LACK = os.environ.get("FEEDBOT_MAY_LACK", "").split()
# No property is judged by how long it takes: on a busy machine one example may take seconds.
settings.register_profile("suite", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def need_program(name: str, package: str) -> str:
    """Return the path of a program, or skip the test and name the Debian package that holds it."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return path


def need_library(name: str, package: str) -> None:
    """Skip the test where a shared library is missing, and name the Debian package that holds it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        pytest.skip(f"{name} is missing: apt-get install {package}")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real advisories, feeds and keys; FEEDBOT_CORPUS overrides its place."""
    path = Path(os.environ.get("FEEDBOT_CORPUS", SHARED / "corpus"))
    if not path.is_dir():
        pytest.skip("the corpus is missing: put it at ../shared/corpus or set FEEDBOT_CORPUS")
    return path


@pytest.fixture(scope="session")
def seed(corpus: Path) -> Path:
    """The real provider page that the project starts from."""
    path = corpus.parent / "seed" / "popwonder-shogai-hokoku-2014.txt"
    if not path.is_file():
        pytest.skip("the seed page is missing: put it at ../shared/seed")
    return path


@pytest.fixture(autouse=True)
def _english() -> None:
    """Tests read English messages unless they say otherwise."""
    messages.use("en")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything must be there."""
    report = yield
    lacking = any(f"{name} is missing" in str(report.longrepr) for name in MAY_LACK)
    if REQUIRE_ALL and report.skipped and not lacking and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but FEEDBOT_REQUIRE_ALL=1: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was missing."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason}")
