#!/usr/bin/env python3
"""Uses a bank over its open API as a program of somebody else would, kills the server in the middle, and ends with the
books right. The client is made of the document that the bank itself serves.

    pip install cryptography
    api.py path/to/tj folder

A line for each thing that was seen to be right; it ends at the first that is not.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import http.cookies
import http.server
import ipaddress
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keys import Key, b64, code

TJ, BANK = sys.argv[1], sys.argv[2]
HERE = os.path.dirname(os.path.abspath(__file__))


def right(what, holds, seen=""):
    print(f"{'ok  ' if holds else 'FAIL'} {what}" + (f" ({seen})" if seen != "" else ""), flush=True)
    if not holds:
        SERVER.kill()
        sys.exit(1)


def tj(*line):
    done = subprocess.run([TJ, "--dir", BANK, "--json", *line], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(f"FAIL tj {' '.join(line)}: {done.returncode}\n{done.stdout}{done.stderr}")
        sys.exit(1)
    return done.stdout


class Server:
    """`tj serve` on one port for all its lives."""

    process, port = None, 0

    def start(self):
        line = [TJ, "--dir", BANK, "--json", "serve", "--flight", "off", "--api", f"127.0.0.1:{self.port}", "--config", CONFIG]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=open(BANK + ".log", "a"), text=True)
        said = ""
        while not said.rstrip().endswith("}"):
            piece = self.process.stdout.readline()
            if not piece:
                print("FAIL the server did not start: see", BANK + ".log")
                sys.exit(1)
            said += piece
        said = said[said.index("{") :]
        self.port = int(json.loads(said)["api"].rsplit(":", 1)[1])

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()


SERVER = Server()


class Machine:
    """A program with a key of its own: tokens by private_key_jwt, every request with a DPoP proof."""

    def __init__(self, name):
        self.name, self.key, self.proof_key, self.token, self.local = name, Key(), Key(), None, threading.local()

    def proof(self, method, path, **change):
        claims = {"jti": str(uuid.uuid4()), "htm": method, "iat": int(time.time()), "htu": f"http://localhost:{SERVER.port}{path}"}
        if self.token:
            claims["ath"] = b64(hashlib.sha256(self.token.encode()).digest())
        claims.update(change)
        return self.proof_key.sign({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.jwk}, claims)

    def assertion(self, head=None, **change):
        now = int(time.time())
        claims = {"iss": self.name, "sub": self.name, "aud": AUDIENCE, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
        claims.update(change)
        return self.key.sign({"alg": "ES256", "typ": "JWT", **(head or {})}, claims)

    def ask_token(self, assertion=None):
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        })
        self.token = None
        headers = {"Content-Type": "application/x-www-form-urlencoded", "DPoP": self.proof("POST", "/oauth/token")}
        return self.raw("POST", "/oauth/token", headers, form)

    def sign_in(self):
        status, _, answer = self.ask_token()
        right(f"{self.name} gets a token", status == 200, answer if status != 200 else "")
        self.token = answer["access_token"]

    def raw(self, method, path, headers, body):
        for again in (True, False):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPConnection("localhost", SERVER.port, timeout=60)
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                data = response.read()
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                self.local.connection = None
                if not again:
                    raise
        text = data.decode()
        kind = response.headers.get("Content-Type", "")
        return response.status, response.headers, json.loads(text) if kind.endswith("json") and "ndjson" not in kind else text

    def send(self, method, path, query, headers, body):
        if query:
            path_with = path + "?" + urllib.parse.urlencode(query)
        else:
            path_with = path
        headers = {**headers, "Authorization": f"DPoP {self.token}", "DPoP": self.proof(method, path)}
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        return self.raw(method, path_with, headers, body)


def listen(machine, after, until, events):
    """Follows the stream until `until()`; comes again behind the last event whenever it breaks off."""
    last = after
    while not until():
        try:
            connection = http.client.HTTPConnection("localhost", SERVER.port, timeout=5)
            headers = {"Authorization": f"DPoP {machine.token}", "DPoP": machine.proof("GET", "/api/v1/events"), "Last-Event-ID": str(last)}
            connection.request("GET", "/api/v1/events", headers=headers)
            response = connection.getresponse()
            if response.status == 401:
                machine.sign_in()
                continue
            event = {}
            while not until():
                line = response.readline().decode()
                if not line:
                    break
                name, _, value = line.rstrip("\n").partition(": ")
                if name in ("id", "event", "data"):
                    event[name] = value
                elif not line.strip() and "id" in event:
                    last = int(event["id"])
                    events.append((last, event["event"], json.loads(event["data"])))
                    event = {}
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)


class Human:
    """A browser: it keeps cookies, and says which page a request comes from."""

    def __init__(self):
        self.cookies, self.origin, self.more = {}, AUDIENCE.removesuffix("/oauth/token"), {}

    def send(self, method, path, query, headers, body):
        headers = {**headers, **self.more, "Origin": self.origin}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if query:
            path += "?" + urllib.parse.urlencode(query)
        connection = http.client.HTTPConnection("localhost", SERVER.port, timeout=60)
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            cookie = http.cookies.SimpleCookie(line)
            self.cookies.update({name: morsel.value for name, morsel in cookie.items()})
        connection.close()
        return response.status, response.headers, json.loads(text) if text else None


class Receiver:
    """A receiver of webhooks over TLS, as a customer's own server would be. Some messages it refuses the first time."""

    def __init__(self, folder):
        self.got, self.secret, self.wrong, self.refused = [], None, [], set()
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
        now = datetime.datetime.now(datetime.timezone.utc)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        made = made.not_valid_after(now + datetime.timedelta(days=1))
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), True).sign(key, hashes.SHA256())
        self.certificate, private = folder + ".receiver.pem", folder + ".receiver.key"
        open(self.certificate, "wb").write(made.public_bytes(serialization.Encoding.PEM))
        open(private, "wb").write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status = receiver.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, private)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{server.server_port}/events"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        """What every receiver should do: check before it believes."""
        message, moment, signatures = headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        tag = hmac.new(key, f"{message}.{moment}.".encode() + body, hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(tag).decode()
        signed = any(hmac.compare_digest(wanted, one) for one in signatures.split(" "))
        if not signed or abs(time.time() - int(moment)) > 300:
            self.wrong.append(message)
            return 400
        event = json.loads(body)
        if event["kind"] != "webhook.test" and event["journal"]["record"] % 700 == 7 and message not in self.refused:
            self.refused.add(message)
            return 503
        self.got.append((message, event))
        return 204


def register(machine, *scopes, party=None):
    keys = BANK + f".{machine.name}.json"
    json.dump({"keys": [machine.key.jwk]}, open(keys, "w"))
    line = ["client", "add", machine.name, "--keys", keys]
    for scope in scopes:
        line += ["--scope", scope]
    if party:
        line += ["--party", str(party)]
    tj(*line)


shutil.rmtree(BANK, ignore_errors=True)
FIRST = json.loads(tj("init", "--name", "Bank of the API"))["administrator"]
STAFF, SHOP, THIEF = Machine("staff"), Machine("shop"), Machine("thief")
register(STAFF, "payments", "accounts", "parties", "events", "proofs", "queries", "cases", "accounts:read")
CONFIG = BANK + ".toml"
RECEIVER = Receiver(BANK)
HOOKS = f"[webhooks]\nloopback = true\nauthorities = \"{os.path.abspath(RECEIVER.certificate)}\"\nretry_first_s = 1\n"
open(CONFIG, "w").write("[api]\nlisten = \"127.0.0.1:0\"\n" + HOOKS)
SERVER.start()
AUDIENCE = f"http://localhost:{SERVER.port}/oauth/token"
open(CONFIG, "w").write(f"[api]\norigin = \"http://localhost:{SERVER.port}\"\n" + HOOKS)
STAFF.sign_in()

_, _, document = STAFF.raw("GET", "/api/v1/openapi.json", {}, None)
json.dump(document, open(BANK + ".openapi.json", "w"))
made = subprocess.run([sys.executable, os.path.join(HERE, "make_client.py"), BANK + ".openapi.json"], capture_output=True, text=True, check=True)
space = {}
exec(compile(made.stdout, "tongjian_client.py", "exec"), space)
Client, Problem = space["Client"], space["Problem"]
bank = Client(STAFF.send)
right("a client is made of the document", callable(bank.create_payment), f"{len(document['paths'])} paths")


def problem(what, code, act):
    try:
        act()
    except Problem as why:
        right(what, why.code == code, why)
        return why
    right(what, False, "it was not refused")


# Accounts and money.
owner = bank.register_party({"kind": "person", "fields": {"name": "Wang Guixiang"}}, key="party-wang-1")
other = bank.register_party({"kind": "organisation", "fields": {"name": "Corner shop"}}, key="party-shop-1")
cash = bank.open_account({"currency": "CNY", "code": 10012, "overdraft": True}, key="account-cash")
deposit = {"currency": "CNY", "code": 20111}
first = bank.open_account({**deposit, "owners": [owner["id"]]}, key="account-wang")
second = bank.open_account({**deposit, "owners": [other["id"]]}, key="account-shop")
right("accounts are open", first["status"] == "open" and second["balance"]["booked"]["amount"] == "0.00")
order = {"from": cash["id"], "to": first["id"], "amount": "1000.00", "currency": "CNY"}
paid = bank.create_payment(order, key="fund-wang-01")
right("money comes in", bank.show_balance(first["id"])["booked"]["amount"] == "1000.00")
right("the same key pays once", bank.create_payment(order, key="fund-wang-01") == paid)
problem("the same key for another amount", "key_reused", lambda: bank.create_payment({**order, "amount": "1000.01"}, key="fund-wang-01"))
problem("more than there is", "exceeds_credits", lambda: bank.create_payment(
    {"from": first["id"], "to": second["id"], "amount": "1000.01", "currency": "CNY"}, key="too-much-01"))
proof = bank.show_payment(paid["id"], proof=1)["proof"]
open(BANK + ".receipt", "w").write(proof)
checked = subprocess.run([TJ, "receipt", "verify", BANK + ".receipt", "--key", os.path.join(BANK, "keys/log.pub")], capture_output=True, text=True)
right("its receipt is checked without the bank", checked.returncode == 0, checked.stdout.strip().split("\n")[0])
answer = bank.ask_query({"sql": "SELECT count(*) AS n FROM transfers"})
right("a question in SQL is answered", answer["rows"] == [[1]], answer["rows"])
problem("a question that writes", "invalid", lambda: bank.ask_query({"sql": "DROP TABLE transfers"}))
past = bank.show_balance(first["id"], as_of=paid["journal"]["entry"])
right("a balance as of an earlier entry", past["booked"]["amount"] == "0.00", past["booked"]["amount"])

# A program of one customer reaches what is the customer's.
register(SHOP, "payments", "accounts:read", "events", party=int(other["id"][4:].replace("-", ""), 16))
right("a program is let in while the bank is served", True)
SHOP.sign_in()
shop = Client(SHOP.send)
right("a customer's program sees its own account", shop.show_balance(second["id"])["booked"]["amount"] == "0.00")
problem("another's account is not there", "not_found", lambda: shop.show_account(first["id"]))
problem("nor can it be paid from", "forbidden", lambda: shop.create_payment(
    {"from": first["id"], "to": second["id"], "amount": "1.00", "currency": "CNY"}, key="steal-00001"))
problem("a right it has not", "forbidden", lambda: shop.list_cases())

# The customer's own server is told of what happens, by webhook.
hook = shop.create_webhook({"url": RECEIVER.url, "kinds": ["payment.posted"]})
RECEIVER.secret = hook["secret"]
told = shop.test_webhook(hook["id"], {})
right("a test of a webhook is taken over TLS", told["taken"] and RECEIVER.got.pop()[1]["kind"] == "webhook.test", told["error"] or f"{told['took_ms']} ms")
problem("another's webhook is not there", "not_found", lambda: bank.show_webhook(hook["id"]))
for where in ("https://169.254.169.254/latest", "https://10.0.0.1/", "http://example.com/"):
    problem(f"no webhook to {where}", "invalid", lambda: shop.create_webhook({"url": where}))

# A file of payments as other programs of a bank write it.
PAIN = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>WAGES-1</MsgId><CreDtTm>2026-11-28T09:30:00Z</CreDtTm><NbOfTxs>2</NbOfTxs><InitgPty><Nm>Wang</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>A</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-11-01</Dt></ReqdExctnDt><Dbtr><Nm>Wang</Nm></Dbtr>
<DbtrAcct><Id><Othr><Id>%s</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><Nm>us</Nm></FinInstnId></DbtrAgt>%s</PmtInf>
</CstmrCdtTrfInitn></Document>"""
ORDER = """<CdtTrfTxInf><PmtId><EndToEndId>%s</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">%s</InstdAmt></Amt>
<Cdtr><Nm>Till</Nm></Cdtr><CdtrAcct><Id><Othr><Id>%s</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>Wages</Ustrd></RmtInf></CdtTrfTxInf>"""
number = lambda account: account["id"][4:].replace("-", "")
orders = ORDER % ("E1", "1.00", number(cash)) + ORDER % ("E2", "5000.00", number(cash))
report = bank.send_message(PAIN % (number(first), orders))
right("a file of payments is answered", "<GrpSts>PART<" in report and "<TxSts>ACSC<" in report and "<Cd>AM04<" in report)
right("and answered again", bank.send_message(PAIN % (number(first), orders)).count("<TxSts>ACSC<") == 1)
right("and paid once", bank.show_balance(first["id"])["booked"]["amount"] == "999.00")
right("its status can be asked for", "<OrgnlMsgId>WAGES-1<" in bank.show_message("WAGES-1"))
problem("not by others", "not_found", lambda: shop.show_message("WAGES-1"))
right("nor can a file pay from another's account", "<Cd>AC02<" in shop.send_message(PAIN % (number(first), orders)))
day = paid["booking_date"]
right("a statement as camt.053", "<Ustrd>Wages</Ustrd>" in bank.export_statement(first["id"], "camt.053", **{"from": day, "to": day}))

