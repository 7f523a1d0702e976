"""Make the demo's signed texts: a throw-away key for the made-up issuer CSIRT-A, its public half, and signed alerts.

    python -m demo.make_signed

The private key is forgotten when the script ends, so a run replaces key and texts together. One text is changed by a
byte after it was signed: the forgery that feedbot must refuse.
"""

import subprocess
import tempfile
from pathlib import Path

DATA = Path(__file__).parent / "data"
USER = "CSIRT-A (made-up issuer of the feedbot demo) <info@csirt-a.example>"
SIGNED = {
    "at260001.txt": "www/at/2026/at260001.txt",
    "at260002.txt": "www/at/2026/at260002.txt",
    "at260003.txt": "www/at/2026/at260003.txt",
    "at260004.txt": "www/at/2026/at260004.txt",
    "at260001-2.txt": "www-2/at/2026/at260001.txt",
}
FORGED = ("www/at/2026/at260004.txt", "OpenSSH 8.0 より前".encode(), "OpenSSH 9.9 より前".encode())


def gpg(home: str, *arguments: str, text: bytes = b"") -> bytes:
    """Run gpg in a home of its own and return what it printed."""
    command = ["gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""]
    return subprocess.run([*command, *arguments], input=text, capture_output=True, check=True).stdout


def main() -> None:
    """Write the key and the texts."""
    with tempfile.TemporaryDirectory(prefix="fb") as home:
        gpg(home, "--quick-generate-key", USER, "ed25519", "sign", "never")
        (DATA / "keys").mkdir(exist_ok=True)
        (DATA / "keys" / "csirt-a.asc").write_bytes(gpg(home, "--armor", "--export"))
        lines = gpg(home, "--with-colons", "--list-keys").decode().splitlines()
        fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr"))
        (DATA / "keys" / "csirt-a.fingerprint").write_text(fingerprint + "\n", encoding="ascii")
        for name, place in SIGNED.items():
            target = DATA / place
            target.parent.mkdir(parents=True, exist_ok=True)
            text = (DATA / "texts" / name).read_bytes()
            target.write_bytes(gpg(home, "--clearsign", "--digest-algo", "SHA256", text=text))
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    place, honest, forged = FORGED
    text = (DATA / place).read_bytes()
    assert text.count(honest) == 1
    (DATA / place).write_bytes(text.replace(honest, forged))


if __name__ == "__main__":
    main()
