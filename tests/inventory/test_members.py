"""Package lists: each format is read, and nothing broken is believed."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import inventory
from feedbot.errors import ConfigError, InventoryError
from feedbot.inventory import Component, HostPackages, RefusedRow

LONG = (
    "# server: Web01\n# os: Debian GNU/Linux 12 (bookworm)\n"
    "ntpsec\t1.2.2+dfsg1-1\tntpsec\t1.2.2+dfsg1-1\tamd64\tii \n"
    "libssl3\t3.0.9-1+b2\topenssl\t3.0.9-1\tamd64\tii \n"
    "bash\t5.2-2+b7\tbash\t5.2-2\tamd64\thi \n"
    "old-mta\t1:4.9-1\told-mta\t1:4.9-1\tamd64\trc \n"
)
TABLE = (
    "Desired=Unknown/Install/Remove/Purge/Hold\n"
    "| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n"
    "|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n"
    "||/ Name           Version      Architecture Description\n"
    "+++-==============-============-============-=================================\n"
    "ii  base-files     12.4+deb12u5 amd64        files of the base\n"
    "ii  libssl3:amd64  3.0.9-1      amd64        a library\n"
    "rc  old-mta        1:4.9-1      amd64        gone\n"
    "iH  half           1.0-1        amd64        broken half way\n"
)
NEVRA = (
    "almalinux-release-9.4-1.el9.x86_64\nopenssl-1:3.0.7-27.el9.x86_64\n1:bind-libs-9.16.23-18.el9.x86_64\n"
    "mod_http2-2.0.26-2.el9_4.noarch\ngpg-pubkey-0000aaaa-0000bbbb\nbash-5.1.8-9.el9\n"
)
COLUMNS = (
    "bind-libs\t32\t9.16.23\t18.el9\tx86_64\tbind-9.16.23-18.el9.src.rpm\n"
    "bash\t0\t5.1.8\t9.el9\tx86_64\tbash-5.1.8-9.el9.src.rpm\n"
    "gpg-pubkey\t0\t0000aaaa\t0000bbbb\t(none)\t(none)\n"
)
CSV = (
    "サーバー名,製品名,バージョン,種別,OS\r\n"
    "web01,OpenSSL,3.0.7,,\r\nweb02,ntp,1:4.2.8p15-1,,debian 12\r\nweb01,nginx,,self,\r\n"
)


def hosts(text: str | bytes, name: str = "list.txt", named: str = "") -> list[HostPackages]:
    """Return the servers that a file gives."""
    return [one for one in inventory.read(text, name, named) if isinstance(one, HostPackages)]


def refused(text: str | bytes, name: str = "list.txt", named: str = "") -> list[RefusedRow]:
    """Return the rows that are refused."""
    return [one for one in inventory.read(text, name, named) if isinstance(one, RefusedRow)]


def test_dpkg_query_with_sources() -> None:
    """Installed packages come with source and release, those on hold too, removed ones do not."""
    (host,) = hosts(LONG)
    assert (host.server, host.distro) == ("web01", "debian:12")
    assert host.components == (
        Component("deb", "ntpsec", "1.2.2+dfsg1-1", "ntpsec", "1.2.2+dfsg1-1", "amd64", "debian:12"),
        Component("deb", "libssl3", "3.0.9-1+b2", "openssl", "3.0.9-1", "amd64", "debian:12"),
        Component("deb", "bash", "5.2-2+b7", "bash", "5.2-2", "amd64", "debian:12"),
    )


def test_dpkg_query_of_two_columns() -> None:
    """Plain dpkg-query -W gives name and version; a package without a version is not installed."""
    (host,) = hosts("libssl3:amd64\t3.0.9-1\nold-mta\t\n")
    assert host.components == (Component("deb", "libssl3", "3.0.9-1", "libssl3", "3.0.9-1", "amd64"),)


def test_dpkg_table() -> None:
    """The table of dpkg -l is read, its head is not, the release comes from base-files, half installed is refused."""
    (host,) = hosts(TABLE)
    assert [(one.name, one.version, one.distro) for one in host.components] == [
        ("base-files", "12.4+deb12u5", "debian:12"),
        ("libssl3", "3.0.9-1", "debian:12"),
    ]
    assert [(one.line, one.row[:8]) for one in refused(TABLE)] == [(9, "iH  half")]


def test_rpm_names() -> None:
    """Epochs in both places, packages without architecture, keys left out, the release from its own package."""
    (host,) = hosts(NEVRA)
    assert host.distro == "almalinux:9"
    assert [(one.name, one.version, one.arch) for one in host.components] == [
        ("almalinux-release", "9.4-1.el9", "x86_64"),
        ("openssl", "1:3.0.7-27.el9", "x86_64"),
        ("bind-libs", "1:9.16.23-18.el9", "x86_64"),
        ("mod_http2", "2.0.26-2.el9_4", "noarch"),
        ("bash", "5.1.8-9.el9", ""),
    ]


def test_rpm_columns() -> None:
    """The query format gives epoch and source package; epoch 0 is not written."""
    (host,) = hosts(COLUMNS)
    assert host.components == (
        Component("rpm", "bind-libs", "32:9.16.23-18.el9", "bind", "9.16.23-18.el9", "x86_64"),
        Component("rpm", "bash", "5.1.8-9.el9", "bash", "5.1.8-9.el9", "x86_64"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_of_several_servers(encoding: str) -> None:
    """A Japanese header in any usual encoding; several servers; an unknown version is kept as unknown."""
    first, second = hosts(CSV.encode(encoding))
    assert (first.server, second.server, second.distro) == ("web01", "web02", "debian:12")
    assert first.components == (
        Component("generic", "OpenSSL", "3.0.7", "OpenSSL"),
        Component("generic", "nginx", "", "nginx"),
    )
    assert second.components == (Component("deb", "ntp", "1:4.2.8p15-1", "ntp", "", "", "debian:12"),)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("bash 5.2", "not a line of dpkg"),
        ("bash\t5.2\tbash", "3 columns; dpkg-query gives 2 or 6"),
        ("Bash!\t5.2", "not a package name: Bash!"),
        ("bash\t5.2;rm", "not a package version: 5.2;rm"),
        ("bash\t5\x002", "a control character in the row"),
        ("bash\t5.2\u2028zsh\t5.9", "a control character in the row"),
        ("bash\t" + "5" * 5000, "the line is longer than 4096 characters"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_kept(row: str, reason: str) -> None:
    """A broken row is listed with file, line and reason, fit to be printed; every other row is there."""
    text = LONG + row + "\nzsh\t5.9-4\n"
    (host,), (bad,) = hosts(text, "web01.dpkg"), refused(text, "web01.dpkg")
    assert (bad.file, bad.line, bad.reason) == ("web01.dpkg", 7, reason)
    assert bad.row.replace("\t", "").isprintable()
    assert len(bad.row) <= 200
    assert [one.name for one in host.components] == ["ntpsec", "libssl3", "bash", "zsh"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("web01,ntp", "2 columns instead of 3"),
        ("web 01,ntp,4.2.6", "not a host name"),
        ("web01,,4.2.6", "not a package name: "),
        ('web01,"ntp"d,4.2.6', "a quoted field runs over more than one line, or a quotation mark is missing"),
        ('web01,"ntp,4.2.6', "a quoted field runs over more than one line, or a quotation mark is missing"),
    ],
)
def test_a_broken_row_of_a_table(row: str, reason: str) -> None:
    """Rows of a CSV are refused one by one in the same way."""
    text = f"server,name,version\nweb09,ntp,4.2.8\n{row}\n"
    assert [(one.line, one.reason) for one in refused(text)][:1] == [(3, reason)]
    assert len(hosts(text)) == 1


def test_an_unknown_ecosystem_is_refused() -> None:
    """A scheme that nobody can order versions of is not taken for another one."""
    text = "server,name,version,ecosystem\nweb01,x,1,cobol\nweb01,y,1,npm\n"
    assert [one.reason for one in refused(text)] == ["no such ecosystem: cobol"]
    assert hosts(text)[0].components[0].scheme == "npm"


def test_a_field_over_lines_refuses_every_line() -> None:
    """A quoted line feed makes no second row of what follows it."""
    text = 'server,name,version\nweb01,"ntp\nweb02",4.2.6\nweb03,ntp,4.2.6\n'
    assert [one.line for one in refused(text)] == [2, 3]
    assert [one.server for one in hosts(text)] == ["web03"]


def test_the_file_names_the_server() -> None:
    """A comment names it, else a file name that ends as its format does, else nobody; `placed` fills it in."""
    assert hosts("bash\t5.2-2\n", "Web07.dpkg")[0].server == "web07"
    assert hosts("# server: web08\nbash\t5.2-2\n", "web07.dpkg")[0].server == "web08"
    assert hosts("# サーバー\uff1aweb08\nbash\t5.2-2\n", "web07.dpkg")[0].server == "web08"
    (host,) = hosts("bash\t5.2-2\n", "web07.txt")
    placed = host.placed("WEB09", "debian:11")
    assert (host.server, placed.server, placed.components[0].distro) == ("", "web09", "debian:11")


def test_the_file_names_the_kernel_that_runs() -> None:
    """As uname -r prints it; what is no such name is not taken for one. Placing the host keeps it."""
    (host,) = hosts("# server: web08\n# kernel: 6.1.0-21-amd64\nbash\t5.2-2\n")
    assert (host.kernel, host.placed("x", "debian:12").kernel) == ("6.1.0-21-amd64", "6.1.0-21-amd64")
    assert hosts("# kernel: Linux\nbash\t5.2-2\n")[0].kernel == ""


def test_a_name_taken_from_the_file_s_is_told_as_a_guess() -> None:
    """Only where no line of the file names the server; placing it keeps that."""
    assert hosts("bash\t5.2-2\n", "Web07.dpkg")[0].placed().guessed
    assert not hosts("# server: web08\nbash\t5.2-2\n", "web07.dpkg")[0].guessed
    assert not hosts("bash\t5.2-2\n", "web07.txt")[0].guessed


@pytest.mark.parametrize(
    ("named", "row", "command"),
    [
        ("rpm", "bash 5.1.8", r"rpm -qa --qf '%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'"),
        ("rpm", "bash\t5.1.8", "rpm -qa --qf '%{NAME}"),
        ("dpkg", "bash 5.2", "dpkg-query -W -f '${Package}"),
        ("dpkg", "bash\t5.2\tbash", r"${Architecture}\t${db:Status-Abbrev}\n'"),
    ],
)
def test_a_line_of_another_form_is_told_the_command(named: str, row: str, command: str) -> None:
    """Whoever made the list in another way reads how it is made."""
    (bad,) = refused(row + "\n", named=named)
    assert command in bad.hint


def test_a_csv_with_tabs_is_told_so() -> None:
    """Not that its format is not recognised."""
    with pytest.raises(InventoryError, match="divided by tabs"):
        inventory.read("server\tname\tversion\nweb01\tntp\t4.2.6\n", "self.csv")


def test_placing_leaves_self_built_software_alone() -> None:
    """A release is given to its packages only, and never over one that the file named."""
    rows = "web01,ntp,1:4.2-1,debian 12,\nweb01,OpenSSL,3.0.7,,\nweb01,bash,5.2-1,,deb\n"
    (host,) = hosts("server,name,version,os,ecosystem\n" + rows)
    assert [one.distro for one in host.placed(distro="debian:11").components] == ["debian:12", "", "debian:12"]


def test_a_version_without_revision_is_no_package_s() -> None:
    """On a known release too, a bare upstream version is software from its makers, judged by their ranges."""
    (host,) = hosts("server,name,version,os\nweb01,nginx,1.24.0,debian 12\nweb01,nginx,1.22.1-9,debian 12\n")
    assert [one.scheme for one in host.components] == ["generic", "deb"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "the file is empty"),
        ("bash\t5.2-2", "the file ends in the middle of a line"),
        ("<html><body>502</body></html>\n", "the format is not recognised"),
        (b"bash\t\x81\n", "neither UTF-8 nor CP932 (Shift_JIS)"),
        ("# os: debian 12\n", "the format is not recognised"),
    ],
)
def test_what_is_no_inventory(given: str | bytes, reason: str) -> None:
    """A file that cannot be taken at all is one error, so that the old snapshot stays."""
    with pytest.raises(InventoryError) as caught:
        inventory.read(given, "list.txt")
    assert caught.value.reason() == reason


def test_the_format_may_be_named() -> None:
    """A named format is used as it is; an unknown name lists the known ones."""
    assert len(refused(LONG, named="rpm")) == 4
    with pytest.raises(ConfigError, match="no such member"):
        inventory.read(LONG, "list.txt", "floppy")


@pytest.mark.parametrize("text", [LONG * 20, TABLE * 10, NEVRA * 20, COLUMNS * 20, CSV + CSV.partition("\n")[2] * 20])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_cut_anywhere(text: str, data: st.DataObject) -> None:
    """A file cut at any byte, 200 cuts in all, gives its whole rows or one error; no cut version is ever believed."""
    body = text.encode()
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    whole = {one for host in hosts(text) for one in host.components}
    try:
        rows = inventory.read(cut, "web01.dpkg")
    except InventoryError:
        return
    names = {(one.name, one.version) for host in rows if isinstance(host, HostPackages) for one in host.components}
    assert names <= {(one.name, one.version) for one in whole}


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)), st.sampled_from(["", "dpkg", "rpm", "csv"]))
def test_noise_is_refused(noise: bytes | str, named: str) -> None:
    """Whatever the bytes are, the outcome is rows, refusals or an InventoryError."""
    try:
        rows = inventory.read(noise, "noise", named)
    except InventoryError:
        return
    assert all(isinstance(one, HostPackages | RefusedRow) for one in rows)


def test_the_demo_fleet_is_read_whole() -> None:
    """The inventory that ships with the demo has no row refused."""
    folder = Path(__file__).parents[2] / "demo" / "data" / "inventory"
    files = [one for one in folder.iterdir() if one.name not in ("customers.csv", "servers.csv")]
    assert not [row for one in files for row in refused(one.read_bytes(), one.name)]
    assert all(host.server for one in files for host in hosts(one.read_bytes(), one.name))
