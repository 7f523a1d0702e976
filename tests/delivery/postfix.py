"""A Postfix of its own: configuration, queue and port in a folder made for it, stopped and gone at the end.

What it takes for @customer.example it discards, unless `relayhost` says where it goes. Only root can start one.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
inet_interfaces = loopback-only
relay_domains = customer.example
relay_transport = discard:
default_transport = discard:
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = none
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def when_open(port: int) -> None:
    """Return when somebody listens."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.recv(100)
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


@contextmanager
def running(more: Mapping[str, str] | None = None, files: Mapping[str, bytes] | None = None) -> Iterator[int]:
    """Run one with further settings, `{folder}` in them its folder, and files in that; yields its port."""
    with TemporaryDirectory(prefix="feedbot-postfix-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for one, content in (files or {}).items():
            (folder / one).write_bytes(content)
        for one in ("queue", "data"):
            (folder / one).mkdir()
        shutil.chown(folder / "data", "postfix")
        settings = MAIN.format(folder=folder)
        settings += "".join(f"{key} = {value.format(folder=folder)}\n" for key, value in (more or {}).items())
        (folder / "main.cf").write_text(settings, encoding="utf-8")
        (folder / "master.cf").write_text(MASTER.format(port=port), encoding="utf-8")
        _command(folder, "start")
        try:
            when_open(port)
            yield port
        finally:
            _command(folder, "stop")


def _command(folder: Path, verb: str) -> None:
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    command, env = ["postfix", "-c", str(folder), verb], os.environ | {"PATH": path}
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
