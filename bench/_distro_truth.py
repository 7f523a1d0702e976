"""What the corpus' distributors say, read a second time and in another way than feedbot/distro reads it.

Where a text says a thing twice, this takes the other place: the words of an erratum's description for its CVEs, the ids
of a VEX file's products instead of their CPE and purl, the fields of a list's JSON instead of its lines. Nothing of
feedbot is used. `Truth.origin` is the file.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEBIAN = dict(
    re.findall(
        r"(\w+):(\S+)",
        "potato:2.2 woody:3.0 sarge:3.1 etch:4 lenny:5 squeeze:6 wheezy:7 jessie:8 stretch:9 buster:10 "
        "bullseye:11 bookworm:12 trixie:13 forky:14 sid:sid",
    )
)
UBUNTU = dict(
    re.findall(
        r"(\w+):(\S+)",
        "dapper:6.06 edgy:6.10 feisty:7.04 trusty:14.04 xenial:16.04 bionic:18.04 focal:20.04 jammy:22.04 "
        "kinetic:22.10 lunar:23.04 mantic:23.10 noble:24.04 oracular:24.10 plucky:25.04",
    )
)
ARCHES = r"(?:src|noarch|x86_64|i[36]86|aarch64|ppc64|ppc64le|s390|s390x)"
CVE = re.compile(r"CVE-\d{4}-\d{4,}")


@dataclass(frozen=True, slots=True)
class Truth:
    """One word: `kind` is fixed, open, clear, ended or unknown; `version` the one that is fixed."""

    distro: str
    suite: str
    package: str
    stream: str
    cve: str
    kind: str
    version: str
    origin: str

    @property
    def fact(self) -> tuple[str, ...]:
        """All but the origin."""
        return (self.distro, self.suite, self.package, self.stream, self.cve, self.kind, self.version)


def text_of(file: Path) -> str:
    """Return a file's text, gzip taken off."""
    body = file.read_bytes()
    return (gzip.decompress(body) if file.suffix == ".gz" else body).decode()


def read(folder: Path) -> Iterator[Truth]:
    """Yield all words of the corpus' folders debian, ubuntu, almalinux, rocky and redhat."""
    for pattern, reader in READERS:
        for file in sorted(folder.glob(pattern)):
            if file.is_file():
                name = str(file.relative_to(folder))
                yield from dict.fromkeys(Truth(*fact, name) for fact in reader(text_of(file)))


Facts = Iterator[tuple[str, str, str, str, str, str, str]]


def security_list(text: str) -> Facts:
    """Read DSA/list or DLA/list: entries begin with `[`, CVEs stand in braces."""
    for entry in re.split(r"\n(?=\[)", text):
        cves = " ".join(re.findall(r"^\s+\{([^}]*)\}", entry, re.MULTILINE)).split()
        found: dict[tuple[str, str], str] = {}
        for codename, package, word in re.findall(r"^\s+\[(\w+)\] - (\S+) +(<[a-z-]+>|[0-9]\S*)", entry, re.MULTILINE):
            found[codename, package] = word
        for (codename, package), word in found.items():
            kind, version = ("clear", "") if word == "<not-affected>" else ("fixed", word)
            for cve in cves:
                if CVE.fullmatch(cve):
                    yield f"debian:{DEBIAN[codename]}", "", package, "", cve, kind, version


def annotations(text: str) -> Facts:
    """Read an entry of the lists as JSON, by its fields."""
    entry = json.loads(text)
    name = entry["header"]["name"]
    notes = entry["annotations"]
    about = [name] if name.startswith("CVE") else [bug for one in notes for bug in one.get("bugs", [])]
    kinds = {"fixed": "fixed", "not-affected": "clear", "undetermined": "unknown", "end-of-life": "ended"}
    packages = [one for one in notes if one.get("type") == "package" and one["kind"] not in ("removed", "itp")]
    unstable = {one["package"]: one.get("version", "") for one in packages if "release" not in one}
    advised = any(bug[:3] in ("DSA", "DLA") for one in notes for bug in one.get("bugs", []))
    for one in packages:
        kind, version = kinds.get(one["kind"], "open"), one.get("version", "")
        if one["kind"] in ("no-dsa", "postponed", "ignored"):
            version = unstable.get(one["package"], "")
            kind = "unknown" if advised and not version else "open"
        for cve in about:
            if CVE.fullmatch(cve):
                yield f"debian:{DEBIAN[one.get('release', 'sid')]}", "", one["package"], "", cve, kind, version


def tracker(text: str) -> Facts:
    """Read the tracker's table."""
    for package, cves in json.loads(text).items():
        for cve, entry in cves.items():
            for codename, said in dict(entry["releases"]).items():
                if CVE.fullmatch(cve):
                    yield f"debian:{DEBIAN[codename]}", "", package, "", cve, *_state(said)


