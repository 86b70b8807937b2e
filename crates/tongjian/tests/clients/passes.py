"""A program that gets passes for the tables: a key of its own, a token bound to it (RFC 7523, RFC 9449), and for the token a
pass that tools can show which know bearer tokens alone."""

import base64
import hashlib
import http.client
import json
import time
import urllib.parse
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Program:
    def __init__(self, name):
        self.name, self.key = name, ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
        self.jwk = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}

    def sign(self, head, claims):
        text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def claims(self, **more):
        return {"jti": str(uuid.uuid4()), "iat": int(time.time()), **more}

    def proof(self, url, token=None):
        claims = self.claims(htm="POST", htu=url)
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        return self.sign({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}, claims)

    def send(self, port, path, headers, body):
        connection = http.client.HTTPConnection("localhost", port, timeout=60)
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        assert response.status in (200, 201), (response.status, answer)
        return answer

    def pass_at(self, api):
        """A pass of the bank whose API is at `http://127.0.0.1:PORT`."""
        port = int(api.rsplit(":", 1)[1])
        token_url, pass_url = (f"http://localhost:{port}{path}" for path in ["/oauth/token", "/api/v1/queries/pass"])
        who = self.claims(iss=self.name, sub=self.name, aud=token_url, exp=int(time.time()) + 60)
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.sign({"alg": "ES256", "typ": "JWT"}, who),
        })
        headers = {"Content-Type": "application/x-www-form-urlencoded", "DPoP": self.proof(token_url)}
        token = self.send(port, "/oauth/token", headers, form)["access_token"]
        headers = {"Content-Type": "application/json", "Authorization": f"DPoP {token}", "DPoP": self.proof(pass_url, token)}
        return self.send(port, "/api/v1/queries/pass", headers, "{}")["token"]
