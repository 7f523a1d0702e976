"""The real corpus, folder by folder: what is read, what is quarantined and why, beside a count by other programs.

`./run bench corpus [--json]` prints a Markdown table. The corpus is looked for at ../shared/corpus, or where
FEEDBOT_CORPUS says. The items are counted by find, grep and jq, never by our own parsers; a row where read and
quarantined together are another number is marked, and the run fails.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from gzip import decompress
from importlib import import_module
from pathlib import Path

from feedbot import messages
from feedbot.advisory import Advisory, Quarantined, UnreadRange
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.signature import judge_for

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder's files that a member is for, and the shell command that counts their items, run in the corpus."""

    member: str
    folder: str
    pattern: str
    count: str


def _files(member: str, folder: str, pattern: str = "*") -> Folder:
    """Return a folder whose files hold one item each."""
    name = pattern.removeprefix("**/")
    depth = "" if pattern.startswith("**/") else "-maxdepth 1 "
    return Folder(member, folder, pattern, f"find {folder} {depth}-type f -name '{name}' | wc -l")


def _xml(member: str, folder: str, pattern: str) -> Folder:
    """Return a folder of JVNRSS or VULDEF."""
    words = f"--include='{pattern.removeprefix('**/')}' '<item[ >]\\|<Vulinfo>'"
    return Folder(member, folder, pattern, f"grep -rho {words} {folder} | wc -l")


_ONE_EACH = """
jpcert      feeds/jpcert/at                             **/*.html
jvn_ipedia  feeds/myjvn-api/np/oka                      getVulnDetailInfo*.json
jvn_ipedia  feeds/myjvn-api/np/oka                      dataFeed_jvndb_detail_oka.json
cert_cc     feeds/certcc                                *.json
cert_cc     feeds/certcc/archive                        **/*.json
csaf        feeds/cisa-csaf                             **/*.json
csaf        feeds/redhat/csaf                           **/*.json*
csaf        feeds/redhat/vex                            **/*.json*
openssl     feeds/upstream/openssl                      *.json
httpd       feeds/upstream/httpd                        *.json
curl        feeds/upstream/curl                         *.md
ruby_lang   feeds/ja-advisories/ruby-lang               *.md
mozilla     feeds/ja-advisories/mozilla                 *.html
mozilla     feeds/ja-advisories/mozilla-en              *.md
freebsd     pgp/freebsd                                 *.asc
freebsd     pgp/freebsd/revisions                       *.asc
freebsd     pgp/freebsd/releases                        *
netbsd      pgp/netbsd                                  *.asc
netbsd      pgp/netbsd/translations                     *.asc
"""
"""Member, folder and pattern of files that hold one item each."""
_FEEDS = """
jvn         feeds/jvn-rss                               *.rdf
jvn_ipedia  feeds/jvndb-rss                             **/*.rdf
jvn_ipedia  feeds/jvn-vuldef                            **/*.rdf
jvn_ipedia  feeds/myjvn-api/np/hnd                      getVuln*.xml
jvn_ipedia  feeds/myjvn-api/np/hnd                      dataFeed_jvndb*.xml
jvn_ipedia  feeds/myjvn-api/kazukiigeta                 get_vuln_*.xml
jvn_ipedia  feeds/myjvn-api/spiegel-im-spiegel          rss_*.xml
jvn_ipedia  feeds/myjvn-api/spiegel-im-spiegel          vuldef_*.xml
"""
"""The same of files of JVNRSS and VULDEF."""
_JQ = "jq '.feed.entry | length'"
_OKA, _VINCE, _UPSTREAM = "feeds/myjvn-api/np/oka", "feeds/certcc/vince-api_examples", "feeds/upstream"
_KEV, _KEV_FILE = "feeds/cisa-kev", "known_exploited_vulnerabilities.json.gz"
_CASES = "jq -s 'map(if .get_cases then (.get_cases | length) else 1 end) | add'"
_ROWS = 'grep -o \'/support/security/CVE-[0-9-]*/" class="nobr"\''
_OVERVIEW, _DATA_FEED = "getVulnOverviewList_oka.json", "dataFeed_jvndb_rss_oka.json"
FOLDERS = (
    *(_files(*line.split()) for line in _ONE_EACH.splitlines() if line),
    *(_xml(*line.split()) for line in _FEEDS.splitlines() if line),
    Folder("jvn_ipedia", _OKA, _OVERVIEW, f"{_JQ} {_OKA}/{_OVERVIEW}"),
    Folder("jvn_ipedia", _OKA, _DATA_FEED, f"{_JQ} {_OKA}/{_DATA_FEED}"),
    Folder("cert_cc", _VINCE, "*.json", f"{_CASES} {_VINCE}/*.json"),
    Folder("cisa_kev", _KEV, _KEV_FILE, f"zcat {_KEV}/{_KEV_FILE} | jq '.vulnerabilities | length'"),
    Folder("nginx", f"{_UPSTREAM}/nginx", "*.xml", f"grep -o '<item\\b' {_UPSTREAM}/nginx/*.xml | wc -l"),
    Folder("postgresql", f"{_UPSTREAM}/postgresql", "*.html", f"{_ROWS} {_UPSTREAM}/postgresql/*.html | wc -l"),
)


