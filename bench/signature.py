"""Signed texts a second: feedbot, `gpg --verify` a file, and bare gpgv a file, on the same texts in one run.

    python -m bench.signature [--json]

Verification is not the bottleneck of anything; this says what a round of 500 texts costs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot.signature import Keyring, VerifiedText, verify_file

COUNT = 200
ROUND = 500
TEXT = "各位\n\nCSIRT-A-2026-{number:04}\n\n" + "見本サーバーの脆弱性に関するお知らせです。\n" * 100


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    with TemporaryDirectory(prefix="fb", dir="/tmp") as folder:
        figures = _measure(Path(folder))
    if as_json:
        print(json.dumps(figures))
        return
    for name, rate in figures.items():
        print(f"{name:40} {rate:8.1f}")


def _measure(folder: Path) -> dict[str, float]:
    home = folder / "h"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
    subprocess.run([*gpg, "--quick-gen-key", "CSIRT-A <psirt@csirt-a.example>", "rsa2048", "sign", "never"], check=True)
    paths = [folder / f"{number}.asc" for number in range(COUNT)]
    for number, path in enumerate(paths):
        text = TEXT.format(number=number).encode()
        path.write_bytes(subprocess.run([*gpg, "--clearsign"], input=text, capture_output=True, check=True).stdout)
    key = folder / "key.gpg"
    key.write_bytes(subprocess.run([*gpg, "--export"], capture_output=True, check=True).stdout)
    try:
        return _figures(paths, key, home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=False)


def _figures(paths: list[Path], key: Path, home: Path) -> dict[str, float]:
    began = time.perf_counter()
    keyring = Keyring.load([key])
    loading = time.perf_counter() - began
    pins = tuple(found.fingerprint for found in keyring.primaries)
    now = datetime.now(UTC)

    def feedbot(path: Path) -> None:
        assert isinstance(verify_file(path.read_bytes(), keyring=keyring, pins=pins, now=now), VerifiedText)

    ours = _rate(feedbot, paths)
    empty = {**os.environ, "LC_ALL": "C"}
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--trust-model", "always", "--verify"]
    gpgv = ["gpgv", "--homedir", str(home), "--keyring", str(key)]
    return {
        "feedbot, texts a second": ours,
        "gpg --verify, texts a second": _rate(lambda path: _run([*gpg, str(path)], empty), paths),
        "gpgv, texts a second": _rate(lambda path: _run([*gpgv, str(path)], empty), paths),
        "feedbot, ms to load the keyring": loading * 1000,
        f"feedbot, s for a round of {ROUND}": ROUND / ours + loading,
    }


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, capture_output=True, check=True)


def _rate(once: Callable[[Path], None], paths: list[Path]) -> float:
    """Run once over every path, after one to warm up."""
    once(paths[0])
    began = time.perf_counter()
    for path in paths:
        once(path)
    return len(paths) / (time.perf_counter() - began)


if __name__ == "__main__":
    main("--json" in sys.argv)
