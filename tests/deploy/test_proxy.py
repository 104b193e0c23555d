"""The proxy's own file, read by nginx where there is one: what opens a case is in no log, nor what was asked."""

import http.client
import shutil
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.soak.processes import free_port
from tests.conftest import missing
from tests.deploy.named import DEPLOY

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TOKEN = "opens-a-case"


@pytest.fixture(autouse=True)
def nginx():
    return (NGINX and shutil.which("openssl")) or missing("nginx or openssl")


class Web(BaseHTTPRequestHandler):
    """In the product's place; tells what came to it."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        told = {name.lower(): value for name, value in self.headers.items()}
        self.wfile.write(repr({**told, "path": self.path}).encode())

    do_POST = do_GET  # noqa: N815 - its base asks for these names

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def product():
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def as_written(folder, web, plain, tls):
    """The file with this machine's addresses and folders, and without what an older nginx doesn't know."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in {
        "resolver ${NGINX_LOCAL_RESOLVERS} valid=5s;": "",
        "http://web:8080": f"http://127.0.0.1:{web}",
        "    http2 on;\n": "",
        "listen 8443": f"listen 127.0.0.1:{tls}",
        "listen 8080": f"listen 127.0.0.1:{plain}",
        "/etc/nginx/tls": str(folder),
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "error.log"),
    }.items():
        assert old in text
        text = text.replace(old, new)
    own = f"pid {folder}/pid; error_log {folder}/error.log crit; daemon off; events {{}}\n"
    kept = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"{own}http {{ {kept}\n{text}\n}}\n"


@pytest.fixture
def proxy(tmp_path):
    """(port of plain HTTP, port of TLS) of a proxy in front of something."""
    tmp_path.chmod(0o755)
    made = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"]
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", *made]
    subprocess.run(words, check=True, capture_output=True)
    plain, tls = free_port(), free_port()
    with product() as web:
        file = tmp_path / "nginx.conf"
        file.write_text(as_written(tmp_path, web, plain, tls), "utf-8")
        running = subprocess.Popen([NGINX, "-c", file, "-e", tmp_path / "error.log"], stderr=subprocess.PIPE)
        try:
            wait(tls, running)
            yield plain, tls
        finally:
            running.terminate()
            running.wait(30)


def wait(port, running):
    for _ in range(100):
        assert running.poll() is None, running.stderr.read().decode()
        try:
            return ask(port, "/up")
        except OSError:
            time.sleep(0.1)
    return pytest.fail("The proxy did not answer.")


def ask(port, path, method="GET"):
    """(status, body, where it leads)."""
    trusting = ssl._create_unverified_context()  # noqa: S323 - the certificate was made a moment ago
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting)
    connection.request(method, path, headers={"X-Forwarded-For": "198.51.100.7", "Host": "avvik.example.no"})
    with connection.getresponse() as answer:
        return answer.status, answer.read().decode(), answer.getheader("Location")


def test_what_opens_a_case_is_in_no_log_nor_what_was_asked(proxy, tmp_path):
    _, tls = proxy
    paths = [f"/follow/{TOKEN}", f"/receipt/{TOKEN}", f"/follow/{TOKEN}/file/1?x={TOKEN}", f"/cases/?q={TOKEN}"]
    for path in paths:
        status, body, _ = ask(tls, path)
        assert (status, TOKEN in body) == (200, True)
    assert ask(tls, "/follow-up")[0] == 200
    end = time.monotonic() + 10
    while '"GET /follow-up" 200' not in (logged := (tmp_path / "access.log").read_text()) and time.monotonic() < end:
        time.sleep(0.05)  # it is written after the answer has left
    assert TOKEN not in logged + (tmp_path / "error.log").read_text()
    assert '"GET /cases/" 200' in logged
    assert '"GET /follow-up" 200' in logged


def test_the_product_hears_who_asks_and_how(proxy):
    _, tls = proxy
    _, body, _ = ask(tls, "/", "POST")
    assert "'x-forwarded-for': '127.0.0.1'" in body, "what a sender claims of itself counts for nothing"
    assert "'x-forwarded-proto': 'https'" in body
    assert "'host': 'avvik.example.no'" in body


def test_how_it_runs_is_told_inside_alone(proxy):
    _, tls = proxy
    assert [ask(tls, path)[0] for path in ("/healthz", "/metrics", "/routine")] == [404, 404, 200]


def test_without_tls_people_are_led_and_programs_refused(proxy):
    plain, _ = proxy
    for path, expected in (("/cases/", 301), ("/api/v1/cases", 403)):
        connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=10)
        connection.request("GET", path, headers={"Host": "avvik.example.no"})
        with connection.getresponse() as answer:
            assert answer.status == expected
            if expected == 301:
                assert answer.getheader("Location") == "https://avvik.example.no/cases/"
