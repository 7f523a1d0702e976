"""Mails a second out of the house: render, build, queue and send through the durable outbox.

    python -m bench.send [--json] [--mails N]

The same N notices go to smtp-sink, to a Postfix of its own (configuration, queue and port in a folder made for the
run, everything it takes is discarded) and, for comparison, by what a script would do: smtplib, one connection kept,
EmailMessage built for each, nothing kept of what left. smtp-source in the same run says what Postfix itself takes.

Each step's seconds stand beside those of CPU, which other work on the machine does not stretch.

The database is a real SQLite file with synchronous=FULL on the disk of the temporary folder (TMPDIR).
"""

import json
import os
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot import store
from feedbot.delivery import OutboxState, smtp
from feedbot.delivery._send import SmtpSettings
from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.collect import collect
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import drafts, inventory, outbox
from tests.delivery import postfix
from tests.delivery.postfix import free_port, when_open
from tests.fakes import START, world
from tests.pipeline.conftest import pages, wired

MAILS = 10_000
CONNECTIONS = 50
SENDER = "notice@hosting.example"


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    mails = int(sys.argv[sys.argv.index("--mails") + 1]) if "--mails" in sys.argv else MAILS
    with TemporaryDirectory() as folder:
        figures = _measure(Path(folder), mails)
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:58} {value:10.2f}")


def _measure(folder: Path, mails: int) -> dict[str, float]:
    edges, figures = _prepared(folder, mails)
    kept = folder / "kept.db"
    edges.database.dispose()
    shutil.copy(folder / "feedbot.db", kept)
    with store.reading(edges.database) as tx:
        texts = [(one.outgoing.recipient, one.outgoing.content) for one in outbox.listing(tx)]
    figures["bytes a mail"] = sum(len(content) for _, content in texts) / len(texts)
    for name, relay in (("smtp-sink", _sink), ("Postfix", _postfix)):
        edges.database.dispose()
        for old in folder.glob("feedbot.db*"):
            old.unlink()
        shutil.copy(kept, folder / "feedbot.db")
        with relay(folder) as port:
            figures[f"{name}: mails a second, durable outbox"] = mails / _sent(edges, port, mails)
        with relay(folder) as port:
            figures[f"{name}: smtplib and EmailMessage, nothing durable"] = _by_smtplib(port, texts[:2000])
        with relay(folder) as port:
            figures[f"{name}: smtp-source"] = _by_smtp_source(port, mails, int(figures["bytes a mail"]))
    figures["share of what Postfix takes"] = (
        figures["Postfix: mails a second, durable outbox"] / figures["Postfix: smtp-source"]
    )
    whole = sum(figures[name] for name in _STEPS) + mails / figures["smtp-sink: mails a second, durable outbox"]
    figures["draft to smtp-sink, mails a second"] = mails / whole
    figures["load average"] = os.getloadavg()[0]
    return figures


_DRAFT = "draft, seconds"
_PROPOSE = "propose (match, render, lint, freeze), seconds"
_APPROVE = "approve (judge), seconds"
_PUBLISH = "publish (build, judge, queue, site), seconds"
_STEPS = (_DRAFT, _PROPOSE, _APPROVE, _PUBLISH)


def _prepared(folder: Path, mails: int) -> tuple[Edges, dict[str, float]]:
    """Draft, propose, approve and queue a notice about the made-up publisher's advisory to everybody."""
    stage = world(folder)
    stage.pages |= pages("www")
    edges = wired(stage)
    customers = [Customer(f"C{n:05}", f"見本株式会社{n}", f"c{n}@customer.example") for n in range(mails)]
    contracts = [Contract(f"V{n:05}", f"C{n:05}", Plan.VPS, root=True) for n in range(mails)]
    servers = [Server(f"host{n:05}", f"V{n:05}", "debian:12") for n in range(mails)]
    package = Component("deb", "apache2", "2.4.57-2", "apache2", "2.4.57-2", "amd64", "debian:12")
    hosts = {one.name: HostPackages(one.name, (package,), "debian:12") for one in servers}
    with edges.database.begin() as tx:
        inventory.replace_customers(tx, customers, contracts, servers, START)
        inventory.replace_packages(tx, hosts, START)
    for source in edges.sources.values():
        collect(edges, source)
    steps = {}
    begun, busy = time.perf_counter(), time.process_time()
    draft.draft_cases(edges, "bench")
    steps[_DRAFT], steps[f"{_DRAFT} of CPU"] = time.perf_counter() - begun, time.process_time() - busy
    with store.reading(edges.database) as tx:
        number = next(one.id for one in drafts.listing(tx) if "Apache" in one.notice.title)
    for name, step in (
        (_PROPOSE, lambda: decide.propose(edges, number, "author")),
        (_APPROVE, lambda: decide.approve(edges, number, "reviewer")),
        (_PUBLISH, lambda: publish(edges, number, "author")),
    ):
        begun, busy = time.perf_counter(), time.process_time()
        step()
        steps[name], steps[f"{name} of CPU"] = time.perf_counter() - begun, time.process_time() - busy
    return edges, steps


def _sent(edges: Edges, port: int, mails: int) -> float:
    settings = SmtpSettings("127.0.0.1", SENDER, port, security="none", connections=CONNECTIONS)
    begun = time.perf_counter()
    done = send_due(replace(edges, open_mail=lambda: smtp.open_channel(settings)), "bench")
    took = time.perf_counter() - begun
    assert done == {OutboxState.SENT: mails}, done
    return took


def _by_smtplib(port: int, texts: list[tuple[str, bytes]]) -> float:
    """Return mails a second."""
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as wire:
        for recipient, content in texts:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = SENDER, recipient, "【見本】お知らせ"
            mail.set_content(content.decode("ascii")[: len(content) // 2])
            mail.add_alternative(content.decode("ascii")[len(content) // 2 :], subtype="html")
            wire.send_message(mail)
    return len(texts) / (time.perf_counter() - begun)


def _by_smtp_source(port: int, mails: int, size: int) -> float:
    command = ["smtp-source", "-d", "-s", str(CONNECTIONS), "-m", str(mails), "-l", str(size)]
    command += ["-f", SENDER, "-t", "c@customer.example", f"127.0.0.1:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"})
    return mails / (time.perf_counter() - begun)


@contextmanager
def _sink(folder: Path) -> Iterator[int]:
    port = free_port()
    command = ["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "256"]
    with subprocess.Popen(command, env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"}) as process:
        try:
            when_open(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def _postfix(folder: Path) -> Iterator[int]:
    with postfix.running() as port:
        yield port


if __name__ == "__main__":
    main("--json" in sys.argv)