# People. The first administrator comes in with the link that `tj init` gave, lets a customer in, and moves no money.
PASSWORD = "a long walk by the river"


def come_in(token):
    human = Human()
    person = Client(human.send)
    secret = person.begin_password_of_link({"token": token, "password": PASSWORD})["secret"]
    me = person.use_link_with_password({"token": token, "code": code(secret)})
    return human, person, secret, me


human, admin, secret, me = come_in(FIRST["token"])
right("the first link makes an administrator", me["roles"] == ["administrator"], me["id"])
problem("it opens once", "wrong", lambda: Client(Human().send).look_at_link({"token": FIRST["token"]}))
link = admin.add_user({"name": "wang", "roles": ["customer"], "party": owner["id"]})
payment = {"from": first["id"], "to": cash["id"], "amount": "1.00", "currency": "CNY"}
problem("an administrator moves no money", "forbidden", lambda: admin.create_payment(payment, key="admin-0001"))
old = dict(human.cookies)
admin.sign_out({})
human.cookies = old
problem("a cookie opens nothing after signing out", "no_session", lambda: admin.show_me())
wrong = {"name": FIRST["user"], "password": PASSWORD, "code": "000000"}
problem("a wrong code is refused", "wrong", lambda: admin.sign_in_with_password(wrong))
admin.sign_in_with_password({**wrong, "code": code(secret, 1)})
right("password and code sign in", admin.show_me()["id"] == f"user:{FIRST['user']}")
browser, wang, secret, me = come_in(link["token"])
bank.create_payment({**order, "amount": "5000.00"}, key="fund-wang-02")
right("a customer sees the own account", wang.show_balance(first["id"])["booked"]["amount"] == "5999.00")
problem("and no other", "not_found", lambda: wang.show_account(second["id"]))
browser.origin = "https://evil.example"
problem("another site pays nothing", "other_origin", lambda: wang.create_payment(payment, key="wang-00001"))
browser.origin = human.origin
wang.create_payment(payment, key="wang-00001")
large = {**payment, "amount": "1500.00"}
asked = problem("a large payment is signed first", "must_sign", lambda: wang.create_payment(large, key="wang-00002"))
challenge = asked.document["challenge"]
answer = {"id": challenge["id"], "code": code(secret, 1)}
browser.more = {"Step-Up": b64(json.dumps(answer).encode())}
problem("the signature is for no other amount", "other_payment", lambda: wang.create_payment({**large, "amount": "1500.01"}, key="wang-00003"))
paid = wang.create_payment(large, key="wang-00002")
right("signed, it goes through, once", wang.create_payment(large, key="wang-00002") == paid)
browser.more = {}
sessions = json.loads(tj("session", "list"))["sessions"]
right("the console sees who is signed in", {s["user"] for s in sessions} == {FIRST["user"], "wang"})

