#!/usr/bin/env python3
"""Strangers on the wire: TLS, HTTP/2, slow and greedy clients, bombs. The server stays, stays small, and stays quick for others.

    pip install cryptography
    wire.py path/to/tj folder [--long]
"""

import datetime
import gzip
import json
import os
import resource
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bank import Answer, Bank, Machine, Table, arguments, dial, everything, order, town, trusting

TJ, FOLDER, LONG = arguments()
TABLE = Table("wire")
MIB = 1 << 20


class Authority:
    """Somebody who signs certificates."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.sign(self.name, self.key, 365, True)

    def sign(self, subject, key, days, authority=False, server=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=2))
        made = made.not_valid_after(now + datetime.timedelta(days=days))
        made = made.add_extension(x509.BasicConstraints(authority, None), True)
        if not authority:
            use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
            made = made.add_extension(x509.ExtendedKeyUsage([use]), False)
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        return made.sign(self.key, hashes.SHA256())

    def write(self, path, name, days=30, server=False):
        """A certificate and its key, as files `path.crt` and `path.key`."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, days, False, server)
        put(path + ".crt", certificate.public_bytes(serialization.Encoding.PEM))
        put(path + ".key", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate.serial_number


def put(path, data):
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)


def secure(bank, certificate=None, newest=None, alpn=None):
    """A TLS connection, or what went wrong with it."""
    context = trusting()
    if newest:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
    if certificate:
        context.load_cert_chain(certificate + ".crt", certificate + ".key")
    if alpn:
        context.set_alpn_protocols([alpn])
    return context.wrap_socket(dial(bank), server_hostname="localhost")


def over(bank, certificate, method, path, headers=None, body=""):
    """One request on a connection of its own: its status and body; None if the connection was refused."""
    try:
        with secure(bank, certificate) as stream:
            lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{bank.port}", "Connection: close", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
            stream.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
            data = everything(stream)
    except (ssl.SSLError, ConnectionError, TimeoutError):
        return None, b""
    if not data:
        return None, b""
    head, _, rest = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


def certificates(bank, authority, stranger):
    """TLS 1.3 and nothing older; renewal; who shows which certificate."""
    try:
        with secure(bank, newest=ssl.TLSVersion.TLSv1_2) as stream:
            came = stream.version()
    except (ssl.SSLError, ConnectionError) as why:
        came = type(why).__name__
    TABLE.row("TLS 1.2 is refused", not came.startswith("TLSv"), came)
    with secure(bank) as stream:
        TABLE.row("TLS 1.3 is spoken", stream.version() == "TLSv1.3", stream.version())
    ours, theirs, old, none = FOLDER + ".ours", FOLDER + ".theirs", FOLDER + ".old", None
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "acme"})
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, body = over(bank, ours, "POST", "/oauth/token", as_form, form)
    TABLE.row("a known certificate gets a token", status == 200, status)
    token = {"Authorization": f"Bearer {json.loads(body)['access_token']}"} if status == 200 else {}
    for what, certificate, right in [
        ("with its certificate", ours, (200,)), ("without one", none, (401,)), ("with another's of the same authority", theirs, (401,)),
    ]:
        status, _ = over(bank, certificate, "GET", "/api/v1/journal", token)
        TABLE.row(f"a token bound to a certificate, {what}", status in right, status)
    for what, certificate, right in [
        ("of an unknown authority", FOLDER + ".strange", (None,)), ("that has run out", old, (None,)),
        ("of the right authority that no client has", theirs, (400, 401)), ("none", none, (400, 401)),
    ]:
        status, _ = over(bank, certificate, "POST", "/oauth/token", as_form, form)
        TABLE.row(f"a token for a certificate {what}", status in right, "refused while shaking hands" if status is None else status)


