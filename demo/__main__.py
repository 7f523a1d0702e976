"""The demo: the commands an operator would type, on made-up data, told step by step."""

import contextlib
import io
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
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

[delivery]
mode = "live"
[delivery.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""
STEPS = 9


@dataclass
class Story:
    """Tells the steps and runs the commands."""

    console: Console
    config: Path
    step: int = 0

    def chapter(self, title: str, words: str) -> None:
        """Open a step."""
        self.step += 1
        bar = "━" * self.step + "─" * (STEPS - self.step)
        self.console.print()
        self.console.print(Text.assemble((f"{bar} {self.step}/{STEPS}  ", "cyan"), (title, "bold")))
        self.console.print(Text("  " + words, style="dim"))

    def feedbot(self, *arguments: str, lines: int = 30, quiet: bool = False) -> tuple[int, str]:
        """Run a command as an operator would and show its first `lines` lines."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.invoke(["-c", str(self.config), *arguments])
        text = out.getvalue()
        if not quiet:
            self.console.print(Text.assemble(("  $ ", "green"), ("feedbot " + " ".join(map(_short, arguments)), "bold")))
            shown = (text + err.getvalue()).rstrip("\n").split("\n")
            for line in shown[:lines]:
                self.console.print(Text("    " + line.rstrip()), soft_wrap=True)
            if len(shown) > lines:
                self.console.print(Text(f"    …(ほか {len(shown) - lines} 行)", style="dim"))
        return code, text


def _short(argument: str) -> str:
    return Path(argument).name if argument.startswith("/") else argument


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
    return 0


def _tell(story: Story, revise: object) -> None:
    inventory = sorted(str(file) for file in (DATA / "inventory").glob("*") if file.name not in ("customers.csv", "servers.csv"))
    story.chapter("準備", "データベースを作り、お客様とサーバー構成を取り込みます")
    story.feedbot("db", "upgrade")
    story.feedbot("customers", "import", str(DATA / "inventory/customers.csv"), str(DATA / "inventory/servers.csv"))
    story.feedbot("inventory", "import", *inventory, quiet=True)
    story.feedbot("inventory", "status")

    story.chapter("収集と署名の検証", "偽造された1件は保留され、番号のない記事は隔離されます。どちらも捨てません")
    story.feedbot("collect")
    story.feedbot("advisory", "list")

    story.chapter("照合", "どのサーバーの、どのパッケージが、なぜ対象なのか")
    story.feedbot("match")

    story.chapter("下書き", "対象のお客様がいる案件だけに、下書きができています")
    story.feedbot("draft", "list")
    story.feedbot("draft", "preview", "1", lines=60)


def _close(story: Story, place: Path, seconds: float) -> None:
    story.console.print(f"{place} {seconds:.1f}")


if __name__ == "__main__":
    sys.exit(main())
