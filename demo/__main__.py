"""The demo: the commands an operator would type, on made-up data, told step by step."""

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from demo.stage import DATA, mail_sink, publishers, received
from feedbot import cli

CONFIG = """\
[provider]
name = "見本ホスティング株式会社"
service = "見本レンタルサーバー"
from_address = "notice@hosting.example"
contact = "support@hosting.example"
site_url = "https://status.hosting.example/"

[network]
allow_private = ["{host}"]
allow_http = ["127.0.0.1"]

[sources.csirt_a]
member = "jpcert"
url = "{base}/rss/csirt-a.rdf"
signed = "required"
keyring = ["{keys}/csirt-a.asc"]
pins = ["{pin}"]

[sources.jvn]
url = "{base}/rss/jvn.rdf"

[sources.jvn_ipedia]
url = "{base}/rss/jvndb.rdf"
per_second = 100

[people]
root = "見本の担当者"

[delivery]
mode = "live"
[delivery.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""
STEPS = 8


@dataclass
class Story:
    """Tells the steps and runs the commands; `unexpected` lists those that ended otherwise than told."""

    console: Console
    config: Path
    step: int = 0
    unexpected: list[str] = field(default_factory=list)

    def chapter(self, title: str, words: str) -> None:
        """Open a step."""
        self.step += 1
        bar = "━" * self.step + "─" * (STEPS - self.step)
        self.console.print()
        self.console.print(Text.assemble((f"{bar} {self.step}/{STEPS}  ", "cyan"), (title, "bold")))
        self.console.print(Text("  " + words, style="dim"))

    def feedbot(
        self, *arguments: str, code: int = 0, shown: str = "", head: int = 30, tail: int = 0, quiet: bool = False
    ) -> None:
        """Run a command as an operator would, and show the first and last lines of what it prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            ended = cli.invoke(["-c", str(self.config), "--lang", "ja", *arguments])
        words = shown or " ".join(Path(one).name if one.startswith("/") else one for one in arguments)
        if ended != code:
            self.unexpected.append(f"feedbot {words} → {ended}\n{out.getvalue()}")
        if quiet:
            return
        self.console.print(Text.assemble(("  $ ", "green"), ("feedbot " + words, "bold")))
        lines = [line.rstrip() for line in out.getvalue().strip("\n").split("\n")]
        cut = len(lines) - head - tail
        kept = lines if cut <= 0 else [*lines[:head], f"…(中略 {cut} 行)", *lines[len(lines) - tail :]]
        for line in kept:
            self.console.print(Text("    " + line), soft_wrap=True)


def main() -> int:
    """Tell the whole story; 0 when every step ended as it should."""
    started = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="feedbot-demo-"))
    console = Console(highlight=False, soft_wrap=False)
    console.print(
        Panel.fit(
            "脆弱性情報を集め、署名を確かめ、影響を受けるお客様だけにお知らせするまで\n"
            "[dim]すべて架空のデータです。ネットワークには接続しません[/dim]",
            title="[bold]feedbot の見本[/bold]",
            border_style="cyan",
            padding=(0, 2),
        )
    )
    with publishers() as web, mail_sink(place / "Maildir") as port:
        config = place / "config.toml"
        config.write_text(
            CONFIG.format(
                base=web.base,
                host=web.base.removeprefix("http://"),
                keys=DATA / "keys",
                pin=(DATA / "keys" / "csirt-a.fingerprint").read_text(encoding="ascii").strip(),
                port=port,
            ),
            encoding="utf-8",
        )
        story = Story(console, config)
        _tell(story, web.revise)
    _close(story, place, time.monotonic() - started)
    return 1 if story.unexpected else 0


def _tell(story: Story, revise: Callable[[], None]) -> None:
    inventory = DATA / "inventory"
    packages = sorted(str(file) for file in inventory.iterdir() if file.suffix != ".csv" or file.stem == "self-built")
    story.chapter("準備", "データベースを作り、5 件のお客様と 12 台のサーバーの構成を取り込みます")
    story.feedbot("db", "upgrade")
    story.feedbot("customers", "import", str(inventory / "customers.csv"), str(inventory / "servers.csv"))
    story.feedbot("inventory", "import", *packages, shown="inventory import *.dpkg *.rpm self-built.csv")

    story.chapter("収集と署名の検証", "偽造された 1 件は保留、番号のない記事は隔離。どちらも捨てず、理由を残します")
    story.feedbot("collect", code=3)
    story.feedbot("advisory", "list")

    story.chapter("照合", "どのサーバーの、どのパッケージが、なぜ対象なのか")
    story.feedbot("match", "C-2026-0003", head=14)
    story.feedbot("explain", "C-2026-0003", "ded201", head=6)

    story.chapter("下書き", "お客様に関係する案件だけ、下書きができています")
    story.feedbot("draft", "list")
    story.feedbot("draft", "preview", "3", "--customer", "C003", head=42, tail=2)

    story.chapter("提案・承認・公開", "番号を取って文面と宛先を固定し、承認した内容だけを送ります")
    for number in ("1", "2", "3"):
        for verb in ("propose", "approve", "publish"):
            story.feedbot(verb, number, quiet=number != "3")

    story.chapter("自社のお知らせ", "手で書いたお知らせも、同じ確認と承認を通ります")
    story.feedbot("draft", "new", "--from", str(DATA / "texts" / "own.txt"))
    for verb in ("propose", "approve", "publish"):
        story.feedbot(verb, "4", quiet=verb != "publish")

    story.chapter("改訂", "発行元が対象バージョンを改めました。変わった点から始まる続報を作ります")
    revise()
    story.feedbot("collect", code=3, head=8)
    story.feedbot("draft", "preview", "5", "--customer", "C001", head=21)
    for verb in ("propose", "approve", "publish"):
        story.feedbot(verb, "5", quiet=verb != "publish")

    story.chapter("記録", "誰が何をしたかは、書き換えれば分かる形で残ります")
    story.feedbot("outbox", "status")
    story.feedbot("audit", "verify")


def _close(story: Story, place: Path, seconds: float) -> None:
    mails = received(place / "Maildir")
    console = story.console
    console.print()
    console.print(Text(f"届いたメール({len(mails)} 通)", style="bold"))
    for mail in mails:
        console.print(Text(f"  {mail['To']:<28} {mail['Subject']}"), soft_wrap=True)
    failed = story.unexpected
    words = [
        f"障害報告ページ  {place / 'var/site/index.html'}",
        f"届いたメール    {place / 'Maildir/new/'}",
        f"設定ファイル    {place / 'config.toml'}",
        "続けて試すには",
        f"  ./run feedbot -c {place}/config.toml draft list",
    ]
    console.print()
    console.print(
        Panel.fit(
            "\n".join(words),
            title="[bold]ご覧ください[/bold]",
            subtitle=f"{seconds:.1f} 秒",
            border_style="red" if failed else "green",
            padding=(0, 2),
        ),
        soft_wrap=True,
    )
    for command in failed:
        console.print(Text(f"予定と違う結果: {command}", style="bold red"))


if __name__ == "__main__":
    sys.exit(main())
