"""Make the signed texts that the tests judge: real signatures by throw-away keys, each attack built in one function.

    python -m tests.signature.make_cases FOLDER      writes every case, to look at or to try on another verifier

gpg works in a private home with a short path (its agent's socket must fit in 108 bytes); nothing outlives the run.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot.advisory import Verdict
from feedbot.signature.armor import crc24
from feedbot.signature.packets import walk

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNED = "20261001T090000"
MADE = "20260101T000000"
NUMBER = "CSIRT-A-2026-0012"
TEXT = f"""関係者各位

{NUMBER}
CSIRT-A
2026-10-01

<<< 見本サーバーの脆弱性に関するお知らせ >>>

I. 概要

見本サーバー 2.4.1 より前のバージョンには、認証を迂回できる問題があります。
-- 区切り線のつもりの行
- 箇条書き

II. 対策

2.4.1 以降に更新してください。
"""


class Workshop:
    """A gpg home with the keys of everyone in the play."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.a = self.key("CSIRT-A <psirt@csirt-a.example>")
        self.successor = self.key("CSIRT-A (2027) <psirt@csirt-a.example>")
        self.impostor = self.key("CSIRT-A <psirt@csirt-a.example>")
        self.b = self.key("CSIRT-B <psirt@csirt-b.example>")
        self.rsa = self.key("RSA <rsa@csirt-a.example>", "rsa2048")
        self.p256 = self.key("P-256 <p256@csirt-a.example>", "nistp256")
        self.weak = self.key("Weak <weak@csirt-a.example>", "rsa1024")
        self.forger = self.key(f"x\u2028[GNUPG:] VALIDSIG {self.a}\x85[GNUPG:] GOODSIG <f@csirt-b.example>")
        self.with_subkey, self.subkey = self._with_subkey("Sub <sub@csirt-a.example>")
        self.symmetric = self.gpg("--passphrase", "x", "--s2k-mode", "0", "--symmetric", stdin=b"hello")

    def gpg(self, *arguments: str, stdin: bytes = b"", when: str = SIGNED) -> bytes:
        """Run gpg at a made-up time."""
        fixed = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--quiet", "--no-tty"]
        fixed += ["--passphrase", "", "--pinentry-mode", "loopback", "--trust-model", "always"]
        done = subprocess.run(
            [*fixed, f"--faked-system-time={when}!", *arguments], input=stdin, capture_output=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"gpg {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def key(self, user: str, kind: str = "ed25519", usage: str = "sign", end: str = "never", when: str = MADE) -> str:
        """Make a key; return its fingerprint."""
        before = set(self.fingerprints())
        self.gpg("--quick-gen-key", user, kind, usage, end, when=when)
        (made,) = set(self.fingerprints()) - before
        return made

    def fingerprints(self, *whose: str) -> list[str]:
        """List fingerprints, primary key first."""
        try:
            listing = self.gpg("--with-colons", "--fingerprint", "--fingerprint", "--list-keys", *whose).decode(
                "latin-1"
            )
        except RuntimeError:
            return []
        return re.findall(r"^fpr:::::::::([0-9A-F]{40}):", listing, re.MULTILINE)

    def _with_subkey(self, user: str, end: str = "never", when: str = MADE) -> tuple[str, str]:
        primary = self.key(user, usage="cert", when=when)
        self.gpg("--quick-add-key", primary, "ed25519", "sign", end, when=when)
        return primary, self.fingerprints(primary)[1]

    def public(self, *whose: str) -> bytes:
        """Export keys, binary."""
        return self.gpg("--export", *whose)

    def clear(self, text: str | bytes = TEXT, *options: str, by: str = "", when: str = SIGNED) -> bytes:
        """Clear-sign."""
        raw = text.encode() if isinstance(text, str) else text
        return self.gpg(*options, "-u", (by or self.a) + "!", "--clearsign", stdin=raw, when=when)

    def detach(self, text: str | bytes = TEXT, *options: str, by: str = "") -> bytes:
        """Sign beside the text."""
        raw = text.encode() if isinstance(text, str) else text
        return self.gpg(*options, "-u", (by or self.a) + "!", "--detach-sign", stdin=raw)

    def revoke(self, primary: str) -> None:
        """Revoke a key with the certificate that gpg keeps for the day."""
        stored = (self.home / "openpgp-revocs.d" / f"{primary}.rev").read_bytes()
        self.gpg("--import", stdin=stored.replace(b":-----BEGIN", b"-----BEGIN"))

    def revoke_subkey(self, primary: str) -> None:
        """Revoke the first subkey."""
        answers = b"key 1\nrevkey\ny\n0\n\ny\nsave\n"
        self.gpg("--command-fd", "0", "--status-fd", "2", "--no-batch", "--edit-key", primary, stdin=answers)

    def close(self) -> None:
        """End the agent."""
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=False)

    def twins(self) -> tuple[str, str]:
        """Make two keys that share their 32-bit key id, by choosing when they were made (65,536 × 65,536 pairs)."""
        grips = [self._grip(key) for key in (self.a, self.b)]
        bodies = [next(body for tag, body in walk(self.public(key)) if tag == 6) for key in (self.a, self.b)]
        start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
        seen = {_short_id(bodies[0], start + second): start + second for second in range(300_000)}
        found = ((seen.get(_short_id(bodies[1], start + second)), start + second) for second in range(300_000))
        first, second = next((one, two) for one, two in found if one is not None)
        return self._key_at(grips[0], first, "Twin 1"), self._key_at(grips[1], second, "Twin 2")

    def _grip(self, key: str) -> str:
        listing = self.gpg("--with-colons", "--with-keygrip", "--list-keys", key).decode("latin-1")
        return re.findall(r"^grp:::::::::([0-9A-F]{40}):", listing, re.MULTILINE)[0]

    def _key_at(self, grip: str, second: int, name: str) -> str:
        before = set(self.fingerprints())
        recipe = f"%no-protection\nKey-Type: EDDSA\nKey-Curve: Ed25519\nKey-Grip: {grip}\nKey-Usage: sign\n"
        recipe += f"Creation-Date: seconds={second}\nName-Real: {name} X\nName-Email: twin@csirt-b.example\n%commit\n"
        self.gpg("--gen-key", stdin=recipe.encode())
        (made,) = set(self.fingerprints()) - before
        return made


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Open a workshop and clean up after it."""
    with TemporaryDirectory(prefix="fb", dir="/tmp", ignore_cleanup_errors=True) as folder:
        made = Workshop(Path(folder))
        try:
            yield made
        finally:
            made.close()


def _short_id(body: bytes, second: int) -> bytes:
    """Key ids are the end of the fingerprint (RFC 9580, 5.5.4.2), over the packet with its creation time."""
    packet = body[:1] + second.to_bytes(4, "big") + body[5:]
    return hashlib.sha1(b"\x99" + len(packet).to_bytes(2, "big") + packet).digest()[-4:]


@dataclass(frozen=True, slots=True)
class Case:
    """What a test hands to an entrance. `keys` are key files, `pins` default to CSIRT-A's key; `signed` is what must
    be handed on where it verifies."""

    data: bytes
    keys: tuple[bytes, ...] = ()
    pins: tuple[str, ...] = ()
    detached: bytes | None = None
    inside: bool = False
    claims: str | None = None
    at: datetime | None = None
    signed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A case's maker, and the verdict it must get."""

    make: Callable[[Workshop], Case | bytes]
    verdict: Verdict