# A phone without an app: a gateway carries what is typed, and only the person on it may what they may.
GATEWAY = Machine("ussd")
register(GATEWAY, "text")
GATEWAY.sign_in()
gateway = Client(GATEWAY.send)
NUMBER, PIN = "+8613800138007", "258036"
problem("a gateway sees no account", "forbidden", lambda: gateway.show_account(first["id"]))
problem("nobody but a gateway carries", "forbidden", lambda: bank.carry_dialogue({"dialogue": "d", "phone": NUMBER, "step": 0}))
problem("a PIN that everybody would try is refused", "invalid", lambda: wang.set_my_phone({"number": NUMBER, "pin": "123456", "lang": "en"}))
wang.set_my_phone({"number": NUMBER, "pin": PIN, "lang": "en"})
codes = wang.make_my_card({})["codes"]
right("a card has 24 codes", len(codes) == 24 and all(len(one) == 6 for one in codes))


class Phone:
    """A phone with keys: one step after the other, each screen measured."""

    def __init__(self, name, sim=None):
        self.name, self.sim, self.step, self.messages = name, sim, 0, []

    def send(self, typed="", step=None):
        said = {"dialogue": self.name, "phone": NUMBER, "step": self.step if step is None else step, "typed": typed}
        screen = gateway.carry_dialogue({**said, **({"sim": self.sim} if self.sim else {})})
        self.step, self.messages, text = screen["step"], screen["messages"], screen["text"]
        plain = all(c == "¥" or ord(c) < 128 for c in text)
        if len(text) > (160 if plain else 70):
            right("a screen fits", False, f"{len(text)}: {text}")
        return text

    def typing(self, *keys):
        text = ""
        for key in keys:
            text = self.send(key)
        return text

    def read(self, *keys):
        """All pages of what comes; it stays on the last."""
        whole = page = self.typing(*keys)
        while "9 More" in page:
            page = self.send("9")
            whole += "\n" + page
        return whole


