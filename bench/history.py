#!/usr/bin/env python3
"""tj and DuckDB, the same questions over the same Parquet files, in one run, two threads each.

    bench/history.py --tj target/release/tj --dir FOLDER [--transfers N] [--rounds R]

Needs Python 3.11 and the package duckdb. The folder keeps the bank, so that a second run measures alone. Each
question's rows are compared; a difference is an error. Prints a table and, with --json FILE, writes the figures.
"""

import argparse
import csv
import decimal
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def questions():
    parts = (HERE / "history" / "questions.sql").read_text(encoding="utf-8").split("\n-- question ")[1:]
    for part in parts:
        name, sql = part.split("\n", 1)
        yield name.strip(), sql.strip().rstrip(";")


def same_form(value):
    """Texts of both sides in one form: numbers without trailing zeros, days without a time."""
    text = "" if value is None else str(value)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return format(decimal.Decimal(text).normalize(), "f")
    return {"true": "1", "false": "0"}.get(text.lower(), re.sub(r"[T ]00:00:00.*$", "", text))


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return sorted(tuple(map(same_form, row)) for row in list(csv.reader(file))[1:])


def duck(folder, threads, rounds, segments):
    import duckdb

    base = duckdb.connect()
    base.execute(f"SET threads = {threads}")
    base.execute("CREATE SCHEMA stored")
    for table in sorted(os.listdir(folder / "history")):
        # What was posted beside the questions is rolled meanwhile; those files were not asked.
        files = sorted((folder / "history" / table).glob("*.parquet"))
        files = [str(file) for file in files if int(file.stem) < segments]
        if table != "manifest" and files:
            base.execute(
                f"CREATE VIEW stored.{table} AS SELECT * FROM read_parquet({files}, union_by_name = true)"
            )
    measured = []
    for name, sql in questions():
        rows = base.execute(sql).fetchall()
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            base.execute(sql).fetchall()
            times.append((time.perf_counter() - start) * 1e3)
        measured.append((name, times, sorted(tuple(map(same_form, row)) for row in rows)))
    return measured, duckdb.__version__


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tj", required=True)
    arguments.add_argument("--dir", required=True, type=pathlib.Path)
    arguments.add_argument("--transfers", default=10_000_000, type=int)
    arguments.add_argument("--beside", default=2_000_000, type=int)
    arguments.add_argument("--rounds", default=5, type=int)
    arguments.add_argument("--threads", default=2, type=int)
    arguments.add_argument("--json", type=pathlib.Path)
    given = arguments.parse_args()
    command = [given.tj, "--dir", given.dir, "--json", "bench", "history", "--transfers", str(given.transfers),
               "--rounds", str(given.rounds), "--beside", str(given.beside),
               "--questions", HERE / "history" / "questions.sql"]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    measured, version = duck(given.dir, given.threads, given.rounds, told["segments_asked"])
    wrong = []
    ratios = []
    print(f"DuckDB {version}, {given.threads} threads each, medians of {given.rounds}")
    print(f"{'question':<48} {'tj ms':>9} {'DuckDB ms':>10} {'ratio':>6}  rows")
    for at, (ours, (name, times, rows)) in enumerate(zip(told["questions"], measured)):
        theirs = statistics.median(times)
        ratio = ours["median_ms"] / theirs
        ratios.append(ratio)
        same = rows_of(given.dir / "answers" / f"{at:02}.csv") == rows
        if not same:
            wrong.append(name)
        print(f"{name:<48} {ours['median_ms']:>9.2f} {theirs:>10.2f} {ratio:>6.2f}  {len(rows)}{'' if same else '  DIFFERENT'}")
        ours["duckdb_ms"], ours["ratio"] = theirs, ratio
    print(f"ratio: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}")
    beside = told["beside"]
    print(f"statement() of one account {told['statement_ms']:.2f} ms")
    print(f"rolled {told['roll_per_s']:,.0f} transfers/s; {told['bytes_per_transfer']:.1f} bytes a transfer")
    print(f"paying keeps {100 * beside['kept']:.1f} % of {beside['alone_per_s']:,.0f}/s while asked;"
          f" fresh after {beside['fresh_visible_ms']:.1f} ms, in the quiet after {beside['fresh_in_quiet_ms']:.1f} ms")
    print(f"load before {told['load_before']}, after {told['load_after']}")
    if given.json:
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    if wrong:
        sys.exit(f"different answers: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