def renewal(bank, authority):
    def shown():
        with secure(bank) as stream:
            return x509.load_der_x509_certificate(stream.getpeercert(True)).serial_number

    before = shown()
    put(FOLDER + ".server.crt", b"half of a file")
    time.sleep(2.5)
    TABLE.row("half a renewal leaves the certificate in use", shown() == before)
    renewed = authority.write(FOLDER + ".server", "localhost", server=True)
    began = time.time()
    while shown() != renewed and time.time() - began < 15:
        time.sleep(0.2)
    TABLE.row("a renewed certificate is used without a restart", shown() == renewed, f"after {time.time() - began:.1f} s", "15 s")


class Second:
    """A client of HTTP/2 that sends whatever it likes."""

    def __init__(self, bank, settings=b""):
        self.stream = secure(bank, alpn="h2")
        assert self.stream.selected_alpn_protocol() == "h2"
        self.stream.settimeout(10)
        self.left = b""
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, settings))

    def send(self, data):
        self.stream.sendall(data)

    def frames(self, seconds):
        """What comes within a time: (kind, flags, stream, payload); ends with None when the server closed."""
        until = time.time() + seconds
        while time.time() < until:
            self.stream.settimeout(max(0.01, until - time.time()))
            try:
                piece = self.stream.recv(65536)
            except (TimeoutError, ssl.SSLWantReadError):
                return
            except (ConnectionError, ssl.SSLError, OSError):
                piece = b""
            if not piece:
                yield None
                return
            self.left += piece
            while len(self.left) >= 9:
                length = int.from_bytes(self.left[:3], "big")
                if len(self.left) < 9 + length:
                    break
                kind, flags, stream = struct.unpack(">BBI", self.left[3:9])
                yield kind, flags, stream, self.left[9:9 + length]
                self.left = self.left[9 + length:]

    def ended(self, seconds):
        """Whether the server said goodbye or closed within a time."""
        return any(came is None or came[0] == 7 for came in self.frames(seconds))

    def close(self):
        self.stream.close()


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def text(data):
    """A string of HPACK (RFC 7541 section 5.2), not compressed."""
    return number(len(data), 7) + data


