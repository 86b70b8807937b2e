"""What every siege stands on: a bank that is being served, programs that ask it, and a table of what was seen.

A row of the table is an attack, what was measured, the limit it is held against and whether it held. A siege prints each as it
is seen and ends with failure if one does not hold. The rows also go to the file that TJ_SIEGE_TABLE names.
"""

import hashlib
import http.client
import http.cookies
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients"))

from keys import Key, b64, code

SCOPES = [
    "payments", "payments:read", "accounts:read", "accounts", "parties", "cases", "screening", "queries", "events", "proofs",
    "monitoring", "text",
]


class Table:
    """What was seen, row by row."""

    def __init__(self, name):
        self.name, self.bad = name, 0

    def row(self, attack, holds, measured="", limit=""):
        self.bad += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {attack}" + (f": {measured}" if measured != "" else "") + (f" (limit {limit})" if limit else ""), flush=True)
        kept = os.environ.get("TJ_SIEGE_TABLE")
        if kept:
            cells = [self.name, attack, str(measured), str(limit), "ok" if holds else "FAIL"]
            with open(kept, "a") as file:
                file.write("| " + " | ".join(" ".join(cell.replace("|", "/").split()) for cell in cells) + " |\n")
        return holds

    def end(self):
        print("all held" if self.bad == 0 else f"{self.bad} did not hold")
        sys.exit(1 if self.bad else 0)


