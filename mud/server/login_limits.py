"""Limits for each address: failed logins and new characters."""

from __future__ import annotations

import logging
import time

from mud.core import events as e
from mud.core.session import Session
from mud.net.budget import AddressBook, key_of

log = logging.getLogger("mud.server")

#: The message when an address exceeds a limit.
TOO_MANY = {
    "failed_login": "There have been too many failed logins from your address. Please wait a minute.",
    "creation": "There have been too many new characters from your address. Please come back in an hour.",
}


class LoginLimits:
    """Refuses jobs of addresses that have exceeded a limit."""

    def __init__(self, addresses: AddressBook) -> None:
        self._addresses = addresses

    def refusal(self, job: e.Job, session: Session) -> str:
        """Why a session's address may not have a job done now; "" if it may."""
        creation = isinstance(job, e.Register) or (isinstance(job, e.HashPassword) and session.account is None)
        what = "failed_login" if isinstance(job, e.LogIn) else "creation" if creation else ""
        if not what or not self._addresses.exhausted(key_of(session.address), what, time.time()):
            return ""
        log.warning("refused from=%s reason=too many: %s", session.address, what)
        return TOO_MANY[what]

    def count(self, effect: e.AddressDid) -> None:
        """Count something that an address did."""
        self._addresses.count(key_of(effect.address), effect.what, time.time())

    def failed_login(self, job: e.LogIn) -> None:
        """Log a wrong password for fail2ban, and count it, whether or not the client waits for the answer."""
        shown = job.name if job.name.isalpha() else "?"  # keeps forged addresses out of the log
        logging.getLogger("mud.login").info("login failed name=%s from=%s", shown, job.address)
        self._addresses.count(key_of(job.address), "failed_login", time.time())
