#!/usr/bin/env python3
"""Features, rules and the write path with rules, each beside a rival, in one interleaved run.

    bench/risk.py --tj target/release/tj --dir FOLDER [--customers N] [--rounds R]

Needs Python 3.11, the package duckdb, cargo (zen-engine is built once, some ten minutes) and PostgreSQL, which
bench/postgres.sh finds or installs. The folder keeps the town's bank and the built rival, so that a second run measures
alone. DuckDB must give the same seven features for every payment, and zen-engine the same verdict: a difference is an
error. Each round runs everything once, one after the other; the table has the medians. --json FILE keeps every figure.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent / "rulebook" / "risk" / "payments"
ZEN = HERE / "risk" / "zen"
MILLION = 1_000_000


def load():
    return os.getloadavg()[0]


def told(command, **more):
    """The JSON that a command prints."""
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, **more)
    return json.loads(done.stdout)


def town(tj, folder, customers):
    """A bank of a made-up town, and its payments as a Parquet file; both are kept."""
    bank, payments = folder / "town.tj", folder / "payments.parquet"
    if not (bank / "bank.toml").exists():
        print(f"making a town of {customers:,} customers", file=sys.stderr)
        command = [tj, "--dir", bank, "--json", "demo", "--no-serve", "--customers", str(customers)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    if not payments.exists():
        command = [tj, "--dir", bank, "query", "-", "--format", "parquet", "--output", payments]
        sql = (HERE / "risk" / "payments.sql").read_bytes()
        subprocess.run(command, check=True, input=sql, stdout=subprocess.DEVNULL)
    return bank, payments


def duckdb_run(payments, threads, kept=None):
    """The seven features by DuckDB, in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--duckdb", payments, "--threads", str(threads)]
    return told(command + (["--kept", str(kept)] if kept else []))


def duckdb_here(payments, threads, kept):
    import duckdb

    base = duckdb.connect()
    base.execute(f"SET threads = {threads}")
    base.execute(f"CREATE VIEW payments AS SELECT * FROM read_parquet('{payments}')")
    sql = (HERE / "risk" / "features.sql").read_text(encoding="utf-8")
    start, used = time.perf_counter(), time.process_time()
    base.execute(f"CREATE TABLE features AS {sql}")
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    rows = base.execute("SELECT count(*) FROM features").fetchone()[0]
    answer = {"rows": rows, "seconds": wall, "cpu_seconds": cpu, "version": duckdb.__version__,
              "memory_peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if kept:
        names = [name for name, *_ in base.execute("DESCRIBE features").fetchall()][2:]
        columns = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in names)
        mine = f"SELECT CAST(transfer_hi AS HUGEINT) * 18446744073709551616 + transfer_lo AS transfer, {columns} FROM features"
        types = ", ".join(["'transfer': 'HUGEINT'"] + [f"'{name}': 'BIGINT'" for name in names])
        ours = f"SELECT transfer, {', '.join(names)} FROM read_csv('{kept}', header = true, columns = {{{types}}})"
        rival, here = (base.execute(f"SELECT count(*) FROM ({one})").fetchone()[0] for one in (mine, ours))
        apart = base.execute(f"SELECT count(*) FROM (({mine}) EXCEPT ALL ({ours}))").fetchone()[0]
        each = ", ".join(f"count(*) FILTER (m.{name} IS DISTINCT FROM o.{name})" for name in names)
        by_name = base.execute(f"SELECT {each} FROM ({mine}) m JOIN ({ours}) o USING (transfer)").fetchone()
        nonzero = ", ".join(f"count(*) FILTER ({name} <> 0)" for name in names)
        answer["compared"] = {"duckdb_rows": rival, "tj_rows": here, "different_rows": apart,
                              "different_by_feature": dict(zip(names, by_name)),
                              "not_zero": dict(zip(names, base.execute(f"SELECT {nonzero} FROM features").fetchone()))}
    print(json.dumps(answer))


def condition(sql, missing):
    """A rule's condition in zen's language. Where a feature is missing, ours does not speak; zen's must be told so."""
    sql = re.sub(r"--[^\n]*", " ", sql)
    guards = []

    def without_zero(found):
        guards.append(f"{found[1]} != 0")
        return found[1]

    zen = re.sub(r"nullif\((\w+), 0\)", without_zero, sql)
    replaced = re.findall(r"coalesce\((\w+), \w+\)", zen)
    zen = re.sub(r"coalesce\((\w+), (\w+)\)", r"(\1 ?? \2)", zen)
    guards += [f"{name} != null" for name in missing if name not in replaced and re.search(rf"\b{name}\b", zen)]
    for word, other in (("AND", "and"), ("OR", "or"), ("NOT", "not")):
        zen = re.sub(rf"\b{word}\b", other, zen)
    zen = re.sub(r"(?<![<>!=])=(?!=)", "==", zen)
    return " ".join(" and ".join(guards + [f"({zen})"]).split())


