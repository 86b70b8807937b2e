#!/usr/bin/env python3
"""The history in an S3-compatible store: moto's server, an independent implementation, on loopback.

    s3.py path/to/tj FOLDER

Makes a bank, rolls it into a bucket, kills a roll, asks, and compares with the same bank's tables in a folder. Prints a
line for each check and ends with 1 at the first that fails. Needs Python 3.11 and the package moto[server].
"""

import argparse
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

QUESTION = "SELECT count(*) AS rows, count(DISTINCT entry * 8192 + row) AS places, sum(amount) AS total FROM transfers"


def check(what, holds, seen=""):
    print(f"{'ok  ' if holds else 'FAIL'} {what}{'' if holds else f': {seen}'}", flush=True)
    if not holds:
        sys.exit(1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bank:
    def __init__(self, program, folder, environment):
        self.program, self.folder, self.environment = program, folder, environment

    def run(self, *words, timeout=300):
        return subprocess.run([self.program, "--dir", self.folder, *words], env=self.environment, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ok(self, *words):
        said = self.run(*words)
        check(f"tj {' '.join(words)[:60]}", said.returncode == 0, said.stderr)
        return said.stdout


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("tj")
    arguments.add_argument("folder", type=pathlib.Path)
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    folder = given.folder / "s3.tj"
    shutil.rmtree(folder, ignore_errors=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{url}/tables", method="PUT"), timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        else:
            check("the store answers", False)
        secrets = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        bank = Bank(given.tj, str(folder), {**os.environ, **secrets})
        bank.ok("internal-post", "--count", "40000")
        settings = folder / "bank.toml"
        in_folder = settings.read_text(encoding="utf-8")
        before = bank.ok("query", QUESTION, "--format", "csv")
        text = in_folder.split("[history]")[0] + f"""[history]
address = "s3://tables/of/this/bank"
[history.options]
aws_endpoint = "{url}"
aws_region = "us-east-1"
aws_allow_http = "true"
"""
        settings.write_text(text, encoding="utf-8")
        # A roll is killed while it writes; the next one does it again.
        roll = subprocess.Popen([given.tj, "--dir", str(folder), "history", "roll"], env=bank.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.4)
        roll.kill()
        roll.wait()
        after = bank.ok("query", QUESTION, "--format", "csv")
        check("the tables in the store hold what those in the folder held", after == before, f"{before} {after}")
        rows, places, _ = after.splitlines()[1].split(",")
        check("each row once", rows == places and int(rows) > 30_000, after)
        status = bank.ok("history", "status")
        check("the status names the store", "s3://tables/of/this/bank" in status and "0 segments" not in status, status)
        check("every file is as it was written", bank.run("history", "verify").returncode == 0)
        # Gone: said with the address, and nothing is lost.
        server.kill()
        server.wait()
        said = bank.run("query", QUESTION)
        check("without the store the program says so", said.returncode == 1 and "s3://tables" in said.stderr, said.stderr)
        settings.write_text(in_folder, encoding="utf-8")
        check("and the folder still answers", bank.ok("query", QUESTION, "--format", "csv") == before)
    finally:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
