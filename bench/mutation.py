"""Mutation testing: change one small thing in a package at a time, and see whether its tests notice.

    python -m bench.mutation feedbot/PACKAGE [--module NAME]… [--sample N --seed S] [--survivors] [--minutes M]
                             [--tests FILE…]

The tests are those of the folder tests/PACKAGE, or those given. One run of them tells which lines each test runs and
what it costs; a mutant then meets only the tests that run its lines, the cheap ones first, until one fails or --budget
seconds of tests have passed (a survivor can be held against all of them later: `--survivors --budget 99`). Each mutant
lives in a fork of one process that has pytest and the libraries loaded: a finder hands it the changed module, no file
is written. All this happens in a copy of the tree under /tmp. A mutant does what the code does when it is broken: look
first that no test names a file of the system, which a broken check would let it write over.

Results go to a file of JSON lines (--results), also under /tmp; a run goes on where the last one stopped. What is in it
stays as long as the module's source does; after adding tests, `--survivors` tries again what had survived.
"""

import argparse
import gc
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import random
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from types import CodeType, ModuleType
from typing import Any

import pytest

from bench._mutants import Mutant, mutants
from bench._trial import KILLED, SLOW, SURVIVED, Plan, Trial, Watch

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("feedbot", "tests", "templates", "demo", "pyproject.toml", "config.example.toml")
MEMORY = 4 << 30


class _Changed(importlib.machinery.SourceFileLoader):
    """Loads one module from a changed syntax tree."""

    tree: Any = None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, file: Path, tree: object) -> None:
        self._name, self._file, self._tree = name, file, tree

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> Any:
        if fullname != self._name:
            return None
        loader = _Changed(fullname, str(self._file))
        loader.tree = self._tree
        return importlib.util.spec_from_file_location(fullname, self._file, loader=loader)


def _pytest(arguments: list[str], plugin: object) -> int:
    """Run pytest here, quietly, with property tests that try the same examples each time."""
    from hypothesis import settings

    settings.register_profile("mutation", derandomize=True, database=None)
    settings.load_profile("mutation")
    fixed = ["-q", "-x", "--tb=short", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*fixed, *arguments], plugins=[plugin]))


def _measure(tests: list[str], package: Path, answer: Path) -> None:
    """In a fork: run the tests unchanged and leave the plan."""
    before = set(sys.modules)
    watch = Watch(package)
    if _pytest(tests, watch) != 0 or watch.failed:
        sys.exit(1)
    own = ("feedbot", "tests", "bench")
    loaded = (name for name in sys.modules if name not in before and name.split(".")[0] not in own)
    watch.plan.modules = [name for name in loaded if getattr(sys.modules[name], "__spec__", None)]
    answer.write_bytes(pickle.dumps(watch.plan))


def _try(name: str, file: Path, mutant: Mutant, tests: list[str], plan: Plan, answer: Path) -> None:
    """In a fork: run the tests against one mutant and leave what happened."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, _Finder(name, file, mutant.tree))
    trial = Trial(tests, plan.seconds)
    code = _pytest(["--tb=no", *sorted({test.split("::")[0] for test in tests})], trial)
    if trial.status == SURVIVED and code != 0:
        trial.status, trial.by = KILLED, trial.by or "import"
    answer.write_text(json.dumps([trial.status, trial.by]), encoding="utf-8")


def _fork(work: Callable[[], None], log: Path | None = None) -> int:
    """Start a child in a process group of its own that does the work, in silence unless a log is given."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        sink = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (1, 2):
            os.dup2(sink, descriptor)
        work()
        code = 0
    finally:
        os._exit(code)


@dataclass
class Work:
    """One mutant to try."""

    module: str
    file: Path
    mutant: Mutant
    key: str


@dataclass
class Runner:
    """The copy of the tree, what is known of it, and where the results go."""

    tree: Path
    package: str
    results: Path
    jobs: int
    budget: float
    tests: list[str]
    plan: Plan = field(default_factory=Plan)

    def measure(self) -> None:
        """Make the plan; the libraries that the tests load are loaded here, once for all forks."""
        answer, log = self.tree / "plan", self.tree / "log"
        pid = _fork(lambda: _measure(self.tests, self.tree / self.package, answer), log)
        os.waitpid(pid, 0)
        if not answer.exists():
            sys.exit(f"the tests fail without a mutant:\n{log.read_text()[-3000:]}")
        self.plan = pickle.loads(answer.read_bytes())
        for name in self.plan.modules:
            with suppress(Exception):
                importlib.import_module(name)
        gc.freeze()

    def run(self, works: list[Work], until: float) -> int:
        """Try the mutants, a few side by side; return how many were left when the time was up."""
        running: dict[int, Work] = {}
        queue = works[::-1]
        with self.results.open("a", encoding="utf-8") as results:
            while queue or running:
                while queue and len(running) < self.jobs and time.monotonic() < until:
                    self._start(queue.pop(), running, results)
                if not running:
                    break
                pid, _ = os.wait()
                with suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)
                self._note(running.pop(pid), results, self._answer(pid))
        return len(queue)

    def _start(self, work: Work, running: dict[int, Work], results: Any) -> None:
        tests = self.plan.tests(str(work.file), work.mutant, self.budget)
        if not tests:
            self._note(work, results, (SURVIVED, "no test runs it"))
            return
        pid = _fork(
            lambda: _try(work.module, work.file, work.mutant, tests, self.plan, self.tree / f"{os.getpid()}.run")
        )
        running[pid] = work

    def _answer(self, pid: int) -> tuple[str, str]:
        """Read what a fork left; one that left nothing died of its mutant, unless the tree was taken away."""
        answer = self.tree / f"{pid}.run"
        if not answer.exists():
            if not (self.tree / "plan").exists():
                sys.exit(f"{self.tree} is gone; what was found until now stays in {self.results}")
            return SLOW, "died"
        status, by = json.loads(answer.read_text(encoding="utf-8"))
        answer.unlink()
        return status, "" if status == SURVIVED else by

    @staticmethod
    def _note(work: Work, results: Any, found: tuple[str, str]) -> None:
        status, by = found
        record = {"key": work.key, "module": work.module, "status": status, "by": by, "name": work.mutant.name}
        print(json.dumps(record, ensure_ascii=False), file=results, flush=True)


