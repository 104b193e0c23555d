"""An OpenID provider of its own, in a process of its own: keys, codes and lies as it is told over HTTP.

    python -m tests.login.provider      prints its address and serves until it is ended

What it says next is put to /told as JSON; `claims` are added to the ID token, None takes one away.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

CLIENT, SECRET = "avviksflyt-test", "a secret of the client's"
HONEST = {"alg": "RS256", "claims": {}, "more": {}, "document": {}, "answer": {}, "sub": "subject-1", "lies": []}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    def __init__(self):
        self.told = dict(HONEST)
        self.codes = {}
        self.ended = []
        self.rotate()

    def rotate(self):
        name = secrets.token_hex(4)
        self.keys = {
            "RS256": RSAKey.generate_key(2048, {"kid": f"rsa-{name}", "use": "sig"}),
            "ES256": ECKey.generate_key("P-256", {"kid": f"ec-{name}", "use": "sig"}),
            "EdDSA": OKPKey.generate_key("Ed25519", {"kid": f"okp-{name}", "use": "sig"}),
        }

    def document(self):
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
            "end_session_endpoint": "end",
        }
        places = {key: f"{self.address}/{place}" for key, place in names.items()}
        # It recommends what it must not be trusted in: whoever asks decides which signatures count.
        algorithms = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
        return {"issuer": self.address, **places, **algorithms, **self.told["document"]}

    def code(self, asked):
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return code

    def id_token(self, asked, access):
        now = int(time.time())
        digest = hashlib.sha512 if self.told["alg"] in ("EdDSA", "RS512") else hashlib.sha256
        whole = digest(access.encode()).digest()
        half = b64(whole[: len(whole) // 2])
        claims = {"iss": self.address, "aud": CLIENT, "sub": self.told["sub"], "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "at_hash": half, "email": "new@stud.example"} | self.told["claims"]
        return self.signed({name: value for name, value in claims.items() if value is not None})

    def signed(self, claims):
        alg = self.told["alg"]
        if alg == "none":
            return ".".join((b64(b'{"alg":"none"}'), b64(json.dumps(claims).encode()), ""))
        key = self.keys.get(alg, self.keys["RS256"])
        header = {"alg": alg, "kid": key.kid}
        if alg == "HS256":  # the old trick, by hand: no library makes a secret of a public key any more
            told = ".".join(b64(json.dumps(each).encode()) for each in (header, claims))
            return f"{told}.{b64(hmac.digest(key.as_pem(private=False), told.encode(), 'sha256'))}"
        signed = jwt.encode(header, claims, key, algorithms=[alg])
        return signed[:-8] + "AAAAAAAA" if "signature" in self.told["lies"] else signed


def handler(provider):  # noqa: C901 - one small server
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/.well-known/openid-configuration":
                    self.answers(provider.document())
                case "/keys":
                    self.answers(KeySet(list(provider.keys.values())).as_dict(private=False))
                case "/authorize":
                    self.leads_back(asked)
                case "/userinfo":
                    self.answers({"sub": provider.told["sub"], **provider.told["more"]})
                case "/end":
                    provider.ended.append(asked)
                    self.answers({})
                case "/ended":
                    self.answers(provider.ended)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            match self.path:
                case "/told":
                    provider.told = {**HONEST, **json.loads(body)}
                    self.answers({})
                case "/rotate":
                    provider.rotate()
                    self.answers({})
                case "/token":
                    self.grants({name: values[0] for name, values in parse_qs(body).items()})

        def leads_back(self, asked):
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            given = {"state": asked["state"], "code": provider.code(asked)} | provider.told["answer"]
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(given)}")
            self.end_headers()

        def grants(self, given):
            asked = provider.codes.pop(given["code"], None)
            expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            challenge = b64(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
            if self.headers["Authorization"] != f"Basic {expected}":
                return self.answers({"error": "invalid_client"}, 401)
            if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != given["redirect_uri"]:
                return self.answers({"error": "invalid_grant"}, 400)
            access = secrets.token_urlsafe(16)
            answer = {"access_token": access, "token_type": "Bearer", "id_token": provider.id_token(asked, access)}
            if "no id_token" in provider.told["lies"]:
                del answer["id_token"]
            return self.answers(answer)

        def answers(self, told, status=200):
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told):
            pass

    return Handler


def main():
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(provider))
    provider.address = f"http://127.0.0.1:{server.server_port}"
    print(provider.address, flush=True)  # noqa: T201 - whoever started it reads it
    server.serve_forever()


if __name__ == "__main__":
    main()
