"""What bench/distro.py tries: products, releases, and which publication is held against which."""

FOLDERS = ("debian", "ubuntu", "almalinux", "rocky", "redhat")
PRODUCTS = {
    "ntp": "NTP",
    "openssl": "OpenSSL",
    "openssh": "OpenSSH",
    "bind9": "BIND",
    "apache2/httpd": "Apache HTTP Server",
    "nginx": "nginx",
    "php": "PHP",
    "postfix": "Postfix",
    "dovecot": "Dovecot",
    "exim4": "Exim",
    "mariadb": "MariaDB",
    "postgresql": "PostgreSQL",
    "sudo": "sudo",
    "glibc": "glibc",
    "bash": "GNU Bash",
    "curl": "curl",
    "samba": "Samba",
    "kernel": "Linux Kernel",
}
RELEASES = (
    *(f"debian:{number}" for number in (6, 7, 8, 9, 10, 11, 12, 13)),
    *(f"ubuntu:{number}" for number in ("16.04", "18.04", "20.04", "22.04", "24.04")),
    *("almalinux:8", "almalinux:9", "almalinux:10", "rocky:8", "rocky:9", "rhel:7", "rhel:8", "rhel:9", "rhel:10"),
)

DLA, CVE_LIST = "debian/tracker-salsa/D*/**/*", "debian/tracker-salsa/CVE/**/*"
USN = "ubuntu/osv/vuls-data-update/USN"
KINDS = ("affected", "fixed", "clear", "open", "ended", "unknown", "unsaid")

CROSS = (
    ("DSA/DLA lists → OSV, tracker", ("debian/security-tracker/",), ("debian/osv/**/*", "debian/v*/debian.json")),
    ("OSV → DSA/DLA lists", ("debian/osv/",), ("debian/security-tracker/*", "debian/vunnel/DSA")),
    ("CVE list → DSA/DLA lists", ("debian/tracker-salsa/CVE/",), ("debian/security-tracker/*", DLA)),
    ("DSA/DLA lists → CVE list", ("debian/tracker-salsa/D", "debian/security-tracker/"), (CVE_LIST,)),
    ("tracker → its parts by release", ("debian/tracker-api/advisory",), ("debian/tracker-api/*/*/*",)),
    ("CVE tracker's text → its JSON", ("ubuntu/api-tracker/",), ("ubuntu/tracker/**/*.json",)),
    ("USN as OSV → CVE as OSV, tracker", ("ubuntu/osv/usn", USN), ("ubuntu/osv/cve/**/*", "ubuntu/tracker/**/*.json")),
    ("RHSA → VEX", ("redhat/csaf/",), ("redhat/vex/**/*",)),
    ("VEX → CVE records", ("redhat/vex/",), ("redhat/cve/**/*",)),
    ("CVE records → VEX", ("redhat/cve/",), ("redhat/vex/**/*",)),
)
REBUILDS = (
    ("Red Hat's VEX → AlmaLinux", "redhat/vex/", "almalinux", ("almalinux/*/*",)),
    ("Red Hat's RHSA → AlmaLinux", "redhat/csaf/", "almalinux", ("almalinux/*/*",)),
    ("AlmaLinux → Rocky Linux", "almalinux/", "rocky", ("rocky/**/*",)),
)
"""A rebuild corrects in the same build as what it rebuilds, but for its own mark behind the release."""
