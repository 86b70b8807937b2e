#!/usr/bin/env python3
"""Measures the API beside a payment endpoint on axum and PostgreSQL, in one interleaved run on the same cores.

    bench/api.py --tj target/release/tj --dir FOLDER [--rounds R] [--seconds S]

Needs Python 3.11 with the package cryptography, cargo (generator and rival are built once) and PostgreSQL, which bench/postgres.sh
finds or installs. A real `tj serve` over a durable journal with the shipped rules on payments; 64 connections, each request under a
key of its own. Who asks is shown three ways: a proof for each request by EdDSA and by ES256 (DPoP, RFC 9449), made before the
clock starts, and a token that is bound to a client certificate, over TLS. The rival checks a bearer token, and has no rules, no
journal and no proofs. Each round starts both servers and does everything once; the table has the medians. --json FILE keeps every
figure.
"""

import argparse
import base64
import concurrent.futures
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = pathlib.Path(__file__).resolve().parent
AMOUNT = "0.01"
CONNECTIONS = 64
GOALS = {"single": 8_000, "p99": 20, "batch": 100_000, "read": 15_000, "ratio": 4}


def load_average():
    return os.getloadavg()[0]


def say(text):
    print(f"api.py: {text}", file=sys.stderr, flush=True)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key of a machine's, and what it signs."""

    def __init__(self, algorithm):
        self.algorithm = algorithm
        if algorithm == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
            raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
            numbers = self.private.public_key().public_numbers()
            self.jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def pkcs8(self):
        form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return base64.b64encode(self.private.private_bytes(*form)).decode()

    def sign(self, head, claims):
        text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        if self.algorithm == "EdDSA":
            return f"{text}.{b64(self.private.sign(text.encode()))}"
        r, s = decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def certificates(folder):
    """An authority and a client's certificate of it, as files in PEM."""
    now = datetime.datetime.now(datetime.timezone.utc)
    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    pem = serialization.Encoding.PEM

    def made(subject, issuer, key, signer, ca):
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=30))
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
        return builder.sign(signer, hashes.SHA256()).public_bytes(pem)

    authority, client = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    files = {"authority": folder / "authority.pem", "certificate": folder / "client.pem", "key": folder / "client.key"}
    files["authority"].write_bytes(made("bench authority", "bench authority", authority, authority, True))
    files["certificate"].write_bytes(made("bench", "bench authority", client, authority, False))
    form = pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files["key"].write_bytes(client.private_bytes(*form))
    return {what: str(path) for what, path in files.items()}


def cpu_seconds(pids):
    """Processor time of processes that are there."""
    used, ticks = 0, os.sysconf("SC_CLK_TCK")
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return used / ticks