class Bank:
    """A bank in a folder, and `tj serve` over it on one port for all its lives."""

    def __init__(self, tj, folder, config="", secure=False):
        self.tj, self.folder, self.secure, self.port, self.process = tj, folder, secure, 0, None
        self.config_file = folder + ".toml"
        shutil.rmtree(folder, ignore_errors=True)
        self.administrator = json.loads(self.run("init", "--name", "Bank under siege"))["administrator"]
        self.configure(config)

    def configure(self, config):
        with open(self.config_file, "w") as file:
            file.write(config if "[api]" in config else "[api]\n" + config)

    def run(self, *line):
        done = subprocess.run([self.tj, "--dir", self.folder, "--json", *line], capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"tj {' '.join(line)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    @property
    def origin(self):
        return f"http{'s' if self.secure else ''}://localhost:{self.port}"

    def start(self):
        line = [self.tj, "--dir", self.folder, "--json", "serve", "--flight", "off", "--api", f"127.0.0.1:{self.port}", "--config", self.config_file]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=open(self.folder + ".log", "a"), text=True)
        said = ""
        while not said.rstrip().endswith("}"):
            piece = self.process.stdout.readline()
            if not piece:
                sys.exit(f"the server did not start: see {self.folder}.log")
            said += piece
        self.port = int(json.loads(said[said.index("{"):])["api"].rsplit(":", 1)[1])
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=60)

    def memory_kib(self):
        """What the server holds in memory now, and has held at most."""
        found = {}
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    found[name] = int(value.split()[0])
        return found["VmRSS"], found["VmHWM"]

    def forget_peak(self):
        """The most it has held counts from now on."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")

    def alive(self):
        return self.process.poll() is None

    def register(self, machine, scopes=SCOPES, party=None, certificate=None):
        """Lets a program in; the bank must not be served meanwhile."""
        line = ["client", "add", machine.name]
        if certificate:
            line += ["--certificate", certificate]
        else:
            keys = f"{self.folder}.{machine.name}.json"
            with open(keys, "w") as file:
                json.dump({"keys": [machine.key.jwk]}, file)
            line += ["--keys", keys]
        for scope in scopes:
            line += ["--scope", scope]
        if party:
            line += ["--party", str(number_of(party))]
        self.run(*line)


def number_of(reference):
    """The number behind an id of the API."""
    return int(reference.split("_", 1)[1].replace("-", ""), 16)


class Answer:
    """What came back."""

    def __init__(self, status, headers, data):
        self.status, self.headers, self.data = status, headers, data

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def code(self):
        try:
            return self.json.get("code", "")
        except (ValueError, AttributeError):
            return ""


class Client:
    """Whoever asks a bank: a connection for each thread, and an operation of the API as the line of the table has it."""

    def __init__(self, bank, name):
        self.bank, self.name, self.local = bank, name, threading.local()

    def connect(self):
        if self.bank.secure:
            return http.client.HTTPSConnection("localhost", self.bank.port, timeout=60, context=trusting())
        return http.client.HTTPConnection("localhost", self.bank.port, timeout=60)

    def raw(self, method, path, headers, body=None):
        for again in (True, False):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = self.connect()
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                return Answer(response.status, response.headers, response.read())
            except (http.client.HTTPException, OSError):
                connection.close()
                self.local.connection = None
                if not again:
                    raise

    def send(self, method, path, body=None, key=None, query="", token=None, **headers):
        """An operation of the API, its path behind `/api/v1`."""
        path = path if path.startswith("/api/") else "/api/v1" + path
        sent = {**self.headers(method, path, token), **headers}
        if key:
            sent["Idempotency-Key"] = key
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        return self.raw(method, path + query, sent, body)

    def make(self, path, body, key=None):
        """Makes or does something, and gives what it is, if it is anything."""
        answer = self.send("POST", path, body, key or uuid.uuid4().hex)
        if answer.status not in (200, 201, 202, 204):
            sys.exit(f"{path}: {answer.status} {answer.data}")
        return answer.json if answer.data else None


class Person(Client):
    """Somebody with a browser: it keeps the cookies, and says which page a request comes from."""

    PASSWORD = "a long walk by the river"

    def __init__(self, bank, name):
        super().__init__(bank, name)
        self.cookies, self.secret = {}, None

    def come_in(self, token):
        """Uses a link that opens once, with a password and codes, and is signed in."""
        self.secret = self.make("/links/password/begin", {"token": token, "password": self.PASSWORD})["secret"]
        answer = self.send("POST", "/links/password", {"token": token, "code": code(self.secret)})
        if answer.status != 200:
            sys.exit(f"{self.name} does not come in: {answer.status} {answer.data}")
        for line in answer.headers.get_all("Set-Cookie"):
            self.cookies.update({name: morsel.value for name, morsel in http.cookies.SimpleCookie(line).items()})
        return self

    def headers(self, method, path, token=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Origin": self.bank.origin, **({"Cookie": cookies} if cookies else {})}


class Machine(Client):
    """A program with a key of its own: tokens by private_key_jwt, every request with a DPoP proof."""

    def __init__(self, bank, name, secret=None):
        super().__init__(bank, name)
        self.key, self.proof_key = secret or Key(), Key()
        self.token, self.until = None, 0

    def proof(self, method, path, token=None, **change):
        claims = {"jti": str(uuid.uuid4()), "htm": method, "iat": int(time.time()), "htu": self.bank.origin + path}
        token = token or self.token
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        claims.update(change)
        return self.proof_key.sign({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.jwk}, claims)

    def assertion(self, head=None, **change):
        now = int(time.time())
        claims = {"iss": self.name, "sub": self.name, "aud": f"{self.bank.origin}/oauth/token", "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
        claims.update(change)
        return self.key.sign({"alg": "ES256", "typ": "JWT", **(head or {})}, claims)

    def ask_token(self, scope=None, assertion=None):
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        }
        if scope:
            form["scope"] = scope
        self.token = None
        headers = {"Content-Type": "application/x-www-form-urlencoded", "DPoP": self.proof("POST", "/oauth/token")}
        return self.raw("POST", "/oauth/token", headers, urllib.parse.urlencode(form))

    def sign_in(self, scope=None):
        answer = self.ask_token(scope)
        if answer.status != 200:
            sys.exit(f"{self.name} gets no token: {answer.status} {answer.data}")
        self.token, self.until = answer.json["access_token"], time.time() + answer.json["expires_in"] - 60
        return self

    def headers(self, method, path, token=None):
        return {"Authorization": f"DPoP {token or self.token}", "DPoP": self.proof(method, path, token)}


def trusting():
    """For a server whose certificate is its own: what is tested here is not whom a client trusts."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def town(staff):
    """A small town: two customers with an account each, a till that money comes from, a payment of each, one held back."""
    person = lambda name: staff.make("/parties", {"kind": "person", "fields": {"name": name, "born": "1948-03-02"}})
    anna, bert = person("Wang Guixiang"), person("Li Daming")
    till = staff.make("/accounts", {"currency": "CNY", "code": 10012, "overdraft": True})
    open_for = lambda party: staff.make("/accounts", {"currency": "CNY", "code": 20111, "owners": [party["id"]]})
    of_anna, of_bert = open_for(anna), open_for(bert)
    paid = {}
    for name, account in (("anna", of_anna), ("bert", of_bert)):
        order = {"from": till["id"], "to": account["id"], "amount": "1000.00", "currency": "CNY"}
        paid[name] = staff.make("/payments", order)
    return {"anna": anna, "bert": bert, "till": till, "of_anna": of_anna, "of_bert": of_bert, "paid": paid}


def order(source, target, amount="1.00", **more):
    return {"from": source, "to": target, "amount": amount, "currency": "CNY", **more}


def dial(bank, source=None, timeout=20):
    """A raw connection, perhaps from another address of this machine."""
    return socket.create_connection(("127.0.0.1", bank.port), timeout, (source, 0) if source else None)


def everything(stream):
    """What comes until the other side closes or is quiet for too long."""
    data = b""
    try:
        while piece := stream.recv(65536):
            data += piece
    except (TimeoutError, ConnectionError, ssl.SSLError):
        pass
    return data


def arguments():
    """TJ FOLDER [--long]"""
    words = [word for word in sys.argv[1:] if word != "--long"]
    if len(words) != 2:
        sys.exit(f"{sys.argv[0]} path/to/tj folder [--long]")
    return os.path.abspath(words[0]), os.path.abspath(words[1]), "--long" in sys.argv
