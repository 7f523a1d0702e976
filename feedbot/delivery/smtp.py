"""Mail through the operator's relay."""

from feedbot.delivery._channel import MailChannel
from feedbot.delivery._send import SmtpSession, SmtpSettings
from feedbot.errors import ConfigError

TITLE = "SMTP"
TAKES = "mail"
Settings = SmtpSettings


def open_channel(settings: SmtpSettings) -> MailChannel:
    """Return a session; the connection is made by its first message.

    Raises ConfigError where a password would go over the wire in clear.
    """
    if settings.username and settings.security == "none":
        raise ConfigError(
            settings.host,
            "a password is not sent without TLS",
            hint='set security to "starttls" or "tls", or leave out the user name',
        )
    return SmtpSession(settings)
