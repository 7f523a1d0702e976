"""Signing what we send, with the provider's key: gpg and its agent, through python-gnupg.

The key and its passphrase are the agent's affair. gpg never asks anybody: where the agent does not hold the passphrase,
is not to be had or does not answer, there is a SigningError, and nothing that waits for it.

python-gnupg knows no deadline, so each gpg it starts gets one here, in a process group of its own. The agent that gpg
starts where there is none leaves that group, and stays.
"""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from threading import Timer

import gnupg  # type: ignore[import-untyped]  # python-gnupg has no types

from feedbot.errors import SignatureError
from feedbot.signature import armor, clearsign, packets
from feedbot.signature._errors import SigningError

DEADLINE = 10.0
"""Seconds for one signature; a slow smart card needs two."""
# gpg takes the first digest that is long enough for the key: P-384 takes no SHA-256. A configuration in the home, made
# for a person's mails, has no say; that of the agent (how long it holds a passphrase) has.
_OPTIONS = [
    "--no-options",
    "--no-auto-check-trustdb",
    "--trust-model=always",
    "--pinentry-mode=error",
    "--personal-digest-preferences=SHA256,SHA384,SHA512",
]
_FAILURE = re.compile(r"^\[GNUPG:\] FAILURE sign (\d+)", re.MULTILINE)
_WORDS = re.compile(r"^gpg: (.+)", re.MULTILINE)
_CODE = 0xFFFF
"""The lower half of what gpg reports says what happened, the upper half where (libgpg-error)."""
FAILURES = {
    17: (
        "there is no secret key of this fingerprint",
        "look what there is: gpg --homedir {home} --list-secret-keys",
    ),
    54: (
        "the key cannot sign: it has expired, is revoked, or is not made for it",
        "prolong it (gpg --homedir {home} --quick-set-expire {key} 1y), or name another in [signing]",
    ),
    85: (
        "the key needs a passphrase that gpg-agent does not hold",
        "give it to the agent by signing once by hand: gpg --homedir {home} -u {key} --clearsign",
    ),
}
"""What gpg's error codes mean here, and what to do; anything else is told in gpg's words."""


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature beside its text: `armor` in ASCII, `micalg` its digest as MIME names it (RFC 3156, section 5)."""

    armor: bytes
    micalg: str


class Signer:
    """One key in one GnuPG home. `fingerprint` is that of the primary key or of a signing subkey, 40 digits."""

    def __init__(self, home: Path, fingerprint: str, *, deadline: float = DEADLINE) -> None:
        self.home = home
        self.fingerprint = fingerprint
        self.deadline = deadline

    def detached(self, data: bytes) -> Detached:
        """Sign bytes as they are. Raises SigningError."""
        made = self._sign(data, "--detach-sign")
        try:
            packet = packets.read_signature(armor.signature(made), frozenset({0x00}))
        except SignatureError as error:
            raise self._strange(error.reason()) from error
        return Detached(made, f"pgp-{packet.digest_name.lower()}")

    def clear(self, text: str) -> bytes:
        """Return a text within its signature, as UTF-8 with LF; blanks at line ends, which no signature covers, are
        left out. Raises SigningError, also for a text that no verifier would take (control bytes, over-long lines)."""
        signed = "\n".join(line.rstrip(" \t\r") for line in text.removesuffix("\n").split("\n")).encode()
        try:
            clearsign.check_bytes(signed)
        except SignatureError as error:
            raise self._error("the text cannot be signed: {cause}", "correct the text", cause=error.reason()) from error
        made = self._sign(signed + b"\n", "--clearsign", "--no-escape-from-lines")
        try:
            found = clearsign.parse(made)
        except SignatureError as error:
            raise self._strange(error.reason()) from error
        if found.signed != signed:
            raise self._strange("")
        return made

    @cached_property
    def _gpg(self) -> "_Gpg":
        program = shutil.which("gpg")
        if program is None:
            raise SigningError("", "gpg is not installed", hint="install the package gpg (apt-get install gpg)")
        try:
            return _Gpg(program, self.home, self.deadline)
        except (OSError, ValueError) as error:
            hint = "check the folder `home` in [signing]"
            raise SigningError(str(self.home), "gpg cannot be run: {cause}", hint=hint, cause=error) from error

    def _sign(self, data: bytes, *how: str) -> bytes:
        """Run gpg. The key is named by --local-user: with --default-key another one would do where it is missing."""
        options = [*how, "--local-user", self.fingerprint]
        result = self._gpg.sign_file(BytesIO(data), clearsign=False, extra_args=options)
        if result.returncode == -signal.SIGKILL:
            raise self._error("gpg or gpg-agent did not answer in time", "")
        if result.returncode or not result.data:
            raise self._failed(str(result.stderr))
        return bytes(result.data)

    def _failed(self, said: str) -> SigningError:
        found = _FAILURE.search(said)
        known = FAILURES.get(int(found[1]) & _CODE) if found else None
        if known:
            return self._error(*known)
        return self._error("gpg cannot sign: {cause}", "", cause="; ".join(dict.fromkeys(_WORDS.findall(said))) or "-")

    def _error(self, reason: str, hint: str, **values: object) -> SigningError:
        hint = hint or "see whether the agent answers: gpg-connect-agent --homedir {home} /bye"
        return SigningError(self.fingerprint, reason, hint=hint, home=self.home, key=self.fingerprint, **values)

    def _strange(self, cause: str) -> SigningError:
        return SigningError(self.fingerprint, "what gpg made is no signature over the text: {cause}", cause=cause)


class _Gpg(gnupg.GPG):  # type: ignore[misc]  # python-gnupg has no types
    """python-gnupg, whose every gpg ends in time."""

    def __init__(self, program: str, home: Path, deadline: float) -> None:
        self._deadline = deadline
        super().__init__(program, gnupghome=str(home), options=_OPTIONS, env={"LC_ALL": "C"})

    def _open_subprocess(self, args: list[str], passphrase: bool = False) -> "_Child":
        return _Child(self.make_args(args, passphrase), self.env, self._deadline)


class _Child(subprocess.Popen[bytes]):
    """A gpg that is killed, with all its group, when its time is up."""

    def __init__(self, command: list[str], env: dict[str, str], deadline: float) -> None:
        pipe = subprocess.PIPE
        super().__init__(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, start_new_session=True)
        self._timer = Timer(deadline, self._end)
        self._timer.daemon = True
        self._timer.start()

    def wait(self, timeout: float | None = None) -> int:
        """Wait as any process is waited for; then there is nothing left to kill."""
        try:
            return super().wait(timeout)
        finally:
            self._timer.cancel()

    def _end(self) -> None:
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