unknown = gateway.carry_dialogue({"dialogue": "x", "phone": "+8613800000000", "step": 0})
right("a number that nobody signs in with is told whom to call", not unknown["goes_on"] and "call" in unknown["text"], unknown["text"])
one = Phone("first", sim="imsi-1")
right("a phone is asked for its PIN", "PIN" in one.send())
right("a wrong PIN is said", "not right" in one.send("271828"))
right("the right one opens the menu", "1 Balance" in one.send(PIN))
problem("an earlier step with other keys is refused", "step_reused", lambda: Phone("first").send("1", step=2))
problem("a step too far is refused", "other_step", lambda: Phone("first").send("1", step=9))
before = bank.show_balance(first["id"])["booked"]["amount"]
balance = one.send("1")
right("the balance", f"¥{float(before):,.2f}" in balance, balance)
paying = one.typing("00", "3")
right("whom one paid before is offered", "1 .." in paying, paying)
right("the payee's whole number is shown before the yes", str(int(number(cash), 16))[:4] in one.read("1", "2*50"))
step = one.step
paid_text = one.send("1")
right("it is paid, with the record that anybody can check", "Paid ¥2.50" in paid_text and "record" in paid_text, paid_text)
right("the same step again is answered as before", Phone("first").send("1", step=step) == paid_text)
after = float(before) - 2.5
right("and paid once", float(bank.show_balance(first["id"])["booked"]["amount"]) == after)
two = Phone("second", sim="imsi-1")
two.send()
right("the line broke off: the receipt comes first at the next call", two.send(PIN).startswith("Since your last call: Paid"))
right("the old dialogue is over", "Begin again" in Phone("first").send("1", step=one.step))
two.read("00", "3", "1", "1500")
asked = two.read("1")
which = int(asked.split("Code ")[1].split(" ")[0]) if "Code " in asked else 0
right("a large payment is signed with one code of the card", 1 <= which <= 24, asked)
right("another code of it does not sign", "not right" in two.send(codes[which % 24]))
signed = two.send(codes[which - 1])
right("the one that was asked for does", "Paid ¥1,500.00" in signed, signed)
right("a short message says which", any(f"Code {which} of your card was used; 23 are left" in m for m in two.messages), two.messages)
right("the bank has it", float(bank.show_balance(first["id"])["booked"]["amount"]) == after - 1500)
other = Phone("third", sim="imsi-2")
other.send()
other.send(PIN)
right("another SIM does not pay", "another SIM" in other.read("00", "3"))
right("but looks", "¥" in other.typing("00", "1"))
wang.confirm_my_phone({})
other = Phone("fourth", sim="imsi-2")
other.send()
right("until its owner says that it is theirs", "Pay whom" in other.typing(PIN, "00", "3"))
stop = Phone("fifth", sim="imsi-2")
stop.send()
stop.read(PIN, "00", "8")
stopped = stop.read("1").replace("\n", " ")
right("everything is stopped", "nothing from now on" in stopped, stopped)
right("the limits are nothing", bank.show_limits(first["id"])["per_payment"]["amount"] == "0.00")
problem("other sign-ins have ended", "no_session", lambda: wang.show_me())
told = {"kind": "payment.posted", "data": {"from": first["id"], "to": cash["id"], "amount": "2.50", "currency": "CNY"}}
problem("a gateway that hears of no events has none written", "forbidden", lambda: gateway.write_messages(told))
SENDER = Machine("sms")
register(SENDER, "text", "events")
SENDER.sign_in()
texts = Client(SENDER.send).write_messages(told)["items"]
right("a sender has a short message written, for the payer's phone", len(texts) == 1 and texts[0]["phone"] == NUMBER and "¥2.50 left" in texts[0]["text"], texts)
for _ in range(4):
    stop = Phone(f"guess-{_}")
    stop.send()
    stop.send("271828")