def tracker_part(text: str) -> Facts:
    """Read one CVE of one release of the tracker."""
    entry = json.loads(text)
    for one in entry["packages"]:
        if CVE.fullmatch(entry["id"]):
            yield f"debian:{DEBIAN[one['repository'][0]['name']]}", "", one["name"], "", entry["id"], *_state(one)


def _state(said: dict[str, Any]) -> tuple[str, str]:
    if said.get("urgency") == "unimportant" or said.get("fixed_version") == "0":
        return "clear", ""
    if said.get("urgency") == "end-of-life":
        return "ended", ""
    return {"resolved": ("fixed", said.get("fixed_version", "")), "open": ("open", "")}[said["status"]]


def osv(text: str) -> Facts:
    """Read an OSV record. Its CVEs: those that the description names, where it names any."""
    record = json.loads(text)
    if "withdrawn" in record:
        return
    prose = set(CVE.findall(record.get("details", ""))) if record["id"][0] in "AR" else set()
    fields = " ".join(
        (record["id"], *(one for key in ("aliases", "related", "upstream") for one in record.get(key, [])))
    )
    cves = prose or set(CVE.findall(fields))
    stream = re.search(r"\b([a-z][a-z0-9.+-]*:[a-z0-9._]+)\b", record.get("summary", ""))
    for one in record["affected"]:
        place = _ecosystem(one["package"]["ecosystem"], record["id"])
        if place is None:
            continue
        for span in one["ranges"]:
            version = span["events"][-1].get("fixed", "")
            module = (stream[1] if stream else ":") if ".module" in version else ""
            for cve in cves:
                yield *place, one["package"]["name"], module, cve, "fixed" if version else "open", version


def _ecosystem(name: str, id_: str) -> tuple[str, str] | None:
    parts = name.split(":")
    if parts[0] == "Red Hat":
        major, _, minor = parts[2].partition(".")
        lines = {"enterprise_linux": "", "rhel_eus": f"eus-{major}.{minor}"}
        return (f"rhel:{major}", lines[parts[1]]) if parts[1] in lines else None
    release = next(one for one in parts if one[0].isdigit())
    if parts[0] == "Ubuntu":
        return f"ubuntu:{release}", "esm" if "Pro" in parts else ""
    family = {"Debian": "debian", "AlmaLinux": "almalinux", "Rocky Linux": "rocky"}[parts[0]]
    if family == "debian" and release not in ("2.2", "3.0", "3.1"):
        release = release.split(".")[0]
    return f"{family}:{release}", "sig-cloud" if id_.startswith("RX") else ""


def rocky(text: str) -> Facts:
    """Read an erratum of Rocky's API by its packages."""
    erratum = json.loads(text)
    for one in erratum["packages"]:
        build = re.fullmatch(rf"(.+)-(\d+:[^-]+-[^-]+)\.{ARCHES}\.rpm", one["nevra"])
        assert build is not None
        release = re.search(r"Rocky Linux (\d+)", one["product_name"])
        assert release is not None
        stream = f"{one['module_name']}:{one['module_stream']}" if "module_name" in one else ""
        stream = stream or (":" if "module" in build[2] else "")
        for cve in erratum["cves"]:
            yield f"rocky:{release[1]}", "", build[1], stream, cve["cve"], "fixed", build[2]


_MAIN = re.compile(r"(?:AppStream|BaseOS|CRB|HighAvailability)-(\d+)\.(\d+)\.0\.(?:Z\.([A-Z0-9.]+)|GA):(.+)")
_OLD = re.compile(r"7(?:Client|Server|Workstation|ComputeNode)(?:-optional)?-7\.9\.Z:(.+)")
_STATE = re.compile(r"red_hat_enterprise_linux_(\d+):(.+)")


def csaf(text: str) -> Facts:
    """Read CSAF by the ids of its products alone: `BaseOS-8.9.0.Z.MAIN:curl-0:7.61.1-33.el8_9.5.x86_64`."""
    for told in json.loads(text)["vulnerabilities"]:
        ended = {
            id_
            for one in told.get("remediations", [])
            if one.get("details") == "Out of support scope"
            for id_ in one["product_ids"]
        }
        for state, ids in told["product_status"].items():
            for id_ in ids:
                kind = {"fixed": "fixed", "known_not_affected": "clear", "known_affected": "open"}[state]
                place = _product(id_)
                if place:
                    yield *place[:4], told["cve"], "ended" if id_ in ended else kind, place[4]


