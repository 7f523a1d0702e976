"""rpm's list beyond what every member's tests hold: the module stream."""

from feedbot.inventory import HostPackages, rpm


def test_the_module_stream() -> None:
    """The seventh column, where it is there, tells for which stream a package was built; `(none)` tells of none."""
    line = "php-pecl-zip\t0\t1.22.3\t1.module_el8.8.0+1+a\tx86_64\tphp-pecl-zip-1.22.3-1.src.rpm\t"
    text = (
        f"{line}php:8.2:8080020230718161402:63b34585\nbash\t0\t5.1.8\t9.el9\tx86_64\tbash-5.1.8-9.el9.src.rpm\t(none)\n"
    )
    assert rpm.detect(text)
    (host,) = rpm.read(text, "h.rpm")
    assert isinstance(host, HostPackages)
    assert [(one.name, one.stream) for one in host.components] == [("php-pecl-zip", "php:8.2"), ("bash", "")]
    assert rpm.COMMAND_8.endswith(r"%{SOURCERPM}\t%{MODULARITYLABEL}\n'")