def children(pid):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Ours:
    """A bank of `tj`'s, and the ways to ask it."""

    def __init__(self, given):
        self.tj, self.folder, self.bank = given.tj, given.dir, given.dir / "bank.tj"
        self.assertions, self.port, self.tls, self.process = Key("EdDSA"), free_port(), False, None
        self.files = certificates(given.dir)
        self.local = threading.local()
        shutil.rmtree(self.bank, ignore_errors=True)
        self.run("init", "--name", "Bank of the bench")
        keys = given.dir / "keys.json"
        keys.write_text(json.dumps({"keys": [self.assertions.jwk]}))
        scopes = [word for scope in ("payments", "accounts", "accounts:read", "parties") for word in ("--scope", scope)]
        self.run("client", "add", "bench", "--keys", str(keys), "--certificate", self.files["certificate"], *scopes)

    def run(self, *words):
        done = subprocess.run([self.tj, "--dir", self.bank, "--json", *words], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"tj {' '.join(words)}: {done.stdout}{done.stderr}")

    def start(self, tls):
        self.tls = tls
        config = self.folder / "serve.toml"
        lines = ["[api]", f'listen = "127.0.0.1:{self.port}"', f'origin = "{self.origin()}"', "caller_per_s = 10000000",
                 "address_per_s = 10000000"]
        if tls:
            lines += ['tls = "self-signed"', f'client_authorities = "{self.files["authority"]}"']
        config.write_text("\n".join(lines) + "\n")
        line = [self.tj, "--dir", self.bank, "--json", "serve", "--flight", "off", "--config", config]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=open(self.folder / "serve.log", "a"), text=True)
        said = ""
        while not said.rstrip().endswith("}"):
            piece = self.process.stdout.readline()
            if not piece:
                sys.exit(f"tj serve did not start: see {self.folder / 'serve.log'}")
            said += piece

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=120):
            sys.exit(f"tj serve did not end well: see {self.folder / 'serve.log'}")

    def pids(self):
        return [self.process.pid]

    def origin(self):
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    def connection(self):
        if not self.tls:
            return http.client.HTTPConnection("localhost", self.port, timeout=300)
        context = ssl.create_default_context(cafile=self.bank / "keys/api.crt")
        context.load_cert_chain(self.files["certificate"], self.files["key"])
        return http.client.HTTPSConnection("localhost", self.port, timeout=300, context=context)

    def proof(self, key, method, path, token=None):
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": self.origin() + path, "iat": int(time.time())}
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        return key.sign({"typ": "dpop+jwt", "alg": key.algorithm, "jwk": key.jwk}, claims)

    def token(self, key=None):
        """A token bound to a key, or to the certificate of the connection."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = {"grant_type": "client_credentials"}
        if key:
            now = int(time.time())
            claims = {"iss": "bench", "sub": "bench", "aud": self.origin() + "/oauth/token", "jti": str(uuid.uuid4()), "exp": now + 60}
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            form["client_assertion"] = self.assertions.sign({"alg": "EdDSA", "typ": "JWT"}, claims)
            headers["DPoP"] = self.proof(key, "POST", "/oauth/token")
        else:
            form["client_id"] = "bench"
        connection = self.connection()
        connection.request("POST", "/oauth/token", urllib.parse.urlencode(form), headers)
        answer = json.loads(connection.getresponse().read())
        if "access_token" not in answer:
            sys.exit(f"no token: {answer}")
        return answer["access_token"]

    def auth(self, way):
        """As the generator wants it."""
        if way == "certificate":
            return {"kind": "bearer", "token": self.token()}
        key = Key(way)
        return {"kind": "dpop", "token": self.token(key), "origin": self.origin(), "algorithm": way, "jwk": key.jwk, "pkcs8": key.pkcs8()}

    def ask(self, key, token, path, body, idempotency, kind="application/json"):
        if not hasattr(self.local, "connection"):
            self.local.connection = self.connection()
        headers = {"Authorization": f"DPoP {token}", "DPoP": self.proof(key, "POST", path, token), "Content-Type": kind,
                   "Idempotency-Key": idempotency}
        self.local.connection.request("POST", path, body, headers)
        response = self.local.connection.getresponse()
        text = response.read().decode()
        if response.status >= 300:
            sys.exit(f"{path}: {response.status} {text}")
        return text

    def open_accounts(self, count):
        """Accounts of a hundred firms, with money on each: a person who pays all day would be asked whether it was they."""
        key = Key("EdDSA")
        token = self.token(key)
        one = lambda path, body, name: json.loads(self.ask(key, token, path, json.dumps(body), name))["id"]
        owners = [one("/api/v1/parties", {"kind": "organisation", "fields": {"name": f"Firm {n}"}}, f"party-{n:08}") for n in range(100)]
        cash = one("/api/v1/accounts", {"currency": "CNY", "code": 10012, "overdraft": True}, "account-cash")
        body = lambda n: {"currency": "CNY", "code": 20111, "owners": [owners[n % len(owners)]]}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            accounts = list(pool.map(lambda n: one("/api/v1/accounts", body(n), f"account-{n:08}"), range(count)))
        lines = "".join(json.dumps({"from": cash, "to": one, "amount": "100000.00", "currency": "CNY"}) + "\n" for one in accounts)
        told = self.ask(key, token, "/api/v1/payments/batch", lines, "funding-0001", "application/x-ndjson").splitlines()[-1]
        if json.loads(told)["summary"].get("posted") != count:
            sys.exit(f"the accounts have no money: {told}")
        return accounts

    def upload(self, lines, name):
        key = Key("EdDSA")
        token = self.token(key)
        # The connection of the upload before is closed by now.
        self.local = threading.local()
        began, used = time.perf_counter(), cpu_seconds(self.pids())
        told = self.ask(key, token, "/api/v1/payments/batch", lines, name, "application/x-ndjson").splitlines()
        took, used = time.perf_counter() - began, cpu_seconds(self.pids()) - used
        summary = json.loads(told[-1])["summary"]
        return {"payments": len(told) - 1, "per_s": (len(told) - 1) / took, "cpu_us": used * 1e6 / (len(told) - 1), "summary": summary}


class Rival:
    """axum and PostgreSQL."""

    token = "a-token-that-nobody-guesses"

    def __init__(self, given, program):
        line = [HERE / "postgres.sh", "--serve", *(["--dir", given.postgres_dir] if given.postgres_dir else [])]
        self.postgres = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.postgres.stdout.readline()
        if not said:
            sys.exit("PostgreSQL did not start")
        self.told = json.loads(said)
        line = [program, self.told["socket"], "0", self.token]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline() or sys.exit("the rival did not start"))

    def end(self):
        self.process.terminate()
        self.postgres.stdin.close()
        self.postgres.wait(timeout=60)

    def pids(self):
        return [self.process.pid, self.told["pid"], *children(self.told["pid"])]

    def auth(self, _):
        return {"kind": "bearer", "token": self.token}

    def upload(self, lines, name):
        connection = http.client.HTTPConnection("localhost", self.port, timeout=300)
        began, used = time.perf_counter(), cpu_seconds(self.pids())
        connection.request("POST", "/payments/batch", lines, {"Authorization": f"Bearer {self.token}", "Idempotency-Key": name})
        response = connection.getresponse()
        told = response.read().decode().splitlines()
        took, used = time.perf_counter() - began, cpu_seconds(self.pids()) - used
        if response.status != 200:
            sys.exit(f"the rival's upload: {told[:1]}")
        return {"payments": len(told), "per_s": len(told) / took, "cpu_us": used * 1e6 / len(told)}


def measure(given, side, way, wanted, rate=None):
    """One run of the generator against a side."""
    # As many as could be answered; what is left over is not sent.
    per_s = rate or given.rate_max
    job = {
        "address": f"127.0.0.1:{side.port}", "host": f"localhost:{side.port}", "connections": CONNECTIONS,
        "seconds": given.seconds, "warm_seconds": given.seconds / 5, "auth": side.auth(way),
        "wanted": {**wanted, "count": int(per_s * given.seconds * 1.02) + CONNECTIONS},
    }
    if rate:
        job["rate"] = rate
    if way == "certificate":
        job["tls"] = {"authority": str(side.bank / "keys/api.crt"), "certificate": side.files["certificate"],
                      "key": side.files["key"], "name": "localhost"}
    used = cpu_seconds(side.pids())
    done = subprocess.run([given.load], input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True)
    used = cpu_seconds(side.pids()) - used
    told = json.loads(done.stdout)
    if told["failed"] or not told["answers"]:
        sys.exit(f"connections broke off: {told}")
    # Of all that were sent, the warm ones too.
    told["cpu_us"] = used * 1e6 / told["sent"]
    # 202 is a payment that the rules hold; 422 one that they refuse or ask about.
    if not rate and set(told["statuses"]) - {"200", "201", "202", "422"}:
        sys.exit(f"answers that should not come: {told['statuses']}")
    return told


def payments(given, path, accounts):
    return {"kind": "payments", "path": path, "keys": f"b{uuid.uuid4().hex[:12]}", "amount": AMOUNT, "accounts": accounts}


def lines_of(given, accounts):
    pick = lambda n: (accounts[n * 7919 % len(accounts)], accounts[(n * 7919 + 1 + n % 97) % len(accounts)])
    text = []
    for n in range(given.batch):
        debit, credit = pick(n)
        text.append(json.dumps({"from": debit, "to": credit, "amount": AMOUNT, "currency": "CNY"}))
    return "\n".join(text) + "\n"


def of_side(given, side, way, root, accounts):
    """Everything that is measured of one server in one way of showing who asks."""
    run = lambda wanted, rate=None: measure(given, side, way, wanted, rate)
    single = run(payments(given, f"{root}/payments", accounts))
    half = run(payments(given, f"{root}/payments", accounts), single["per_s"] / 2)
    return {"single": single, "half": half}


def the_rest(given, side, way, root, accounts):
    reads = lambda what: {"kind": "reads", "paths": [f"{root}/accounts/{one}/{what}" for one in accounts]}
    return {
        "batch": side.upload(lines_of(given, accounts), f"upload-{uuid.uuid4().hex[:12]}"),
        "balance": measure(given, side, way, reads("balance")),
        "page": measure(given, side, way, reads("payments?limit=50")),
    }


def one_round(given, ours, rival, accounts, numbers):
    before = load_average()
    ours.start(tls=False)
    figures = {way: of_side(given, ours, way, "/api/v1", accounts) for way in ("EdDSA", "ES256")}
    figures["ours"] = the_rest(given, ours, "EdDSA", "/api/v1", accounts)
    ours.end()
    ours.start(tls=True)
    figures["certificate"] = of_side(given, ours, "certificate", "/api/v1", accounts)
    figures["ours_tls"] = the_rest(given, ours, "certificate", "/api/v1", accounts)
    ours.end()
    figures["rival"] = of_side(given, rival, "bearer", "", numbers) | the_rest(given, rival, "bearer", "", numbers)
    figures["load"] = [before, load_average()]
    return figures


def median(rounds, *path):
    def value(figures):
        for name in path:
            figures = figures[name]
        return figures

    return statistics.median(value(figures) for figures in rounds)


def rows_of(rounds):
    """Each row: what, ours, unit, the rival's, its goal, whether more is better, CPU a request of both."""
    at = lambda *path: median(rounds, *path)
    rows = []
    for way, name in (("EdDSA", "DPoP, EdDSA"), ("ES256", "DPoP, ES256"), ("certificate", "certificate, TLS")):
        rows.append((f"single payments, {name}", at(way, "single", "per_s"), at("rival", "single", "per_s"), "/s",
                     GOALS["single"], at(way, "single", "cpu_us"), at("rival", "single", "cpu_us")))
        rows.append((f"  99 % at half of that, {name}", at(way, "half", "p99_ms"), at("rival", "half", "p99_ms"), "ms",
                     GOALS["p99"], at(way, "half", "cpu_us"), at("rival", "half", "cpu_us")))
    for side, name in (("ours", "DPoP, EdDSA"), ("ours_tls", "certificate, TLS")):
        for what, label, goal in (("batch", "an upload", "batch"), ("balance", "balances", "read"), ("page", "statement pages", "read")):
            rows.append((f"{label}, {name}", at(side, what, "per_s"), at("rival", what, "per_s"), "/s", GOALS[goal],
                         at(side, what, "cpu_us"), at("rival", what, "cpu_us")))
    return rows


