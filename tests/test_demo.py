"""The demo is the first thing a user sees: it ends well, and says where to look."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_demo_ends_well(tmp_path: Path) -> None:
    """Every step ends as told; the forgery is held, the site and the mails are where it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "保留: CSIRT-A-AT-2026-0004: 署名 bad" in ended.stdout
    (place,) = tmp_path.glob("feedbot-demo-*")
    assert (place / "var/site/index.html").is_file()
    assert len(list((place / "Maildir/new").iterdir())) == int(re.search(r"届いたメール\((\d+) 通\)", ended.stdout)[1])
