"""A way to a server of this machine that can be cut and opened again, with all that goes through it."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes bytes from a free port on to `host:port`. While it is cut, nobody gets in and those inside are out."""

    def __init__(self, host, port):
        self.target = host, port
        self.port = 0
        self.listener = None
        self.inside = []
        self.open()

    def open(self):
        """Let people in, at the same port as before."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """Let nobody in any more, and put everybody out."""
        for one in (self.listener, *self.inside):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.inside = []

    def _accept(self, listener):
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
                self.inside += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pass, args=(one, other), daemon=True).start()


def _pass(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