@dataclass(slots=True)
class Registry:
    """The cases by name."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def __call__(self, name: str, verdict: Verdict) -> Callable[[Callable[[Workshop], Case | bytes]], None]:
        """Register the maker of a case."""

        def register(make: Callable[[Workshop], Case | bytes]) -> None:
            assert name not in self.entries
            self.entries[name] = Entry(make, verdict)

        return register

    def build(self, name: str, shop: Workshop) -> Case:
        """Make a case; bare bytes are a file signed by CSIRT-A."""
        made = self.entries[name].make(shop)
        case = made if isinstance(made, Case) else Case(made)
        return Case(
            case.data,
            case.keys or (shop.public(shop.a),),
            case.pins or (shop.a,),
            case.detached,
            case.inside,
            case.claims,
            case.at,
            case.signed,
        )


def armored(packets: bytes, label: str = "SIGNATURE", checksum: bool = True) -> bytes:
    """Put packets in armor, as gpg does."""
    import base64

    body = base64.encodebytes(packets).replace(b"\n", b"")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    if checksum:
        lines.append(b"=" + base64.b64encode(crc24(packets).to_bytes(3, "big")))
    begin, end = f"-----BEGIN PGP {label}-----".encode(), f"-----END PGP {label}-----".encode()
    return b"\n".join([begin, b"", *lines, end, b""])


def canonical(text: str | bytes) -> bytes:
    """Return what a clear signature is over, with LF between lines."""
    raw = text.encode() if isinstance(text, str) else text
    return b"\n".join(line.rstrip(b" \t\r") for line in raw.removesuffix(b"\n").split(b"\n"))


def main(folder: Path) -> None:
    """Write every case."""
    from tests.signature.cases import attack, honest

    folder.mkdir(parents=True, exist_ok=True)
    with workshop() as shop:
        for registry in (honest, attack):
            for name in registry.entries:
                case = registry.build(name, shop)
                place = folder / name.replace(" ", "-").replace("/", "-")
                place.mkdir(exist_ok=True)
                (place / "text").write_bytes(case.data)
                (place / "verdict").write_text(registry.entries[name].verdict.value + "\n")
                for number, key in enumerate(case.keys):
                    (place / f"key-{number}").write_bytes(key)
                if case.detached is not None:
                    (place / "signature").write_bytes(case.detached)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
