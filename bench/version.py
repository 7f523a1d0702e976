"""Keys a second, on one core and on two, of versions as they are written, each different and seen for the first time.

    python -m bench.version [--json]

The seconds are of the processor, each process's own, so that what else the machine does counts little.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from feedbot import version

COUNT = 100_000
CORES = 2


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    figures = {}
    for scheme in MAKERS:
        figures |= _figures(scheme)
    if as_json:
        print(json.dumps(figures))
        return
    for name, rate in figures.items():
        print(f"{name:32} {rate:12,.0f}")


def _figures(scheme: str) -> dict[str, float]:
    # Each core starts a process of its own, so nothing is remembered from the one before.
    with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        alone = next(pool.map(_rate, [scheme], [0]))
    with ProcessPoolExecutor(CORES, get_context("spawn"), max_tasks_per_child=1) as pool:
        together = sum(pool.map(_rate, [scheme] * CORES, range(CORES)))
    return {f"{scheme}, keys a second, 1 core": alone, f"{scheme}, keys a second, {CORES} cores": together}


def _rate(scheme: str, seed: int) -> float:
    rng = random.Random(f"{scheme} {seed}")
    made: dict[str, None] = {}
    while len(made) < COUNT:
        made[MAKERS[scheme](rng)] = None
    versions = list(made)
    began = time.process_time()
    version.keys(scheme, versions)
    return COUNT / (time.process_time() - began)


def _upstream(rng: random.Random) -> str:
    tail = rng.choice(["", "", "", "", f"p{rng.randint(1, 30)}", "a", f"~rc{rng.randint(1, 5)}", "+dfsg", "+ds1"])
    return ".".join(str(rng.randint(0, top)) for top in (20, 40, 130)[: rng.randint(2, 3)]) + tail


def _deb(rng: random.Random) -> str:
    epoch = rng.choice(["", "", "", "", "1:", "2:"])
    update = ["", f"+deb{rng.randint(9, 13)}u{rng.randint(1, 12)}", f"ubuntu{rng.randint(0, 9)}.{rng.randint(1, 20)}"]
    return f"{epoch}{_upstream(rng)}-{rng.randint(0, 14)}{rng.choice(update)}"


def _rpm(rng: random.Random) -> str:
    epoch = rng.choice(["", "", "", "1:", "32:"])
    minor = rng.choice(["", f"_{rng.randint(0, 10)}", f"_{rng.randint(0, 10)}.{rng.randint(1, 20)}"])
    release = f"{rng.randint(1, 600)}.el{rng.randint(6, 10)}{minor}"
    return f"{epoch}{_upstream(rng).partition('+')[0]}-{release}"


def _dotted(rng: random.Random) -> str:
    return ".".join(str(rng.randint(0, top)) for top in (20, 300, 300)) + rng.choice(
        ["", "", f"-rc.{rng.randint(1, 9)}"]
    )


def _python(rng: random.Random) -> str:
    return _dotted(rng).replace("-rc.", "rc")


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "deb": _deb,
    "rpm": _rpm,
    "generic": _dotted,
    "pep440": _python,
    "semver": _dotted,
    "npm": _dotted,
    "gem": _dotted,
    "maven": _dotted,
}


if __name__ == "__main__":
    main("--json" in sys.argv)
