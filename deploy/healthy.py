"""Whether the product answers here that it is well: exit code 0, or 1. For images, which have no curl."""

import os
import sys
from http.client import HTTPConnection, HTTPException

PATIENCE = 8.0


def healthy(port: int) -> bool:
    """Ask /healthz on this machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004 - all is well
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not healthy(int(os.environ.get("PORT", "8080"))))
