"""Plugins of pytest for mutation testing: one that measures the tests, one that runs those which meet a mutant."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bench._mutants import Mutant

KILLED, SURVIVED, SLOW = "killed", "survived", "too slow"


@dataclass
class Plan:
    """What the run without a mutant told: of each test its seconds (with fixtures, and its own) and its lines, which
    lines run at import, and which modules were loaded."""

    seconds: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    imported: set[tuple[str, int]] = field(default_factory=set)
    lines: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)

    def tests(self, file: str, mutant: Mutant, budget: float) -> list[str]:
        """Return the tests that meet a mutant: its module's own file first, then file by file, the cheapest first, as
        many as `budget` seconds allow. What runs at import meets all of them, first those that run more of its module.
        """
        wanted = {(file, line) for line in range(mutant.first, mutant.last + 1)}
        always = mutant.always or bool(wanted & self.imported)
        found = [test for test, lines in self.lines.items() if always or lines & wanted]
        files: dict[str, list[float]] = {}
        for test in found:
            files.setdefault(test.split("::")[0], []).append(self.seconds[test])
        rank = {name: sorted(costs)[len(costs) // 2] for name, costs in files.items()}
        own = f"/test_{Path(file).stem.strip('_')}.py"
        rank |= {name: 0.0 for name in rank if name.endswith(own)}
        near = {test.split("::")[0] for test in found if any(name == file for name, _ in self.lines[test])}

        def order(test: str) -> tuple[bool, float, str, float]:
            name = test.split("::", maxsplit=1)[0]
            return name not in near, rank[name], name, self.seconds[test]

        found.sort(key=order)
        spent = accumulate(self.own[test] for test in found)
        return [test for test, cost in zip(found, spent, strict=True) if cost <= budget]


class Watch:
    """The plugin of the first run: times tests and fixtures, and traces lines. A test owns its fixtures' lines too."""

    def __init__(self, package: Path) -> None:
        self.plan = Plan()
        self.failed: list[str] = []
        self._package = str(package) + os.sep
        self._hits: set[tuple[str, int]] = set()
        self._fixtures: dict[str, tuple[float, set[tuple[str, int]]]] = {}
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def _trace(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if not file.startswith(self._package):
            return None
        self._hits.add((file, frame.f_lineno))
        return self._trace

    def pytest_collection_finish(self) -> None:
        """Set apart what ran until here: that is, at import."""
        self.plan.imported = self._hits

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        """Keep the lines of one fixture apart."""
        outer, self._hits, start = self._hits, set(), time.perf_counter()
        sys.settrace(self._trace)
        try:
            return (yield)
        finally:
            shared = fixturedef.scope != "function"
            cost = time.perf_counter() - start if shared else 0.0
            self._fixtures[fixturedef.argname] = (cost, self._hits)
            self._hits = outer | self._hits

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note one test."""
        self._hits, start = set(), time.perf_counter()
        sys.settrace(self._trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            mine = [self._fixtures[name] for name in getattr(item, "fixturenames", ()) if name in self._fixtures]
            self.plan.own[item.nodeid] = time.perf_counter() - start
            self.plan.seconds[item.nodeid] = self.plan.own[item.nodeid] + sum(cost for cost, _ in mine)
            self.plan.lines[item.nodeid] = self._hits.union(*(lines for _, lines in mine))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure: with one there is nothing to measure."""
        if report.failed:
            self.failed.append(report.nodeid)


class Trial:
    """The plugin of a mutant's run: picks and orders the tests, ends one that hangs, keeps the first that fails."""

    def __init__(self, tests: list[str], seconds: dict[str, float]) -> None:
        self.status, self.by = SURVIVED, ""
        self._order = {test: index for index, test in enumerate(tests)}
        self._seconds = seconds
        signal.signal(signal.SIGALRM, self._late)

    def _late(self, *_: object) -> None:
        if self.status == SLOW:
            os._exit(3)
        self.status = SLOW
        raise KeyboardInterrupt

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take the tests of the plan, in its order."""
        items[:] = sorted((item for item in items if item.nodeid in self._order), key=lambda i: self._order[i.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Give a test five times what it took, and some seconds for a busy machine."""
        self.by = item.nodeid
        signal.setitimer(signal.ITIMER_REAL, 5 + 5 * self._seconds[item.nodeid], 10)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first failure."""
        if report.failed and self.status == SURVIVED:
            self.status, self.by = KILLED, report.nodeid
