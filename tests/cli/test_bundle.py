"""feedbot bundle, as an operator types it on both sides of the gap."""

import json
from pathlib import Path

from tests.cli.test_commands import Desk
from tests.cli.test_commands import desk as commands_desk
from tests.providerkey import key_home

desk = commands_desk


def test_both_sides(desk: Desk, tmp_path: Path) -> None:
    """Export without a key: exit 2 and what to set. With one: a table; import needs the key pinned; then JSON."""
    config = tmp_path / "config.toml"
    plain = config.read_text(encoding="utf-8")
    file = tmp_path / "day.bundle"
    assert desk("db", "upgrade")[0] == 0
    desk("collect", "csirt_a", "--no-draft")
    code, _, err = desk("bundle", "export", file)
    assert (code, "[signing]" in err) == (2, True)
    with key_home() as home:
        key = home.key("operator")
        ring = tmp_path / "operator.gpg"
        ring.write_bytes(home.gpg("--export", key))
        signing = f'{plain}[signing]\nkey = "{key}"\nhome = "{home.home}"\n'
        config.write_text(signing, encoding="utf-8")
        code, out, err = desk("bundle", "export", file, "csirt_a")
        assert (code, "csirt_a" in out) == (0, True), err
        code, _, err = desk("bundle", "import", file)
        assert (code, "[bundle]" in err) == (2, True)
        config.write_text(f'{signing}[bundle]\nkeyring = ["{ring}"]\npins = ["{key}"]\n', encoding="utf-8")
        code, out, err = desk("bundle", "import", file, "--json")
        found = json.loads(out)
        assert (found["signer"], found["unconfigured"], found["known"] > 0) == (key, {}, True), err
        file.write_bytes(file.read_bytes()[:-30])
        assert desk("bundle", "import", file)[0] == 1
    assert desk("bundle", "import", tmp_path / "nothing")[0] == 2