last = Phone("guess-last")
last.send()
right("five wrong PINs lock it", "Too many" in last.typing("271828", PIN), last.step)
tag = STAFF.send("GET", f"/api/v1/accounts/{first['id']}/limits", {}, {}, None)[1]["ETag"]
bank.set_limits(first["id"], {"per_payment": None, "per_day": None}, tag)
tj("user", "disable", "wang")
problem("who is shut out at the console is out at once", "no_session", lambda: wang.show_me())

# Tokens.
for what, assertion in [
    ("alg none", SHOP.assertion(head={"alg": "none"})),
    ("HS256", SHOP.assertion(head={"alg": "HS256"})),
    ("another audience", SHOP.assertion(aud="https://elsewhere.example")),
    ("an expired one", SHOP.assertion(exp=int(time.time()) - 60)),
    ("one that lives too long", SHOP.assertion(exp=int(time.time()) + 86_400)),
    ("a name nobody has", THIEF.assertion()),
]:
    keep = SHOP.token
    status, _, answer = SHOP.ask_token(assertion)
    SHOP.token = keep
    right(f"an assertion with {what} is refused", status in (400, 401) and "error" in answer, answer.get("error"))
once = SHOP.assertion()
keep = SHOP.token
statuses = [SHOP.ask_token(once)[0], SHOP.ask_token(once)[0]]
SHOP.token = keep
right("an assertion is taken once", statuses[0] == 200 and statuses[1] in (400, 401), statuses)
balance = f"/api/v1/accounts/{second['id']}/balance"
proof = SHOP.proof("GET", balance)
headers = {"Authorization": f"DPoP {SHOP.token}", "DPoP": proof}
right("a proof is taken once", [SHOP.raw("GET", balance, headers, None)[0] for _ in range(2)] == [200, 401])
for what, headers in [
    ("a proof of another method", {"DPoP": SHOP.proof("POST", balance)}),
    ("a proof of another address", {"DPoP": SHOP.proof("GET", "/api/v1/cases")}),
    ("an old proof", {"DPoP": SHOP.proof("GET", balance, iat=int(time.time()) - 3_600)}),
    ("no proof", {}),
]:
    status, _, answer = SHOP.raw("GET", balance, {"Authorization": f"DPoP {SHOP.token}", **headers}, None)
    right(f"{what} opens nothing", status == 401, answer.get("code"))
