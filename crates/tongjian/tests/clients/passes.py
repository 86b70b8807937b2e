"""A program that gets passes for the tables: a key of its own, a token bound to it (RFC 7523, RFC 9449), and for the token a
pass that tools can show which know bearer tokens alone."""

import hashlib
import http.client
import json
import time
import urllib.parse
import uuid

from keys import Key, b64


class Program(Key):
    def __init__(self, name):
        super().__init__()
        self.name = name

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
