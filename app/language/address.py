"""What one mail address is: wherever one is typed or read, and where a mail is sent."""

import re

ADDRESS_LENGTH = 254
LOCAL_LENGTH = 64
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL_PART = re.compile(rf"(?!.*=\?){ATOM}(\.{ATOM})*")
DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")


def in_ascii(address: str) -> str | None:
    """Give the one address that a mail can be sent to, its domain in ASCII; None for anything else."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    fits = len(local) <= LOCAL_LENGTH and len(address.encode("utf-8", "replace")) <= ADDRESS_LENGTH
    possible = at and fits and LOCAL_PART.fullmatch(local) and DOMAIN.fullmatch(ascii_domain)
    return f"{local}@{ascii_domain}" if possible else None