def _copy(target: Path) -> None:
    """Copy what the tests need; the corpus stays where it is."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        elif source.exists():
            shutil.copy2(source, target / name)
    os.environ.setdefault("FEEDBOT_CORPUS", str(ROOT.parent / "shared" / "corpus"))
    sys.dont_write_bytecode = False  # or each fork compiles every module and rewrites every test anew
    os.chdir(target)
    sys.path[:] = [str(target), *(entry for entry in sys.path if entry not in ("", str(ROOT)))]


def _works(tree: Path, package: str, only: list[str]) -> list[Work]:
    found = []
    for file in sorted((tree / package).rglob("*.py")):
        if only and file.stem not in only:
            continue
        source = file.read_text(encoding="utf-8")
        module = ".".join(file.relative_to(tree).with_suffix("").parts).removesuffix(".__init__")
        digest = hashlib.sha256(source.encode()).hexdigest()[:12]
        found += [Work(module, file, mutant, f"{module} {digest} {mutant.name}") for mutant in mutants(source)]
    return found


def _read(results: Path) -> dict[str, dict[str, str]]:
    """Return the newest result of each mutant."""
    rows = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return {row["key"]: row for row in map(json.loads, rows)}


def _report(works: list[Work], known: dict[str, dict[str, str]]) -> None:
    """Print killed of total by module, and each survivor."""
    total, dead = Counter[str](), Counter[str]()
    for work in works:
        if work.key in known:
            total[work.module] += 1
            dead[work.module] += known[work.key]["status"] != SURVIVED
    for module in total:
        print(f"{module:40} {dead[module]:5} of {total[module]:5} killed {100 * dead[module] / total[module]:6.1f} %")
    if total:
        print(f"{'all':40} {dead.total():5} of {total.total():5} killed {100 * dead.total() / total.total():6.1f} %")
    for work in works:
        found = known.get(work.key)
        if found and found["status"] == SURVIVED:
            print(f"\n{work.module}:{work.mutant.name}  {found['by']}")
            print(f"  - {work.mutant.before}\n  + {work.mutant.after}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("package", help="feedbot/PACKAGE")
    parser.add_argument("--module", action="append", default=[], help="only this module (may be given again)")
    parser.add_argument("--sample", type=int, help="only so many mutants, drawn evenly from all modules")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--survivors", action="store_true", help="try again those that had survived")
    parser.add_argument("--minutes", type=float, default=25, help="stop after so long; the next run goes on")
    parser.add_argument("--budget", type=float, default=8, help="seconds of tests that a mutant meets at most")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tests", nargs="+", help="only these files or folders of tests")
    parser.add_argument("--results", type=Path, help="the file of results")
    parser.add_argument("--report", action="store_true", help="only print what is known")
    return parser.parse_args()


def main() -> int:
    """Try the mutants of a package; print what survived."""
    options = _arguments()
    package = options.package.strip("/")
    results = options.results or Path(f"/tmp/mutation-{Path(package).name}.jsonl")
    tree = Path(mkdtemp(prefix="fbm", dir="/tmp"))
    try:
        _copy(tree)
        works = _works(tree, package, options.module)
        if options.sample is not None and options.sample < len(works):
            chosen = set(random.Random(options.seed).sample(range(len(works)), options.sample))
            works = [work for index, work in enumerate(works) if index in chosen]
        known = _read(results)
        due = [work for work in works if work.key not in known]
        if options.survivors:
            due += [work for work in works if work.key in known and known[work.key]["status"] == SURVIVED]
        if due and not options.report:
            tests = options.tests or [f"tests/{Path(package).name}"]
            runner = Runner(tree, package, results, options.jobs, options.budget, tests)
            runner.measure()
            left = runner.run(due, time.monotonic() + 60 * options.minutes)
            print(f"{len(due) - left} mutants tried, {left} left")
        _report(works, _read(results))
    finally:
        os.chdir("/tmp")
        shutil.rmtree(tree, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
