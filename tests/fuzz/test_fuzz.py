"""Every parser under hostile input (N6): only SourceError's tree comes out, nothing over 2 s of CPU or 256 MiB.

A fault is run again in a process of its own, so that what others left behind does not count; then the input is kept, as
it was and made smaller, in the folder that the failure names, with the number that makes it again.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.reading import dates, identifiers, phrases, sections
from feedbot.version import VersionRange
from tests.conftest import ROOT
from tests.fuzz import breakers
from tests.fuzz.targets import CORPUS, PARSERS, document, runs

COUNT = 1_000_000
SAMPLE = 60
"""Inputs a parser in the suite."""
SLICE = int(os.environ.get("FEEDBOT_FUZZ_SLICE", COUNT))
"""Inputs of a long test this time; the next time goes on behind them."""
STEP = 500
LONG = Path(".hypothesis/long-fuzz")
SEEN = {"seconds": "slowest", "memory": "largest"}
"""What is kept of the worst inputs, and which they were."""


class Worker:
    """A worker process, started again when an input ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / f"at-work-{os.getpid()}"
        self._process: subprocess.Popen[str] | None = None

    def ask(self, **asked: object) -> dict[str, Any]:
        """Return the answer; where the process dies, its answer is that the input at work killed it."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if line:
            return dict(json.loads(line))
        self.stop()
        name = self.state.read_text().strip()
        return {"name": name, "fault": "died", "detail": f"exit {process.returncode}", "runs": 0, "seconds": 10.0}

    def _start(self) -> subprocess.Popen[str]:
        self.state.write_text("")
        command = [sys.executable, "-m", "tests.fuzz.worker", str(self.state), str(self.folder)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self._process

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait(20)
            self._process.stdout.close()
            self._process = None


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A process for all parsers of this file. Its folder stays where a fault was kept in it."""
    folder = Path(tempfile.mkdtemp(prefix="feedbot-fuzz-"))
    one = Worker(folder)
    yield one
    one.stop()
    one.state.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def run(worker: Worker, parser: str, corpus: Path | None = None, **asked: object) -> dict[str, Any]:
    """Run inputs; fail where one has a fault that it also has in a process of its own."""
    given: dict[str, object] = {"parser": parser, "corpus": str(corpus) if corpus else ""}
    found = worker.ask(**given, names=[], **asked) if "names" not in asked else worker.ask(**given, **asked)
    while found["fault"] and not (again := alone(worker, given, found["name"]))["fault"]:
        # What it was charged with was not its own: go on behind it.
        found = _behind(worker, given, found, again, asked)
    if found["fault"]:
        kept = worker.ask(
            **given, keep=True, name=found["name"], fault="" if found["fault"] == "died" else found["fault"]
        )
        pytest.fail(f"{parser}, input {found['name']}: {found['fault']}\n{found['detail']}\n{kept}")
    return found


def _behind(
    worker: Worker, given: dict[str, object], found: dict[str, Any], again: dict[str, Any], asked: dict[str, object]
) -> dict[str, Any]:
    names, (first, stop) = list(asked.get("names", ())), asked.get("range") or (0, 0)  # type: ignore[call-overload,misc]
    if found["name"] in names:
        done = names.index(found["name"]) + 1
        names = names[done:]
    else:
        done = len(names) + int(found["name"]) + 1 - first
        names, first = [], int(found["name"]) + 1
    rest = worker.ask(**given, names=names, range=[first, stop])
    rest["runs"] += done
    for seen, name in SEEN.items():
        if again.get(seen, 0) > rest.get(seen, 0):
            rest |= {seen: again[seen], name: again.get(name, "")}
    return rest


def alone(worker: Worker, given: dict[str, object], name: str) -> dict[str, Any]:
    """Run one input in a new process, the best of two where it was slow: another program may have had the machine."""
    own = Worker(worker.folder)
    own.state = worker.folder / f"alone-{os.getpid()}"
    try:
        found = own.ask(**given, names=[name])
        return own.ask(**given, names=[name]) if found["fault"] == "slow" else found
    finally:
        own.stop()
        own.state.unlink(missing_ok=True)