def tell(given, rounds, version):
    print(f"{CONNECTIONS} connections, {given.accounts:,} accounts, {given.seconds:g} s a load of which a fifth does not count, uploads of"
          f" {given.batch:,}; medians of {len(rounds)} rounds, interleaved; rival: axum, PostgreSQL {version}")
    print(f"{'what':<42} {'ours':>10} {'rival':>10} {'':<3} {'ratio':>6} {'goal':>8} {'':<7} {'ratio 4':<7} CPU us a request")
    for what, ours, rival, unit, goal, cpu, cpu_rival in rows_of(rounds):
        less = unit == "ms"
        ratio = rival / ours if less else ours / rival
        met = "met" if (ours <= goal if less else ours >= goal) else "MISSED"
        beside = "" if less else ("met" if ratio >= GOALS["ratio"] else "MISSED")
        number = f"{ours:>10,.1f} {rival:>10,.1f}" if less else f"{ours:>10,.0f} {rival:>10,.0f}"
        print(f"{what:<42} {number} {unit:<3} {ratio:>6.2f} {goal:>8,} {met:<7} {beside:<7} {cpu:,.0f} and {cpu_rival:,.0f}")
    print(f"statuses of single payments: {rounds[-1]['EdDSA']['single']['statuses']}; of the upload:"
          f" {rounds[-1]['ours']['batch']['summary']}")
    print(f"load average {rounds[0]['load'][0]:.1f} before, {max(load for r in rounds for load in r['load']):.1f} at most")


