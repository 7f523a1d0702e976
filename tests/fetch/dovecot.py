"""A real IMAP server: Debian's Dovecot on loopback, with a folder, a certificate and a configuration of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import need_program

CONFIGURATION = """
protocols = imap
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
listen = 127.0.0.1
ssl = required
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
mail_location = maildir:{home}/mail
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = yes
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=pässwörd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server. `mail` is the Maildir behind its INBOX; its user is `me`, his password `pässwörd`."""

    port: int
    home: Path

    @property
    def mail(self) -> Path:
        """The Maildir."""
        return self.home / "mail"

    def deliver(self, raw: bytes, name: str) -> None:
        """Put a mail into the INBOX, or into the folder that a name such as `.lists/5` begins with."""
        folder, _, base = name.rpartition("/")
        target = self.mail / folder / "new" / base
        self._folder(target.parent.parent)
        target.write_bytes(raw)
        target.chmod(0o644)

    def files(self) -> dict[str, bytes]:
        """Return every mail by its name with flags."""
        return {file.name: file.read_bytes() for folder in ("new", "cur") for file in (self.mail / folder).iterdir()}

    def _folder(self, path: Path) -> None:
        for name in ("", "cur", "new", "tmp"):
            (path / name).mkdir(exist_ok=True)
            if os.getuid() == 0:
                owner = pwd.getpwnam("nobody")
                os.chown(path / name, owner.pw_uid, owner.pw_gid)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Run the server, or skip the test and name the package."""
    program = need_program("dovecot", "dovecot-imapd")
    openssl = need_program("openssl", "openssl")
    if not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("dovecot's imap is missing: apt-get install dovecot-imapd")
    home = Path(tempfile.mkdtemp(prefix="feedbot-imap-"))
    home.chmod(0o755)  # its log-in process runs as a user of its own
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Dovecot(port, home)
    server._folder(server.mail)
    (home / "run").mkdir()
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", "key.pem", "-out", "cert.pem"], cwd=home, check=True, capture_output=True)
    own = pwd.getpwuid(os.getuid()).pw_name
    owner = pwd.getpwnam("nobody") if own == "root" else pwd.getpwuid(os.getuid())
    text = CONFIGURATION.format(
        home=home,
        port=port,
        user=own,
        group="root" if own == "root" else own,
        login="dovenull" if own == "root" else own,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
    )
    (home / "dovecot.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")])
    try:
        _await(port)
        yield server
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("dovecot did not start")
