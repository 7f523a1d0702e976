"""The provider's own key for tests that sign: real gpg, a real agent, in a private home that nothing outlives."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot.signature import Keyring, keys
from tests.conftest import need_program

LOOPBACK = ("--pinentry-mode", "loopback")


@dataclass(frozen=True)
class KeyHome:
    """A GnuPG home with secret keys."""

    home: Path

    def gpg(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run gpg as a person would; raises CalledProcessError."""
        command = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--quiet", "--no-tty", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    def key(self, name: str, kind: str = "ed25519", usage: str = "sign", password: str = "", **when: str) -> str:
        """Make a key; return its fingerprint. `made` and `end` put its life into the past."""
        clock = ["--faked-system-time", f"{when['made']}!"] if when else []
        self.gpg(
            *LOOPBACK, "--passphrase", password, *clock,
            "--quick-gen-key", f"{name} <{name}@hosting.example>", kind, usage, when.get("end", "never"),
        )  # fmt: skip
        return self.fingerprints(name)[0]

    def fingerprints(self, name: str) -> list[str]:
        """Return a key's fingerprints, the primary key's first."""
        listing = self.gpg(
            "--with-colons", "--fingerprint", "--fingerprint", "--list-keys", f"<{name}@hosting.example>"
        )
        return re.findall(r"^fpr:::::::::([0-9A-F]{40}):", listing.decode(), re.MULTILINE)

    def unlock(self, fingerprint: str, password: str) -> None:
        """Sign once by hand, so that the agent holds the passphrase."""
        self.gpg(*LOOPBACK, "--passphrase", password, "-u", fingerprint, "--sign", stdin=b"x")

    def keyring(self, *whose: str) -> Keyring:
        """Return the public keys as a customer has them."""
        return keys.merge([self.gpg("--export", *whose)])

    def agent(self) -> int:
        """Return the agent's process id; starts one where there is none."""
        command = ["gpg-connect-agent", "--homedir", str(self.home), "getinfo pid", "/bye"]
        return int(subprocess.run(command, capture_output=True, check=True).stdout.split()[1])

    def end_agent(self) -> None:
        """End the agent; what it held is forgotten."""
        with suppress(OSError):
            subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=False)


@contextmanager
def key_home() -> Iterator[KeyHome]:
    """Make an empty home with a short path (the agent's socket must fit in 108 bytes), and clean up after it."""
    for program in ("gpg", "gpg-agent", "gpgv"):
        need_program(program, program)
    with TemporaryDirectory(prefix="fbk", dir="/tmp", ignore_cleanup_errors=True) as folder:
        made = KeyHome(Path(folder))
        try:
            yield made
        finally:
            made.end_agent()
