"""Mail through the operator's relay, or several of them."""

from feedbot.delivery._channel import MailChannel
from feedbot.delivery._relays import SmtpSession
from feedbot.delivery._send import SmtpSettings
from feedbot.errors import ConfigError

TITLE = "SMTP"
TAKES = "mail"
Settings = SmtpSettings


def open_channel(*relays: SmtpSettings) -> MailChannel:
    """Return a session over these relays; connections are made by its first messages.

    Raises ConfigError where a password would go over the wire in clear, or a relay is named twice.
    """
    for one in relays:
        if one.username and one.security == "none":
            raise ConfigError(
                one.name,
                "a password is not sent without TLS",
                hint='set security to "starttls" or "tls", or leave out the user name',
            )
        if sum(other.name == one.name for other in relays) > 1:
            raise ConfigError(
                one.name,
                "the relay is named twice",
                hint="give its table under [delivery.smtp] more connections instead",
            )
    return SmtpSession(*relays)