@pytest.mark.parametrize("parser", PARSERS)
def test_spoiled_documents(parser: str, worker: Worker) -> None:
    """Variations of our own documents raise nothing, and cost neither time nor memory."""
    assert run(worker, parser, range=[0, SAMPLE])["runs"] == SAMPLE


@pytest.mark.parametrize("parser", PARSERS)
def test_documents_made_to_break_parsers(parser: str, worker: Worker) -> None:
    """The same of documents that are one bad thing, all through."""
    names = [f"whole 16384 {kind}" for kind in breakers.whole(0)]
    assert run(worker, parser, names=names)["runs"] == len(names)


def test_an_input_is_the_same_each_time() -> None:
    """A number makes the same bytes again, and another number others."""
    inputs = [document("csaf", number).body for number in range(50)]
    assert inputs == [document("csaf", number).body for number in range(50)]
    assert len(set(inputs)) > 40


@pytest.mark.long
@pytest.mark.parametrize("parser", PARSERS)
def test_a_million_spoiled_documents(parser: str, worker: Worker) -> None:
    """The same, a million times a parser, FEEDBOT_FUZZ_SLICE of them now; goes on where it was stopped."""
    _go_on(worker, parser, COUNT, None)


@pytest.mark.long
@pytest.mark.parametrize("parser", CORPUS)
def test_spoiled_real_documents(parser: str, worker: Worker, corpus: Path) -> None:
    """The same with the publishers' own documents, 100,000 times."""
    _go_on(worker, parser, COUNT // 10, corpus)


@pytest.mark.long
@pytest.mark.parametrize("size", [2**16, 2**20, 2**22 - 2**12, 2**23 - 2**12, 2**24])
@pytest.mark.parametrize("parser", PARSERS)
def test_large_documents_made_to_break_parsers(parser: str, size: int, worker: Worker) -> None:
    """Documents that are one bad thing, as large as a document may be, or a page (4 MiB), or a feed (8 MiB).

    What reading/ is handed comes from pages and texts, which are refused above 4 MiB.
    """
    size = min(size, 2**22) if parser.startswith("reading.") else size
    for kind in breakers.whole(0):
        run(worker, parser, names=[f"whole {size} {kind}"])


@pytest.mark.long
@pytest.mark.parametrize("parser", PARSERS)
def test_long_runs_inside_documents(parser: str, worker: Worker) -> None:
    """Our own documents with 128 KiB of one thing inside: a search that begins again at each place takes minutes."""
    for number in runs(parser):
        run(worker, parser, names=[f"run {2**17} {number}"])


def _go_on(worker: Worker, parser: str, count: int, corpus: Path | None) -> None:
    """Run the next slice; the file holds the next number, the worst that was seen and its number."""
    LONG.mkdir(parents=True, exist_ok=True)
    file = LONG / f"{parser}{'-real' if corpus else ''}.json"
    done = json.loads(file.read_text()) if file.exists() else {"next": 0, "seconds": 0.0, "memory": 0}
    stop = min(count, done["next"] + SLICE)
    while done["next"] < stop:
        until = min(stop, done["next"] + STEP)
        found = run(worker, parser, corpus, range=[done["next"], until])
        for seen, name in SEEN.items():
            if found[seen] > done[seen]:
                done |= {seen: found[seen], name: found.get(name, "")}
        done["next"] = until
        file.write_text(json.dumps(done))


TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from([*breakers.RUNS, "Sample", " 1.2.3", "２．４", "系", " x", "2026年11月10日", "\n"]), max_size=12
).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_read_or_left(text: str) -> None:
    """No text raises in reading/; what was found reads back as it was written, what was not is printed as it stood."""
    dates.read_date(text)
    assert text.endswith(dates.leading(text)[1])
    names = identifiers.find(text)
    assert identifiers.find(" ".join(names)) == names
    sections.split(text)
    for line in text.split("\n"):
        phrase = phrases.read(line)
        assert all(piece in line for piece in phrase.unread)
        if phrase.range is not None:
            assert VersionRange.parse(str(phrase.range)) == phrase.range
