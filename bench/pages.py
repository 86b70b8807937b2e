#!/usr/bin/env python3
"""Measures the pages of a sample bank: how long one takes at a steady rate, and how many a second there can be.

    bench/pages.py --tj target/release/tj --dir FOLDER [--rounds R] [--seconds S] [--rate N]

Needs cargo (the generator of bench/api is built once). `tj demo --no-serve` makes the bank, `tj serve` serves it; a visitor signs in
as its first customer, and the generator asks for that customer's pages over 64 connections on the same cores. A latency counts from when
the request was due. The goal: 99 % within 20 ms at 500 pages a second.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def serve(tj, bank):
    # One customer asks for what a town does: the bound on one caller is another matter.
    config = bank.with_suffix(".toml")
    config.write_text("[api]\ncaller_per_s = 10000000\naddress_per_s = 10000000\n")
    line = [tj, "--dir", bank, "--json", "serve", "--config", config, "--api", "127.0.0.1:0", "--flight", "off"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = ""
    while not said.rstrip().endswith("}"):
        said += process.stdout.readline() or sys.exit("tj serve did not start")
    return process, int(json.loads(said)["api"].rsplit(":", 1)[1])


def cookies(port):
    """Of a visitor who is the first customer."""
    connection = http.client.HTTPConnection("localhost", port)
    form = "name=pensioner"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://localhost:{port}"}
    connection.request("POST", "/visit", form, headers)
    response = connection.getresponse()
    response.read()
    return "; ".join(value.split(";")[0] for name, value in response.getheaders() if name.lower() == "set-cookie")


def page(port, cookie, path):
    connection = http.client.HTTPConnection("localhost", port)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
    response = connection.getresponse()
    text = response.read().decode()
    if response.status != 200:
        sys.exit(f"{path}: {response.status}")
    return text


def run(given, port, cookie, paths, rate=None):
    per_s = rate or 6_000
    job = {"address": f"127.0.0.1:{port}", "host": f"localhost:{port}", "connections": 64, "seconds": given.seconds,
           "warm_seconds": given.seconds / 5, "auth": {"kind": "cookie", "cookies": cookie},
           "wanted": {"kind": "reads", "paths": paths, "count": int(per_s * given.seconds * 1.02) + 64}}
    if rate:
        job["rate"] = rate
    done = subprocess.run([given.load], input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    if told["failed"] or set(told["statuses"]) != {"200"}:
        sys.exit(f"answers that should not come: {told}")
    return told


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tj", type=pathlib.Path, required=True)
    arguments.add_argument("--dir", type=pathlib.Path, required=True)
    arguments.add_argument("--rounds", default=3, type=int)
    arguments.add_argument("--seconds", default=6, type=float)
    arguments.add_argument("--rate", default=500, type=int)
    given = arguments.parse_args()
    given.dir.mkdir(parents=True, exist_ok=True)
    target = given.dir / "target"
    build = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", HERE / "api" / "Cargo.toml"]
    subprocess.run(build, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    given.load = target / "release" / "load"
    bank = given.dir / "pages.tj"
    subprocess.run([given.tj, "--dir", bank, "demo", "--no-serve"], check=True, stdout=subprocess.DEVNULL)
    process, port = serve(given.tj, bank)
    try:
        cookie = cookies(port)
        account = re.search(r'href="(/accounts/acc_[0-9a-f-]+)"', page(port, cookie, "/home")).group(1)
        payment = re.search(r'href="(/payments/pay_[0-9a-f-]+)"', page(port, cookie, "/home")).group(1)
        kinds = {"home": ["/home"], "an account": [account], "a payment": [payment], "pay": ["/pay"], "the front page": ["/check"],
                 "all of them in turn": ["/home", account, payment, "/pay", "/check", "/help"]}
        print(f"{'page':<22} {'p50 ms':>8} {'p99 ms':>8} {'goal':>6} {'pages/s':>9}   at {given.rate}/s, load {os.getloadavg()[0]:.1f} before")
        for name, paths in kinds.items():
            steady = [run(given, port, cookie, paths, given.rate) for _ in range(given.rounds)]
            most = [run(given, port, cookie, paths) for _ in range(given.rounds)]
            median = lambda runs, what: statistics.median(one[what] for one in runs)
            p99 = median(steady, "p99_ms")
            print(f"{name:<22} {median(steady, 'p50_ms'):>8.1f} {p99:>8.1f} {'met' if p99 <= 20 else 'MISSED':>6} {median(most, 'per_s'):>9,.0f}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


if __name__ == "__main__":
    main()