THIEF.token = SHOP.token
status, _, _ = THIEF.raw("GET", balance, {"Authorization": f"DPoP {SHOP.token}", "DPoP": THIEF.proof("GET", balance)}, None)
right("a stolen token opens nothing without its key", status == 401)

# One by one and in uploads, with somebody listening, through a kill.
events, done = [], threading.Event()
# The listener has a token of its own: it signs in again by itself, whenever it must.
EARS = Machine("staff")
EARS.key = STAFF.key
EARS.sign_in()
listener = threading.Thread(target=listen, args=(EARS, 0, done.is_set, events))
listener.start()
single = {"from": first["id"], "to": second["id"], "amount": "0.01", "currency": "CNY"}
for n in range(50):
    bank.create_payment(single, key=f"single-{n:05}")


def upload(key, count):
    lines = "".join(json.dumps({**single, "item": f"{key}-{n}"}) + "\n" for n in range(count))
    answer = bank.create_payments(lines, key=key)
    return [json.loads(line) for line in answer.splitlines()]


results = upload("upload-0001", 5_000)
right("an upload has a result for each and a summary", results[-1]["summary"]["posted"] == 5_000)
killer = threading.Timer(0.15, lambda: SERVER.process.kill())
cut = 0
for n in range(400):
    # On a busy machine the first ones alone may take longer than the timer.
    if n == 5:
        killer.start()
    try:
        bank.create_payment(single, key=f"killed-{n:05}")
    except (OSError, http.client.HTTPException):
        cut = n
        break
