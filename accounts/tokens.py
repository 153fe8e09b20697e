"""The link that a forgotten password is mailed with."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator


class ResetTokenGenerator(EmailAwarePasswordResetTokenGenerator):
    """Works no more once the person was signed out everywhere or deactivated: a link that lies in a mailbox is a way in.

    Loaded by allauth, from ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR.
    """

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}|{user.sessions_ended}|{user.is_active}"
