"""Wire the relays that take the mails: a part of bootstrap.py, kept apart for its length."""

from pathlib import Path
from typing import cast

from feedbot import members
from feedbot._config_mail import RelaySection
from feedbot.config import Config
from feedbot.delivery import MailChannel
from feedbot.errors import ConfigError


def open_mail(config: Config) -> MailChannel:
    """Return the relays, not yet connected to. Raises ConfigError for settings that cannot work."""
    channel = members.load("feedbot.delivery", "smtp")

    def settings(relay: RelaySection) -> object:
        facts = relay.model_dump(exclude={"password_file", "relays"})
        secret = password(relay.password_file)
        return channel.Settings(sender=config.provider.from_address, password=secret, **facts)

    return cast(MailChannel, channel.open_channel(*map(settings, config.delivery.smtp.every)))


def password(file: Path | None) -> str:
    """Read a password. Raises ConfigError where the file cannot be read or others can read it."""
    if file is None:
        return ""
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(str(file), "others can read the password file", hint="chmod 600 {file}", file=file)
        return file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise ConfigError(str(file), "cannot be read: {why}", why=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(file), "the password is not UTF-8", hint="save it as UTF-8") from error
