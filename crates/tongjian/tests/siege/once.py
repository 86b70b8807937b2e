#!/usr/bin/env python3
"""One key, one posting: a hundred at once, and whatever the moment in which the server is killed.

    pip install cryptography
    once.py path/to/tj folder [--long]
"""

import json
import random
import socket
import subprocess
import threading
import time

from bank import Bank, Machine, Table, arguments, dial, everything, order, town

TJ, FOLDER, LONG = arguments()
TABLE = Table("once")
ROUNDS = 60 if LONG else 6
AT_ONCE = 16


def request(staff, key, body):
    """A payment as bytes."""
    path = "/api/v1/payments"
    text = json.dumps(body)
    headers = {**staff.headers("POST", path), "Host": f"localhost:{staff.bank.port}", "Content-Type": "application/json", "Idempotency-Key": key, "Connection": "close", "Content-Length": str(len(text))}
    return (f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + text).encode()


def booked(staff, account):
    return staff.send("GET", f"/accounts/{account}/balance").json["booked"]["amount"]


def at_once(bank, staff, known):
    """A hundred connections, each with the same order under the same key, let go in the same moment."""
    target = known["of_bert"]["id"]
    before = booked(staff, target)
    pay = order(known["of_anna"]["id"], target, "1.00")
    prepared = [request(staff, "hundred-at-once", pay) for _ in range(100)]
    streams = [dial(bank) for _ in prepared]
    gate, answers = threading.Barrier(len(streams)), []

    def go(stream, data):
        gate.wait()
        stream.sendall(data)
        answers.append(everything(stream).split(b"\r\n")[0])

    threads = [threading.Thread(target=go, args=pair) for pair in zip(streams, prepared)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {kind: sum(kind in answer for answer in answers) for kind in (b" 201 ", b" 409 ")}
    after = booked(staff, target)
    once = round(100 * (float(after) - float(before))) == 100
    TABLE.row("100 requests at once with one key are one posting", once and sum(kinds.values()) == 100, f"{kinds[b' 201 ']} answered 201, {kinds[b' 409 ']} 409; {before} became {after}", "1 posting")


def killed(bank, staff, known):
    """Orders under way when the server dies: each is done once, and who asks again under the same key learns it."""
    random.seed(7)
    target, pay = known["of_bert"]["id"], order(known["of_anna"]["id"], known["of_bert"]["id"], "0.01")
    before = booked(staff, target)
    unanswered, replayed, wrong = 0, 0, 0
    for number in range(ROUNDS):
        keys = [f"killed-{number:03}-{n:02}" for n in range(AT_ONCE)]
        prepared = [request(staff, key, pay) for key in keys]
        streams = [dial(bank) for _ in keys]
        for stream, data in zip(streams, prepared):
            stream.sendall(data)
        # Some rounds die before anything is durable, most between the commit and the answers.
        time.sleep(random.random() * 0.012)
        bank.kill()
        answered = []
        for stream in streams:
            stream.settimeout(2)
            answered.append(b" 201 " in everything(stream)[:20])
            stream.close()
        bank.start()
        staff.sign_in()
        for key, known_before in zip(keys, answered):
            came = staff.send("POST", "/payments", pay, key)
            again = came.headers.get("Idempotent-Replayed") == "true"
            wrong += came.status != 201 or (known_before and not again)
            unanswered += again and not known_before
            replayed += again
    after = booked(staff, target)
    wanted = ROUNDS * AT_ONCE
    moved = round(100 * (float(after) - float(before)))
    TABLE.row("kill -9 between commit and answer, then the same key again: one posting each", wrong == 0 and moved == wanted, f"{ROUNDS} kills, {wanted} orders, {moved} postings; {unanswered} were durable and unanswered, {replayed} in all replayed", "one posting each")
    TABLE.row("some were caught between commit and answer", unanswered > 0, unanswered, ">= 1")


def main():
    bank = Bank(TJ, FOLDER)
    staff = Machine(bank, "staff")
    bank.register(staff)
    bank.start()
    staff.sign_in()
    known = town(staff)
    at_once(bank, staff, known)
    killed(bank, staff, known)
    TABLE.row("the server ends in order", bank.stop() == 0)
    verified = subprocess.run([TJ, "verify", FOLDER], capture_output=True, text=True)
    TABLE.row("the whole journal verifies", verified.returncode == 0, verified.stdout.strip().split("\n")[-1])
    TABLE.end()


main()