def _product(id_: str) -> tuple[str, str, str, str, str] | None:
    if (found := _STATE.fullmatch(id_)) and not id_.endswith("-container"):
        package = re.sub(r"(?:\.src|-x86_64)$", "", found[2]).removesuffix("-src")
        stream, _, package = package.rpartition("/")
        return f"rhel:{found[1]}", "", package, stream, ""
    suite, build = "", ""
    if found := _MAIN.fullmatch(id_):
        major, minor, line, build = found.groups()
        suite = "" if (line or "MAIN").startswith("MAIN") else f"{line.lower()}-{major}.{minor}"
        release = f"rhel:{major}"
    elif found := _OLD.fullmatch(id_):
        release, build = "rhel:7", found[1]
    else:
        return None
    named = re.fullmatch(rf"(.+)-(\d+:[^-]+-[^-]+)\.{ARCHES}", build)
    assert named is not None, id_
    return release, suite, named[1], "", named[2]


_FIX = {"Not affected": "clear", "Out of support scope": "ended"}


def redhat_cve(text: str) -> Facts:
    """Read Red Hat's record of a CVE by the names of its products."""
    record = json.loads(text)
    for one in record.get("package_state", []):
        product = re.fullmatch(r"Red Hat Enterprise Linux (\d+)", one["product_name"])
        if product and one["fix_state"] != "Under investigation":
            stream, _, package = one["package_name"].rpartition("/")
            yield f"rhel:{product[1]}", "", package, stream, record["name"], _FIX.get(one["fix_state"], "open"), ""
    for one in record.get("affected_release", []):
        product = re.fullmatch(
            r"Red Hat Enterprise Linux (\d+)(?:\.(\d+) Extended Update Support)?", one["product_name"]
        )
        build = re.fullmatch(r"(.+)-(\d+:.+)", one.get("package", ""))
        if product and build:
            suite = f"eus-{product[1]}.{product[2]}" if product[2] else ""
            yield f"rhel:{product[1]}", suite, build[1], "", record["name"], "fixed", build[2]


def ubuntu_tracker(text: str) -> Facts:
    """Read a file of ubuntu-cve-tracker, as it is or as JSON made into the same lines."""
    if text.lstrip().startswith("{"):
        record = json.loads(text)
        text = f"Candidate: {record['candidate']}\n" + "\n".join(
            f"{where}_{package}: {one['status']} ({one.get('note', '')})"
            for package, said in record.get("packages", {}).items()
            for where, one in said["releases"].items()
        )
    cve = re.findall(r"^Candidate: (CVE-\S+)", text, re.MULTILINE)
    for where, package, status, note in re.findall(r"^([a-z][a-z/-]*)_(\S+): (\S+)(?: \((.*)\))?$", text, re.MULTILINE):
        codename = re.sub(r"/esm$|^esm-\w+(?:-legacy)?/", "", where)
        made = _ubuntu(codename, "esm" if "esm" in where else "", status, note)
        if made and cve:
            yield made[0], made[1], package, "", cve[0], made[2], made[3]


def ubuntu_answer(text: str) -> Facts:
    """Read a page of Ubuntu's CVEs."""
    for record in json.loads(text)["cves"]:
        for package in record["packages"]:
            for one in package["statuses"]:
                suite = {"security": "", "fips-updates": "fips", "realtime": "realtime"}[one["pocket"]]
                made = _ubuntu(one["release_codename"], suite, one["status"], one["description"] or "")
                if made:
                    yield made[0], made[1], package["name"], "", record["id"], made[2], made[3]


def _ubuntu(codename: str, suite: str, status: str, note: str) -> tuple[str, str, str, str] | None:
    if codename not in UBUNTU or status in ("DNE", "needs-triage"):
        return None
    kind = {"released": "fixed", "not-affected": "clear"}.get(status, "open")
    if status == "ignored" and re.search("end of|out of|reached|superseded|replaced", note):
        kind = "ended"
    return f"ubuntu:{UBUNTU[codename]}", suite, kind, note if kind == "fixed" else ""


READERS = (
    ("debian/security-tracker/*", security_list),
    ("debian/vunnel/DSA", security_list),
    ("debian/tracker-salsa/[CD]*/**/*.json", annotations),
    ("debian/vunnel/debian.json", tracker),
    ("debian/vulnerablecode/debian.json", tracker),
    ("debian/tracker-api/advisory.json", tracker),
    ("debian/tracker-api/*/*/*.json", tracker_part),
    ("debian/osv/**/*.json", osv),
    ("ubuntu/osv/**/*.json", osv),
    ("ubuntu/api-tracker/data/*/*", ubuntu_tracker),
    ("ubuntu/tracker/**/*.json", ubuntu_tracker),
    ("ubuntu/api-cve/*/*", ubuntu_answer),
    ("almalinux/*/*", osv),
    ("rocky/osv/**/*", osv),
    ("rocky/errata/**/*.json", rocky),
    ("redhat/csaf/**/*.json*", csaf),
    ("redhat/vex/**/*.json*", csaf),
    ("redhat/osv/**/*.json", osv),
    ("redhat/cve/**/*.json", redhat_cve),
)