def built(given):
    say("building the generator and the rival")
    target = given.dir / "target"
    command = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", HERE / "api" / "Cargo.toml"]
    subprocess.run(command, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    given.load = target / "release" / "load"
    return target / "release" / "rival"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tj", type=pathlib.Path, required=True)
    arguments.add_argument("--dir", type=pathlib.Path, required=True, help="keeps the built rival; the bank in it is made anew")
    arguments.add_argument("--rounds", default=5, type=int)
    arguments.add_argument("--seconds", default=8, type=float, help="of each load")
    arguments.add_argument("--accounts", default=1_000, type=int)
    arguments.add_argument("--batch", default=100_000, type=int, help="payments of an upload")
    arguments.add_argument("--rate-max", default=20_000, type=int, help="requests a second that are made beforehand")
    arguments.add_argument("--postgres-dir", type=pathlib.Path, help="an empty folder on the disk to measure")
    arguments.add_argument("--json", type=pathlib.Path)
    given = arguments.parse_args()
    given.tj, given.dir = given.tj.resolve(), given.dir.resolve()
    given.dir.mkdir(parents=True, exist_ok=True)
    program = built(given)
    ours, rival = Ours(given), Rival(given, program)
    rounds = []
    try:
        ours.start(tls=False)
        accounts, numbers = ours.open_accounts(given.accounts), list(range(1, given.accounts + 1))
        ours.end()
        # Not before: a hundred thousand for everybody is what rules are there to hold.
        ours.run("risk", "rules", "adopt", "--by", "bench", "--stops", "1")
        for number in range(given.rounds):
            say(f"round {number + 1} of {given.rounds}, load {load_average():.1f}")
            rounds.append(one_round(given, ours, rival, accounts, numbers))
        tell(given, rounds, rival.told["version"])
        if given.json:
            given.json.write_text(json.dumps({"given": vars(given), "rounds": rounds}, indent=1, default=str), encoding="utf-8")
    finally:
        rival.end()
        if ours.process and ours.process.poll() is None:
            ours.process.kill()


if __name__ == "__main__":
    main()