SERVER.process.wait(timeout=30)
right("the server was killed in the middle", cut > 0, f"after {cut} payments")
SERVER.start()
STAFF.sign_in()
for n in range(cut + 1):
    bank.create_payment(single, key=f"killed-{n:05}")
results = upload("upload-0001", 5_000)
right("the upload again pays nothing again", results[-1]["summary"]["replayed"] == 5_000)
booked = bank.show_balance(second["id"])["booked"]["amount"]
wanted = 50 + 5_000 + cut + 1
right("the books are right", booked == f"{wanted / 100:.2f}", f"{booked} of {wanted} payments of 0.01")

deadline = time.time() + 30
while time.time() < deadline and sum(1 for e in events if e[1] == "payment.posted") < wanted + 2:
    time.sleep(0.05)
done.set()
bank.create_payment(single, key="wake-up-0001")
listener.join(timeout=10)
records = [event[0] for event in events]
right("events came in order, each once", records == sorted(set(records)), f"{len(records)} events")
paid_to = [e for e in events if e[1] == "payment.posted" and e[2]["data"]["to"] == second["id"] and e[0] < records[-1] + 1]
right("and every payment was among them", len(paid_to) >= wanted, f"{len(paid_to)} of {wanted}")

deadline = time.time() + 60
while time.time() < deadline and len({message for message, _ in RECEIVER.got}) < wanted + 1:
    time.sleep(0.05)