def number(value, bits, first=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out = bytes([first | most])
    value -= most
    while value >= 128:
        out += bytes([value % 128 + 128])
        value //= 128
    return out + bytes([value])


def get(bank, path, *more):
    """A block of headers: GET of a path."""
    block = b"\x82\x87" + b"\x04" + text(path.encode()) + b"\x01" + text(f"localhost:{bank.port}".encode())
    return block + b"".join(b"\x00" + text(name) + text(value) for name, value in more)


def bounded(bank, attack, act, seconds=None, limit_mib=32):
    """Does something bad: the server is there afterwards, answers, and grew by less than the limit."""
    bank.forget_peak()
    before, _ = bank.memory_kib()
    began = time.time()
    said = act()
    took = time.time() - began
    grew = (bank.memory_kib()[1] - before) / 1024
    holds, measured = said if isinstance(said, tuple) else (True, said)
    fast = seconds is None or took < seconds
    TABLE.row(attack, bank.alive() and holds and fast and grew < limit_mib, f"{measured}; {took:.2f} s, grew {grew:.1f} MiB", f"{limit_mib} MiB" + (f", {seconds} s" if seconds else ""))


def flood(bank, pieces, first=b"", settings=b""):
    """Sends pieces until the server ends it or there are no more; whether it did, and after how many."""
    client = Second(bank, settings)
    sent = 0
    try:
        if first:
            client.send(first)
        client.stream.settimeout(3)
        for piece in pieces:
            client.send(piece)
            sent += 1
    except (ConnectionError, ssl.SSLError, TimeoutError, OSError):
        client.close()
        return True, f"ended after {sent} frames"
    ended = client.ended(2)
    client.close()
    return ended, f"{'ended' if ended else 'held'} after {sent} frames"


def second(bank):
    """HTTP/2: what is known to have brought servers down."""
    client = Second(bank)
    client.send(frame(1, 5, 1, get(bank, "/healthz")))
    came = [f for f in client.frames(2) if f and f[0] == 1]
    TABLE.row("a request over HTTP/2", bool(came) and came[0][3][:1] == b"\x88", "200" if came else "nothing")
    client.close()
    many = 100_000 if LONG else 20_000
    block = get(bank, "/healthz")
    resets = (frame(1, 5, n * 2 + 1, block) + frame(3, 0, n * 2 + 1, b"\0\0\0\x08") for n in range(many))
    bounded(bank, "rapid reset (CVE-2023-44487)", lambda: flood(bank, resets))
    more = (frame(9, 0, 1, b"\x00\x01x\x7f\x80\x7e" + b"y" * 16_255) for _ in range(many // 10))
    bounded(bank, "headers continued for ever (CVE-2024-27316)", lambda: flood(bank, more, frame(1, 1, 1, block)))
    empty = (frame(9, 0, 1) for _ in range(many))
    bounded(bank, "empty continuations", lambda: flood(bank, empty, frame(1, 1, 1, block)))

    def bomb():
        """One long entry of the table of headers, then a byte for each time it is meant (HPACK bomb)."""
        client = Second(bank)
        entry = b"\x40" + text(b"x-bomb") + text(b"y" * 4_000)
        client.send(frame(1, 5, 1, get(bank, "/healthz") + entry + b"\xbe" * 12_000))
        came = list(client.frames(2))
        client.close()
        served = any(f and f[0] == 1 and f[3][:1] == b"\x88" for f in came)
        return not served, "served" if served else "refused"

    bounded(bank, "a bomb of compressed headers", bomb)
    settings = frame(4, 0, 0, struct.pack(">HI", 4, 65_535)) * 100
    bounded(bank, "settings for ever, answers never read", lambda: flood(bank, (settings for _ in range(many // 50)))[1])
    pings = frame(6, 0, 0, b"12345678") * 100
    bounded(bank, "pings for ever, answers never read", lambda: flood(bank, (pings for _ in range(many // 50)))[1])
    bounded(bank, "empty data for ever", lambda: flood(bank, (frame(0, 0, 1) * 100 for _ in range(many // 50)), frame(1, 4, 1, block))[1])

    def streams():
        """More requests at once than there may be: those beyond are refused, one by one."""
        client = Second(bank)
        form = get(bank, "/oauth/token", (b"content-type", b"application/x-www-form-urlencoded"))
        client.send(b"".join(frame(1, 4, n * 2 + 1, b"\x83" + form[1:]) for n in range(600)))
        came = list(client.frames(3))
        refused = sum(1 for f in came if f and f[0] == 3 and f[3] == b"\0\0\0\x07")
        gone = any(f is None or f[0] == 7 for f in came)
        client.close()
        return refused >= 400 or gone, f"{refused} of 600 refused" + (", connection ended" if gone else "")

    bounded(bank, "600 requests at once on a connection that may have 128", streams)

    def shut():
        """A window of nothing: all is asked for and no byte of an answer can be sent."""
        clients = [Second(bank, struct.pack(">HI", 4, 0)) for _ in range(20)]
        for client in clients:
            client.send(b"".join(frame(1, 5, n * 2 + 1, get(bank, "/api/v1/openapi.json")) for n in range(100)))
        time.sleep(2)
        for client in clients:
            client.close()
        return "2000 answers held for 2 s"

    bounded(bank, "answers that are asked for and never let out", shut)
    status, _ = over(bank, None, "GET", "/healthz")
    TABLE.row("and others are still answered", status == 200, status)


def bombs(bank, staff, known):
    """Small things that become large, and large ones."""
    pay = order(known["till"]["id"], known["of_anna"]["id"], "0.01")
    line = json.dumps(pay)
    large = gzip.compress(b" " * (200 * MIB), 9)
    cases = [
        ("200 MiB of spaces as 200 KB of gzip, to a payment", "/payments", large, {"Content-Encoding": "gzip", "Content-Type": "application/json"}),
        ("the same to an upload", "/payments/batch", large, {"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"}),
        ("gzip within gzip", "/payments/batch", gzip.compress(large, 9), {"Content-Encoding": "gzip, gzip", "Content-Type": "application/x-ndjson"}),
        ("zstd", "/payments", b"\x28\xb5\x2f\xfd", {"Content-Encoding": "zstd", "Content-Type": "application/json"}),
        ("100,000 lists within each other", "/payments", b"[" * 100_000, {"Content-Type": "application/json"}),
        ("objects within each other", "/payments", b'{"a":' * 40_000, {"Content-Type": "application/json"}),
        ("a number of a million digits", "/payments", line[:-1].encode() + b',"device":' + b"9" * 1_000_000 + b"}", {"Content-Type": "application/json"}),
        ("a number of 200,000 digits", "/payments", line[:-1].encode() + b',"device":' + b"9" * 200_000 + b"}", {"Content-Type": "application/json"}),
        ("an amount of 200,000 digits", "/payments", json.dumps({**pay, "amount": "9" * 200_000}).encode(), {"Content-Type": "application/json"}),
        ("1e400", "/payments", line[:-1].encode() + b',"device":1e400}', {"Content-Type": "application/json"}),
        ("a name twice", "/payments", line[:-1].encode() + b',"amount":"2.00"}', {"Content-Type": "application/json"}),
        ("bytes that are no UTF-8", "/payments", line[:-1].encode() + b',"text":"\xff\xfe"}', {"Content-Type": "application/json"}),
        ("20,000 unknown names", "/payments", json.dumps({f"k{n}": n for n in range(20_000)}).encode(), {"Content-Type": "application/json"}),
        ("escapes for 240 KB", "/parties", json.dumps({"kind": "person", "fields": {"name": "\u4e00" * 40_000}}).encode(), {"Content-Type": "application/json"}),
    ]
    for what, path, body, headers in cases:
        times = []

        def send():
            sent = {**staff.headers("POST", "/api/v1" + path), "Idempotency-Key": f"bomb-{time.time_ns()}", **headers}
            began = time.perf_counter()
            try:
                came = staff.raw("POST", "/api/v1" + path, sent, body)
            except OSError:
                # Refused by its length, and closed before all of it was sent.
                came = Answer(413, {"Content-Type": "application/problem+json"}, b'{"code": "closed"}')
            times.append((time.perf_counter() - began) * 1e3)
            return came

        bank.forget_peak()
        before, _ = bank.memory_kib()
        came = [send() for _ in range(5)][-1]
        grew, took = (bank.memory_kib()[1] - before) / 1024, min(times)
        kind = came.headers.get("Content-Type")
        holds = 400 <= came.status < 500 and kind == "application/problem+json" and took < 50 and grew < 32
        TABLE.row(f"bomb: {what}", holds, f"{came.status} {came.code} in {took:.1f} ms, grew {grew:.1f} MiB", "50 ms, 32 MiB")
    lines = "".join(json.dumps({**pay, "item": str(n)}) + "\n" for n in range(5_000)).encode()
    came = staff.send("POST", "/payments/batch", gzip.compress(lines), "honest-gzip-1", **{"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"})
    done = came.data.decode().splitlines()[-1] if came.status == 200 else came.data
    TABLE.row("an honest upload of 5,000 payments as gzip is taken", came.status == 200 and '"posted":5000' in done, f"{len(lines)} bytes sent as {len(gzip.compress(lines))}")


def raw(bank):
    """Bytes that no client sends."""
    host = f"Host: localhost:{bank.port}\r\n"
    for what, data, right in [
        ("h2c by Upgrade", f"GET /healthz HTTP/1.1\r\n{host}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", lambda t: b" 101 " not in t and t.startswith(b"HTTP/1.1 200")),
        ("HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", lambda t: b" 200 " not in t),
        ("CONNECT to another machine", f"CONNECT 10.0.0.1:22 HTTP/1.1\r\n{host}Connection: close\r\n\r\n", lambda t: b" 200 " not in t),
        ("an address of another machine", f"GET http://10.0.0.1/healthz HTTP/1.1\r\n{host}Connection: close\r\n\r\n", lambda t: t.startswith(b"HTTP/1.1 400")),
        ("a chunk's extension of a megabyte", f"POST /oauth/token HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1;{'x' * MIB}\r\na\r\n0\r\n\r\n", lambda t: b" 200 " not in t),
        ("a chunk of 2^64 bytes", f"POST /oauth/token HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n", lambda t: b" 200 " not in t),
        ("TLS to a port without", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", lambda t: b" 200 " not in t),
        ("10,000 parameters", f"GET /api/v1/journal?{'&'.join(f'a{n}=1' for n in range(10_000))} HTTP/1.1\r\n{host}Connection: close\r\n\r\n", lambda t: b" 200 " not in t),
    ]:
        with dial(bank, timeout=5) as stream:
            try:
                stream.sendall(data.encode("latin-1"))
            except ConnectionError:
                pass
            came = everything(stream)
        TABLE.row(what, right(came), came.split(b"\r\n")[0].decode("latin-1")[:60] or "closed")


def p99(staff, path, rounds):
    took = []
    for _ in range(rounds):
        headers = staff.headers("GET", path)
        began = time.perf_counter()
        came = staff.raw("GET", path, headers)
        took.append(time.perf_counter() - began)
        assert came.status == 200, came.data
    return sorted(took)[int(len(took) * 0.99)] * 1e3


def crowd(count, bank, say=b""):
    """Connections from several addresses of this machine, which say little or nothing."""
    made = []
    for n in range(count):
        try:
            stream = dial(bank, f"127.0.0.{n % 8 + 2}", 5)
            if say and n % 2:
                stream.sendall(say)
            made.append(stream)
        except OSError:
            break
    return made


def slow(bank, staff, known, patience):
    """Clients that take their time."""
    path = f"/api/v1/accounts/{known['of_anna']['id']}/balance"
    begun = f"GET /healthz HTTP/1.1\r\nHost: localhost:{bank.port}\r\nX-Slow: ".encode()
    streams = [dial(bank, timeout=patience + 8) for _ in range(100)]
    began, going = time.time(), True

    def drip():
        while going:
            for stream in streams:
                try:
                    stream.send(b"x")
                except OSError:
                    pass
            time.sleep(0.5)

    for stream in streams:
        stream.sendall(begun)
    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    for stream in streams:
        everything(stream)
        stream.close()
    going = False
    TABLE.row("100 heads that come byte by byte are closed", time.time() - began < patience + 4, f"{time.time() - began:.1f} s", f"{patience + 4} s")

    def gauge():
        return int([line.split()[-1] for line in staff.raw("GET", "/metrics", {}).data.decode().splitlines() if line.startswith("tj_http_connections ")][0])

    def greedy():
        """Asks for all and reads nothing."""
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stream.settimeout(1)
        stream.connect(("127.0.0.1", bank.port))
        try:
            for _ in range(200):
                stream.sendall(f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost:{bank.port}\r\n\r\n".encode())
        except OSError:
            pass
        return stream

    def unread():
        before = gauge()
        held = [greedy() for _ in range(20)]
        began = time.time()
        # Until they were let in.
        while gauge() <= before and time.time() - began < 5:
            time.sleep(0.02)
        while gauge() > before and time.time() - began < 20:
            time.sleep(0.2)
        left, took = gauge() - before, time.time() - began
        for stream in held:
            stream.close()
        return left <= 0, f"closed after {took:.1f} s"

    bounded(bank, "20 clients that ask for 100 MB each and read nothing", unread, 25)
    # The middle one of five: a moment in which the machine does something else is in one of them.
    before, rounds = [], 600 if LONG else 400
    during, held = [], 0
    p99(staff, path, 100)
    for _ in range(5):
        before.append(p99(staff, path, rounds))
        streams = crowd(2_000, bank, begun)
        held = max(held, len(streams))
        during.append(p99(staff, path, rounds))
        for stream in streams:
            stream.close()
        time.sleep(0.3)
    first, then = sorted(before)[2], sorted(during)[2]
    TABLE.row("2,000 connections that wait, half of them within a head: p99 of a good client", held == 2_000 and then < 2 * first, f"{held} held; {then:.2f} ms beside {first:.2f} ms, {then / first:.2f} times", "2 times")
    streams = [dial(bank, "127.0.0.77", 3) for _ in range(1_100)]
    time.sleep(0.5)
    turned = 0
    for stream in streams:
        stream.setblocking(False)
        try:
            turned += stream.recv(1) == b""
        except BlockingIOError:
            pass
        except ConnectionError:
            turned += 1
    came = staff.raw("GET", "/healthz", {})
    for stream in streams:
        stream.close()
    TABLE.row("one address takes no more than its share of connections", turned >= 1_100 - 1_024 and came.status == 200, f"{turned} of 1100 turned away, others answered {came.status}", ">= 76")


def slow_bodies(bank, staff, known):
    """Bodies that do not come: a stranger's is not waited for, a known client's not for ever."""
    head = f"POST /api/v1/payments HTTP/1.1\r\nHost: localhost:{bank.port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    with dial(bank, timeout=5) as stream:
        began = time.time()
        stream.sendall((head + "\r\n{").encode())
        came = stream.recv(100)
        TABLE.row("a stranger's slow body is not waited for", came.startswith(b"HTTP/1.1 401") and time.time() - began < 1, f"{time.time() - began:.2f} s", "1 s")
    if not LONG:
        return
    headers = "".join(f"{name}: {value}\r\n" for name, value in staff.headers("POST", "/api/v1/payments").items())
    with dial(bank, timeout=30) as stream:
        began = time.time()
        stream.sendall((head + headers + "Idempotency-Key: slow-body-1\r\n\r\n{").encode())
        came = stream.recv(100)
        TABLE.row("a client's slow body ends", came.startswith(b"HTTP/1.1 400") and time.time() - began < 25, f"{came[:12].decode()} after {time.time() - began:.1f} s", "25 s")


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    patience = 5
    bank = Bank(TJ, FOLDER, f"head_patience_s = {patience}\nwrite_patience_s = 3\n")
    staff = Machine(bank, "staff")
    bank.register(staff)
    bank.start()
    staff.sign_in()
    known = town(staff)
    raw(bank)
    bombs(bank, staff, known)
    slow_bodies(bank, staff, known)
    slow(bank, staff, known, patience)
    TABLE.row("the server ends in order", bank.stop() == 0)

    authority, stranger = Authority("Our authority"), Authority("Somebody")
    authority.write(FOLDER + ".server", "localhost", server=True)
    for name, who, days in [(".ours", authority, 30), (".theirs", authority, 30), (".old", authority, -1), (".strange", stranger, 30)]:
        who.write(FOLDER + name, "acme", days)
    put(FOLDER + ".authorities", authority.certificate.public_bytes(serialization.Encoding.PEM))
    files = f'tls = "files"\ncertificate = "{FOLDER}.server.crt"\nkey = "{FOLDER}.server.key"\nclient_authorities = "{FOLDER}.authorities"\n'
    bank = Bank(TJ, FOLDER + ".tls", files, secure=True)
    bank.register(Machine(bank, "acme"), certificate=FOLDER + ".ours.crt")
    bank.start()
    certificates(bank, authority, stranger)
    second(bank)
    renewal(bank, authority)
    TABLE.row("the server over TLS ends in order", bank.stop() == 0)
    TABLE.end()


main()
