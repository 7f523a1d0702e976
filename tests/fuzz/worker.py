"""A process that feeds inputs to a parser under limits: `python -m tests.fuzz.worker STATE FOLDER`.

Asked by lines of JSON on standard input, it answers with a line each. CPU seconds of this process are counted, not
wall time, so that a busy machine changes little; memory is the peak of the resident set above what the process had
before its first input. An input that takes more than `CPU_END` seconds ends the process (SIGPROF), one that asks for
more than `MEMORY_END` bytes meets MemoryError (RLIMIT_AS). The file STATE always holds the number of the input at work.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from feedbot.fetch import Document
from tests.fuzz import breakers, targets
from tests.fuzz.mutate import spoil  # noqa: F401 - loaded before the memory is measured
from tests.limits import SECONDS

MEMORY = 256 * 2**20
CPU_END = 5 * SECONDS
MEMORY_END = 640 * 2**20
BATCH = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one input did. `fault` is empty where all was as promised; it names a fault so that a smaller input can be
    held to be the same."""

    seconds: float = 0.0
    memory: int = 0
    fault: str = ""
    detail: str = ""


def run(parser: str, given: Document, base: int) -> Verdict:
    """Feed one input to each function of a parser."""
    _reset_peak()
    verdict = timed(parser, given)
    memory = _peak() - base
    if not verdict.fault and memory > MEMORY:
        verdict = replace(verdict, fault="large", detail=f"{memory / 2**20:.0f} MiB")
    return replace(verdict, memory=memory)


def timed(parser: str, given: Document) -> Verdict:
    """Do as `run` does, but for the memory."""
    seconds, verdict = 0.0, Verdict()
    signal.setitimer(signal.ITIMER_PROF, CPU_END)
    try:
        for function in targets.targets(parser, len(given.body)):
            seconds = max(seconds, _seconds(function(given)))
    except Exception as error:  # noqa: BLE001 - what a parser lets out is what is looked for
        verdict = _raised(error)
    signal.setitimer(signal.ITIMER_PROF, 0)
    if not verdict.fault and seconds > SECONDS:
        verdict = Verdict(fault="slow", detail=f"{seconds:.2f} s")
    return replace(verdict, seconds=seconds)


def _seconds(items: Iterator[object]) -> float:
    """Take every item, and hold it to its promises while the clock stands. None is kept, as the pipeline keeps none."""
    seconds = 0.0
    while True:
        started = time.process_time()
        item = next(items, None)
        seconds += time.process_time() - started
        if item is None:
            return seconds
        targets.check(item)


def _raised(error: Exception) -> Verdict:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(one.filename).name}:{one.name}" for one in frames if "feedbot" in one.filename]
    place = ours[-1] if ours else f"{Path(frames[-1].filename).name}:{frames[-1].name}"
    return Verdict(
        fault=f"{type(error).__name__} in {place}", detail="".join(traceback.format_exception(error))[-1500:]
    )


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    return _memory("VmHWM")


def _memory(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


@dataclass(slots=True)
class Tally:
    """What a row of inputs did."""

    runs: int = 0
    seconds: float = 0.0
    slowest: str = ""
    memory: int = 0
    largest: str = ""

    def add(self, name: str, verdict: Verdict) -> None:
        """Count one."""
        self.runs += 1
        if verdict.seconds > self.seconds:
            self.seconds, self.slowest = verdict.seconds, name
        if verdict.memory > self.memory:
            self.memory, self.largest = verdict.memory, name


def document(parser: str, name: str, corpus: Path | None) -> Document:
    """Return an input by its name: a number, `whole SIZE KIND`, or `run SIZE NUMBER`."""
    if name.startswith("run "):
        _, size, number = name.split()
        return targets.with_run(parser, int(size), int(number))
    if name.startswith("whole "):
        _, size, kind = name.split(" ", 2)
        return Document("file:whole", breakers.whole(int(size))[kind](), targets.NOW)
    return targets.document(parser, int(name), corpus)


def answer(asked: dict[str, object], state: int, base: int) -> dict[str, object]:
    """Run the inputs that a request names, as far as the first fault."""
    parser, tally = str(asked["parser"]), Tally()
    corpus = Path(str(asked["corpus"])) if asked.get("corpus") else None
    names = asked["names"]
    assert isinstance(names, list)
    first, stop = (int(one) for one in asked.get("range") or (0, 0))  # type: ignore[attr-defined]
    for name, verdict in _verdicts(parser, corpus, (*map(str, names), *map(str, range(first, stop))), state, base):
        tally.add(name, verdict)
        if verdict.fault:
            return asdict(tally) | {"name": name} | asdict(verdict)
    return asdict(tally) | {"name": "", "fault": ""}


def _verdicts(
    parser: str, corpus: Path | None, names: Iterable[str], state: int, base: int
) -> Iterator[tuple[str, Verdict]]:
    """Yield what each input did.

    To look at the memory costs as much as a cheap input: it is looked at once for `BATCH` of them. What they took
    together is no less than what the greediest took; only where that is too much is each run again by itself.
    """
    for batch in _batches(names):
        _reset_peak()
        found = []
        for name in batch:
            os.pwrite(state, f"{name:<80}".encode(), 0)
            found.append((name, timed(parser, document(parser, name, corpus))))
            if found[-1][1].fault:
                break
        memory = _peak() - base
        if memory <= MEMORY:
            yield from ((name, replace(verdict, memory=memory)) for name, verdict in found)
            continue
        for name, _ in found:
            os.pwrite(state, f"{name:<80}".encode(), 0)
            yield name, run(parser, document(parser, name, corpus), base)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield numbers by the batch, named documents (they are large) one by one."""
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == BATCH or not name.isdecimal():
            yield batch
            batch = []
    if batch:
        yield batch


def smaller(parser: str, given: Document, fault: str, base: int) -> Document:
    """Leave out what the fault does not need: pieces of a half, a quarter …, at most 300 tries or 20 CPU seconds."""
    tries, ends, size = 300, time.process_time() + 20, len(given.body) // 2
    while size and tries and time.process_time() < ends:
        at = 0
        while at < len(given.body) and tries and time.process_time() < ends:
            tried = replace(given, body=given.body[:at] + given.body[at + size :])
            tries -= 1
            if run(parser, tried, base).fault == fault:
                given = tried
            else:
                at += size
        size //= 2
    return given


def keep(asked: dict[str, object], folder: Path, base: int) -> dict[str, object]:
    """Write an input and what is left of it when made smaller; return where."""
    parser, name = str(asked["parser"]), str(asked["name"])
    corpus = Path(str(asked["corpus"])) if asked.get("corpus") else None
    given = document(parser, name, corpus)
    place = folder / f"{parser}-{name.replace(' ', '-').replace('/', '_')}{'-real' if corpus else ''}"
    place.with_suffix(".whole").write_bytes(given.body)
    if asked.get("fault"):
        given = smaller(parser, given, str(asked["fault"]), base)
        place.with_suffix(".small").write_bytes(given.body)
    return {"kept": str(place), "url": given.url, "charset": given.charset, "size": len(given.body)}


def main() -> None:
    """Answer until standard input ends."""
    state, folder = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600), Path(sys.argv[2])
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    for parser in targets.PARSERS:
        run(parser, targets.document(parser, 0), 0)
    # What is loaded stays: a collection need not go through it each time.
    gc.collect()
    gc.freeze()
    limit = _memory("VmSize") + MEMORY_END
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    base = _memory("VmRSS")
    for line in sys.stdin:
        asked = json.loads(line)
        said = keep(asked, folder, base) if asked.get("keep") else answer(asked, state, base)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