heard = {}
for message, event in RECEIVER.got:
    heard.setdefault(message, event)
records = [event["journal"]["record"] for event in heard.values()]
right("every message was signed", not RECEIVER.wrong, f"{len(RECEIVER.got)} messages")
right("the webhook told of every payment, in order, through the kill", len(heard) == wanted + 1 and records == sorted(records),
      f"{len(heard)} events, {len(RECEIVER.got) - len(heard)} told twice, {len(RECEIVER.refused)} refused at first")
right("and of the customer's own alone", all(event["data"]["to"] == second["id"] for event in heard.values()))
SHOP.sign_in()
state = shop.show_webhook(hook["id"])
right("the webhook is well", state["state"] == "active" and "secret" not in state, state["says"])
etag = SHOP.send("GET", f"/api/v1/webhooks/{hook['id']}", {}, {}, None)[1]["ETag"]
right("it is paused on demand", shop.set_webhook(hook["id"], {"url": RECEIVER.url, "active": False}, etag)["state"] == "paused")
shop.delete_webhook(hook["id"])
right("and ended", shop.list_webhooks()["items"] == [])

# Ordered for today, a payment is made within seconds and once; ordered for later, it waits.
STAFF.sign_in()
left = lambda: bank.show_balance(first["id"])["booked"]["amount"]
before = left()
today = {"to": cash["id"], "money": {"amount": "1.00", "currency": "CNY"}, "code": 1, "first": day, "repeats": "once"}
ordered = bank.place_order(first["id"], today, key="order-0001")
deadline = time.time() + 20
while time.time() < deadline and left() == before:
    time.sleep(0.1)
right("a payment ordered for today is made", float(before) - float(left()) == 1.0, f"{before} {left()}")
right("the same order again is the same", bank.place_order(first["id"], today, key="order-0001")["id"] == ordered["id"])
monthly = {**today, "repeats": "monthly", "first": str(datetime.date.fromisoformat(day) + datetime.timedelta(days=1))}
rent = bank.place_order(first["id"], monthly, key="order-0002")
right("one for later waits", rent["next"] == monthly["first"] and rent["id"] in [o["id"] for o in bank.list_orders(first["id"])["items"]])
problem("one in the past is refused", "schedule_out_of_range", lambda: bank.place_order(first["id"], {**today, "first": "2020-01-01"}, key="order-0003"))
bank.end_order(first["id"], rent["id"])
right("an order that was ended is out of force", bank.show_order(first["id"], rent["id"])["status"] == "ended")

right("the server ends when it is told to", SERVER.end(signal.SIGTERM) == 0)
noted = tj("query", "SELECT what, sum(times) AS often FROM access_notes GROUP BY what")
right("the journal says who was let in, who was not, and who looked",
      all(word in noted for word in ("denied", "not_recognised", "personal_read", "signed_in", "token_issued", "session_ended")))
verified = subprocess.run([TJ, "verify", BANK], capture_output=True, text=True)
right("the whole journal verifies", verified.returncode == 0, verified.stdout.strip().split("\n")[-1])
print("all right")