NOT_A_SOURCE = {
    "feeds/almalinux": "OSV records of a distributor: they say what a package holds, for matching",
    "feeds/rocky": "OSV records and errata of a distributor, for matching",
    "feeds/ubuntu": "USN, OSV and tracker of a distributor, for matching",
    "feeds/debian": "tracker, DSA and DLA lists of a distributor, for matching",
    "feeds/redhat/cve": "a distributor's word on one CVE name, for matching",
    "feeds/redhat/osv": "OSV records of a distributor, for matching",
    "feeds/redhat/csaf": "lists of changes beside the CSAF files: which files there are, no advisories",
    "feeds/cve-v5": "CVE records: the gold data that version wordings are measured by",
    "feeds/nvd-excerpts": "pieces of NVD records: gold data for version wordings",
    "feeds/nvd-overrides": "corrections of NVD records by others: gold data for version wordings",
    "feeds/upstream/ruby-advisory-db": "a database of packages, in YAML of its own; its publisher speaks OSV too",
    "feeds/upstream/friendsofphp": "a database of packages, in YAML of its own; its publisher speaks OSV too",
    "feeds/ja-advisories/microsoft": "bulletins as pages of a documentation set that has ended; no live form",
    "feeds/jpcert": "titles and CVE names of alerts as derived lists: made by others, no texts",
    "feeds/jvndb-records": "records as others stored them, in JSON of several makers; never served by JVN iPedia",
    "feeds/jvn-quoting": "lines quoted from JVN in programs and notes of others",
    "feeds/jvn-product-dictionary": "names of products with their CPE, for the catalogue",
    "feeds/jvndb-rss/vuls-data-update": "checksums beside the feeds: what the files' bytes must be",
    "feeds/jvn-vuldef/vuls-data-update": "checksums beside the feeds: what the files' bytes must be",
    "feeds/myjvn-api": "schemas, and answers of other methods (products, vendors, statistics, alerts, status)",
    "feeds/cisa-kev": "the catalogue's schema, and the catalogue as CSV, the same items as the JSON",
    "feeds/cisa-csaf": "a list of changes: which files there are, no advisories",
    "feeds/README.md": "about the folders",
    "pgp/README.md": "about the folders",
    "pgp/manifest.jsonl": "what gpg says of each file: gold data of signature/",
    "pgp/cert": "one signed text of 1998 in a form that CERT/CC has left: for signature/",
    "pgp/debian": "signed package descriptions, an index and a forwarded mail: for signature/",
    "pgp/derived": "FreeBSD texts damaged on purpose: for signature/",
    "pgp/openssl": "security.txt and keys: no advisory",
    "pgp/qubes": "signed canaries and bulletins of an operating system for desktops: for signature/",
    "pgp/jpcert": "facts about keys, no data",
    "pgp/freebsd/keys": "public keys",
    "pgp/freebsd/embedded": "pages of a handbook that quote a signed text: for signature/",
    "pgp/netbsd/keys": "public keys",
}
"""Why a folder, or what is left of it beside the files above, is no source. The longest name counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a folder. `unread` counts wordings of affected versions kept in the publisher's words.

    `documents` are files that end or break after the items that were read from them: said and kept too, no items.
    """

    source: str
    folder: str
    files: int
    items: int
    counted_by: str
    read: int
    quarantined: dict[str, int]
    documents: dict[str, int]
    aliases: int
    unread: int

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is lost and nothing is made up."""
        return self.read + sum(self.quarantined.values()) == self.items


def items_of(member: str, path: Path) -> Iterator[Advisory | Quarantined]:
    """Read a file; one that is refused as a whole is one quarantined item, as the pipeline has it."""
    body = path.read_bytes()
    given = Document(f"file:{path.name}", decompress(body) if path.suffix == ".gz" else body, NOW)
    try:
        yield from import_module(f"feedbot.source.{member}").read(given, judge_for(None, (), NOW, "file"))
    except SourceError as error:
        yield Quarantined(path.name, error, given.body)


def _unread(advisory: Advisory) -> int:
    """Count the wordings of versions that were not understood."""
    ranges = [one.range for one in advisory.affected]
    pieces = sum(len(one.unread) for one in advisory.affected)
    return pieces + sum(isinstance(one, UnreadRange) and bool(one.text) for one in ranges)


def _cut_off(item: Advisory | Quarantined) -> bool:
    """Tell whether this is no item but the rest of a document that ends or breaks after its items."""
    return isinstance(item, Quarantined) and " after item " in item.where


def _reasons(items: list[Advisory | Quarantined]) -> dict[str, int]:
    return dict(Counter(item.reason.reason() for item in items if isinstance(item, Quarantined)))


def measure(corpus: Path, folder: Folder) -> Row:
    """Read a folder and let the shell count it."""
    paths = [path for path in sorted((corpus / folder.folder).glob(folder.pattern)) if path.is_file()]
    found = [item for path in paths for item in items_of(folder.member, path)]
    read = [item for item in found if isinstance(item, Advisory)]
    counted = subprocess.run(["/bin/sh", "-c", folder.count], cwd=corpus, capture_output=True, text=True, check=True)
    return Row(
        source=folder.member,
        folder=f"{folder.folder}/{folder.pattern}",
        files=len(paths),
        items=int(counted.stdout),
        counted_by=folder.count,
        read=len(read),
        quarantined=_reasons([item for item in found if not _cut_off(item)]),
        documents=_reasons([item for item in found if _cut_off(item)]),
        aliases=sum(len(one.aliases) for one in read),
        unread=sum(_unread(one) for one in read),
    )


def _line(row: Row) -> str:
    """Return a row of the table."""
    reasons = "; ".join(f"{count} × {reason}" for reason, count in sorted(row.quarantined.items()))
    quarantined = f"{sum(row.quarantined.values())} ({reasons})" if reasons else "0"
    quarantined += "".join(f"; beside them {count} × {reason}" for reason, count in sorted(row.documents.items()))
    items = f"{row.items}" if row.agrees else f"**{row.items} ≠**"
    cells = (row.source, row.folder, row.files, items, f"`{row.counted_by}`", row.read, quarantined, row.aliases)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in (*cells, row.unread)) + " |"


def left_over(corpus: Path) -> dict[str, int]:
    """Return how many files of the corpus belong to each entry of NOT_A_SOURCE; "" for a file that nobody accounts
    for."""
    read = {path for folder in FOLDERS for path in (corpus / folder.folder).glob(folder.pattern)}
    found: Counter[str] = Counter()
    for path in sorted({*corpus.glob("feeds/**/*"), *corpus.glob("pgp/**/*")} - read):
        name = path.relative_to(corpus).as_posix()
        if path.is_file():
            found[max((one for one in NOT_A_SOURCE if f"{name}/".startswith(f"{one}/")), key=len, default="")] += 1
    return dict(found)


def main(as_json: bool) -> None:
    """Print the table; exit with 1 where a sum is wrong, and say so where there is no corpus."""
    messages.use("en")
    corpus = Path(os.environ.get("FEEDBOT_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not corpus.is_dir():
        print("the corpus is missing: put it at ../shared/corpus or set FEEDBOT_CORPUS", file=sys.stderr)
        return
    rows = [measure(corpus, folder) for folder in FOLDERS]
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
    else:
        print("| source | files read | files | items | counted by | read | quarantined | aliases | unread |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        print("\n".join(map(_line, rows)))
        print("\n| no source | files | because |\n| --- | --- | --- |")
        for name, count in left_over(corpus).items():
            print(f"| {name} | {count} | {NOT_A_SOURCE[name]} |")
    if not all(row.agrees for row in rows):
        sys.exit(1)