def zen_rules(tj, folder):
    """Our rules, each as zen's engine takes it."""
    head = tomllib.loads((RULES / "pack.toml").read_text(encoding="utf-8"))
    missing = [f["feature"] for f in told([tj, "--json", "risk", "features"]) if f["may_be_missing"]]
    rules = told([tj, "--json", "risk", "rules", "list"])
    for rule in rules:
        rule["condition"] = condition(rule["condition"], missing)
    path = folder / "rules.json"
    text = json.dumps({"rules": rules, "ask_from": head["ask_from"], "hold_from": head["hold_from"]}, indent=1)
    path.write_text(text, encoding="utf-8")
    return path


def zen_program(folder):
    target = folder / "zen-target"
    print("building zen-rules", file=sys.stderr)
    command = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", ZEN / "Cargo.toml"]
    subprocess.run(command, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    return target / "release" / "zen-rules"


def one_round(given, bank, payments, zen, rules):
    """Everything once, one after the other."""
    tj, out = given.tj, given.dir / "out"
    env = {name: value for name, value in os.environ.items() if name != "RUST_BACKTRACE"}
    run = lambda *words: told([tj, *words], env=env)
    before = load()
    ledger = ["--json", "bench", "ledger", "--post-only", "--transfers", str(given.transfers)]
    figures = {
        "features": run("--dir", bank, "--json", "bench", "features", "--output", out),
        "duckdb": duckdb_run(payments, 2),
        "duckdb_one": duckdb_run(payments, 1),
        "zen": told([zen, rules, out / "judged.jsonl"], env=env),
        "core": run("--json", "bench", "risk", "--payments", str(given.payments)),
        "unjudged": run(*ledger),
        "rules": run(*ledger, "--rules"),
        "model": run(*ledger, "--rules", "--model"),
        "postgres": told([HERE / "postgres.sh", "--batches", str(given.batches), "--seconds", "1",
                          *(["--dir", given.postgres_dir] if given.postgres_dir else [])]),
    }
    figures["load"] = [before, load()]
    return figures


def checked(given, bank, payments, zen, rules):
    """Whether DuckDB and zen give what ours gives, on every payment and on the whole sample."""
    out = given.dir / "out"
    told([given.tj, "--dir", bank, "--json", "bench", "features", "--output", out])
    compared = duckdb_run(payments, 2, out / "features.csv")["compared"]
    wrong = []
    if compared["different_rows"] or compared["duckdb_rows"] != compared["tj_rows"]:
        wrong.append(f"DuckDB's features differ: {compared}")
    judged = told([zen, rules, out / "judged.jsonl"])
    if any(judged["different"].values()):
        wrong.append(f"zen's verdicts differ: {judged['different']}")
    rulings = {}
    for line in (out / "judged.jsonl").read_text(encoding="utf-8").splitlines():
        ruling = json.loads(line)["ruling"]
        rulings[ruling] = rulings.get(ruling, 0) + 1
    return {"features": compared, "verdicts": judged["different"], "sample": rulings}, wrong


def median(rounds, *path):
    def value(figures):
        for name in path:
            figures = figures[name]
        return figures

    return statistics.median(value(figures) for figures in rounds)


def rows_of(rounds):
    """Each row: what, ours, rival, their unit, ratio, goal as a number, and memory in megabytes of both."""
    at = lambda *path: median(rounds, *path)
    ours = at("features", "payments") / at("features", "seconds", 0)
    ours_cpu = at("features", "payments") / at("features", "cpu_seconds", 0)
    memory = lambda name, field="memory_peak_bytes": at(name, field) / 1e6
    rival = lambda name, seconds="seconds": at(name, "rows") / at(name, seconds)
    zen, core = at("zen", "table", "ns"), at("core", "payments_per_s")
    postgres, pg_memory = at("postgres", "set_based_per_s"), at("postgres", "memory_mb")
    written = lambda name: (at(name, "transfers_per_s"), postgres, "transfers/s", at(name, "transfers_per_s") / postgres)
    duck = (memory("features"), memory("duckdb"))
    ledger = lambda name: (at(name, "rss_peak_mb"), pg_memory)
    return [
        ("seven features, replayed on 1 thread; DuckDB on 2", ours, rival("duckdb"), "payments/s",
         ours / rival("duckdb"), 1.0, duck),
        ("the same; DuckDB on 1", ours, rival("duckdb_one"), "payments/s", ours / rival("duckdb_one"), None,
         (memory("features"), memory("duckdb_one"))),
        ("the same, by processor time; DuckDB on 2", ours_cpu, rival("duckdb", "cpu_seconds"), "payments/CPU s",
         ours_cpu / rival("duckdb", "cpu_seconds"), None, duck),
        ("rules over features that are there; zen table", at("features", "rules_ns"), zen, "ns/payment",
         zen / at("features", "rules_ns"), 1.0, (memory("features"), memory("zen"))),
        ("the same; zen expressions alone", at("features", "rules_ns"), at("zen", "expressions", "ns"), "ns/payment",
         at("zen", "expressions", "ns") / at("features", "rules_ns"), None, (memory("features"), memory("zen"))),
        ("write path, no rules; PostgreSQL set-based", *written("unjudged"), None, ledger("unjudged")),
        ("write path with rules; PostgreSQL without", *written("rules"), 4.0, ledger("rules")),
        ("write path, rules and model; PostgreSQL without", *written("model"), None, ledger("model")),
        ("decision core, features and rules", core, 400_000.0, "payments/s", core / 400_000.0, 1.0,
         (memory("core", "memory_bytes"), None)),
        ("decision core, with the town's model", at("core", "with_model_per_s"), 400_000.0, "payments/s",
         at("core", "with_model_per_s") / 400_000.0, 1.0, (memory("core", "memory_bytes"), None)),
        ("decision core, 99 % of judgements, with the model", at("core", "p99_ns"), 10_000.0, "ns",
         10_000.0 / at("core", "p99_ns"), 1.0, (memory("core", "memory_bytes"), None)),
    ]


def tell(rounds, checks):
    features = rounds[0]["features"]
    print(f"{features['payments']:,} payments of the town; {features['rules']} rules; medians of {len(rounds)} rounds, interleaved;"
          f" DuckDB {rounds[0]['duckdb']['version']}, PostgreSQL {rounds[0]['postgres']['settings']['version']}")
    print(f"{'what; rival':<52} {'ours':>10} {'rival':>10} {'unit':<15} {'ratio':>6} {'goal':>5} {'':<7} memory MB")
    for what, ours, rival, unit, ratio, goal, (mine, its) in rows_of(rounds):
        said = "" if goal is None else "met" if ratio >= goal else "MISSED"
        wanted = "" if goal is None else f"{goal:g}"
        memory = f"{mine:,.0f}" + ("" if its is None else f" and {its:,.0f}")
        print(f"{what:<52} {ours:>10,.0f} {rival:>10,.0f} {unit:<15} {ratio:>6.2f} {wanted:>5} {said:<7} {memory}")
    core, judged = rounds[0]["core"], rounds[0]["rules"]
    print(f"decision core: the rival is the goal itself; {core['payments']:,} payments between {core['accounts']:,} accounts,"
          f" {core['trees']} trees")
    stopped = {name: rounds[0][name]["stopped"] for name in ("rules", "model")}
    print(f"write path: {judged['transfers']:,} transfers between {judged['accounts']:,} accounts, all judged; stopped {stopped};"
          f" engine's processor time {median(rounds, 'unjudged', 'engine_cpu_us_per_transfer'):.2f},"
          f" {median(rounds, 'rules', 'engine_cpu_us_per_transfer'):.2f},"
          f" {median(rounds, 'model', 'engine_cpu_us_per_transfer'):.2f} us a transfer")
    print(f"the same on both sides: features {checks['features']}; verdicts that differ {checks['verdicts']} of {checks['sample']}")
    print(f"load average {rounds[0]['load'][0]:.1f} before, {max(load for r in rounds for load in r['load']):.1f} at most,"
          f" {rounds[-1]['load'][1]:.1f} after")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tj", type=pathlib.Path)
    arguments.add_argument("--dir", type=pathlib.Path, help="keeps the town's bank and the built rival")
    arguments.add_argument("--customers", default=20_000, type=int)
    arguments.add_argument("--rounds", default=5, type=int)
    arguments.add_argument("--transfers", default=MILLION, type=int, help="of each write path")
    arguments.add_argument("--payments", default=MILLION, type=int, help="of the decision core")
    arguments.add_argument("--batches", default=120, type=int, help="of 8,190 transfers, by PostgreSQL")
    arguments.add_argument("--postgres-dir", type=pathlib.Path, help="an empty folder on the disk to measure")
    arguments.add_argument("--json", type=pathlib.Path)
    # How this script starts itself for DuckDB.
    arguments.add_argument("--duckdb", help=argparse.SUPPRESS)
    arguments.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("--kept", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.duckdb:
        duckdb_here(given.duckdb, given.threads, given.kept)
        return
    if not given.tj or not given.dir:
        arguments.error("give --tj and --dir")
    given.tj, given.dir = given.tj.resolve(), given.dir.resolve()
    given.dir.mkdir(parents=True, exist_ok=True)
    os.chdir(given.dir)
    zen = zen_program(given.dir)
    bank, payments = town(given.tj, given.dir, given.customers)
    rules = zen_rules(given.tj, given.dir)
    checks, wrong = checked(given, bank, payments, zen, rules)
    if wrong:
        sys.exit("; ".join(wrong))
    rounds = []
    for number in range(given.rounds):
        print(f"round {number + 1} of {given.rounds}, load {load():.1f}", file=sys.stderr)
        rounds.append(one_round(given, bank, payments, zen, rules))
    tell(rounds, checks)
    if given.json:
        given.json.write_text(json.dumps({"checks": checks, "rounds": rounds}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
