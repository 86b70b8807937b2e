#!/usr/bin/env python3
"""Asks every operation of the API with what its OpenAPI document allows and with what it does not, as schemathesis makes it
up, once for each kind of program: the bank's own, a customer's, and one for each scope. Nothing may fail, and no answer may be
one that the document does not know.

    pip install cryptography schemathesis
    fuzz.py path/to/tj folder [--long]
"""

import json
import os
import subprocess
import sys
import time

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bank import SCOPES, Bank, Machine, Table, arguments, order, town

TJ, FOLDER, LONG = arguments()
HERE = os.path.dirname(os.path.abspath(__file__))
SEED = "20261128"
# All of schemathesis's checks but these.
WITHOUT = {
    # Needs several users that schemathesis signs up by itself; rights.py asks for everything of each customer as the other.
    "object_level_authorization",
}
# Fields whose faults no schema can say; where they stand in a body or a query. Each is explained at its operation.
BEYOND = [
    # The calendar, and a day before another.
    r"/value_date", r"\?from", r"\?to", r"/until",
    # More entries, records or pages than there are.
    r"\?as_of", r"\?after", r"@Last-Event-ID", r"/as_of",
    # SQL; who an owner is; whose text it is; which places a currency's money has.
    r"/sql", r"/owners/[0-9]+", r"/text_of", r"/amount", r"/amount/(amount|currency)", r"/per_(payment|day)/(amount|currency)",
    # A currency beyond ISO 4217; a field that goes with another one alone.
    r"/currency", r"/money/(currency|amount)", r"/timeout_s", r"/mark", r"/other",
    # What is no address; control letters, and what turns the reading order around.
    r"/url", r"/description", r"/text", r"/reason", r"/fields.*", r"/reference",
]


def told(bank, machine, scope, ids):
    pem = machine.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = f"{FOLDER}.as.json"
    with open(file, "w") as out:
        json.dump({
            "origin": bank.origin, "port": bank.port, "name": machine.name, "key": pem, "scope": scope, "ids": ids, "beyond": BEYOND,
        }, out)
    return file


def ask(bank, machine, scope, ids, examples, phases):
    """One run of schemathesis: what it says of itself, and the time it took."""
    report = f"{FOLDER}.report.json"
    if os.path.exists(report):
        os.remove(report)
    config = f"{FOLDER}.schemathesis.toml"
    with open(config, "w") as out:
        # A stream of events never ends: its beginning is looked at.
        out.write("max-stream-events = 1\nrequest-timeout = 8\n\n[checks]\n")
        # A made-up tag, a body or a head that is too large have statuses of their own.
        refused = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 431]
        out.write(f"negative_data_rejection.expected-statuses = {[str(status) for status in refused]}\n")
        # Where If-Match is missing, RFC 6585 has a status of its own.
        out.write('missing_required_header.expected-statuses = ["400", "401", "403", "422", "428"]\n')
    line = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file", config, "run", f"{bank.origin}/api/v1/openapi.json",
        "--checks", "all", "--exclude-checks", ",".join(sorted(WITHOUT)), "--phases", phases, "--seed", SEED,
        "--generation-deterministic", "--max-examples", str(examples), "--workers", "1", "--continue-on-failure", "--no-shrink",
        "--report", "json", "--report-json-path", report, "--no-color", "--warnings", "off",
    ]
    environment = {**os.environ, "PYTHONPATH": HERE, "SCHEMATHESIS_HOOKS": "fuzz_hooks", "TJ_SIEGE_AS": told(bank, machine, scope, ids)}
    began = time.time()
    done = subprocess.run(line, capture_output=True, text=True, env=environment, cwd=os.path.dirname(FOLDER), timeout=3_600)
    if not os.path.exists(report):
        print(done.stdout[-4_000:], done.stderr[-4_000:])
        return None, time.time() - began
    if done.returncode != 0:
        print(done.stdout[-20_000:])
    return json.load(open(report)), time.time() - began


def main():
    table = Table("fuzz")
    bank = Bank(TJ, FOLDER)
    staff, customer = Machine(bank, "staff"), Machine(bank, "customer")
    bank.register(staff)
    bank.start()
    staff.sign_in()
    known = town(staff)
    reserved = staff.make("/payments", order(known["till"]["id"], known["of_anna"]["id"], mode="reserve"))
    staff.send("POST", f"/cases/{known['paid']['anna']['id'].replace('pay_', 'case_')}/steps", {"step": "open"})
    bank.stop()
    bank.register(customer, party=known["anna"]["id"])
    bank.start()
    payments = [known["paid"]["anna"]["id"], known["paid"]["bert"]["id"], reserved["id"]]
    ids = {
        "acc": [known[name]["id"] for name in ("of_anna", "of_bert", "till")],
        "pty": [known["anna"]["id"], known["bert"]["id"]],
        "pay": payments,
        "case": [payment.replace("pay_", "case_") for payment in payments],
        # No program may place a block, so that there is none.
        "hold": [known["till"]["id"].replace("acc_", "hold_")],
    }
    everything = " ".join(SCOPES)
    if LONG:
        runs = [(staff, everything, 60, "examples,coverage,fuzzing,stateful"), (customer, everything, 40, "coverage,fuzzing,stateful")]
        runs += [(staff, scope, 6, "fuzzing") for scope in SCOPES]
    else:
        runs = [(staff, everything, 3, "coverage,fuzzing"), (customer, everything, 2, "fuzzing")]
    cases = 0
    for machine, scope, examples, phases in runs:
        who = f"{machine.name} ({'every scope' if scope is everything else scope})"
        report, took = ask(bank, machine, scope, ids, examples, phases)
        if report is None:
            table.row(f"schemathesis as {who}", False, "it did not run")
            continue
        generated = report["test_cases"]["generated"]
        failures = report["test_cases"].get("failed", report["test_cases"].get("failures", 0))
        cases += generated
        table.row(f"schemathesis as {who}", report["exit_code"] == 0, f"{generated} cases in {took:.0f} s, exit {report['exit_code']}, {failures} failed", "0 failures")
    table.row("cases of all kinds of programs", cases >= (5_000 if LONG else 500), cases, ">= 5000" if LONG else ">= 500")
    table.row("the server is there and in order", bank.alive() and bank.stop() == 0)
    verified = subprocess.run([TJ, "verify", FOLDER], capture_output=True, text=True)
    table.row("the whole journal verifies", verified.returncode == 0, verified.stdout.strip().split("\n")[-1])
    table.end()


main()
