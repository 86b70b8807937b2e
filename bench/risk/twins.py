#!/usr/bin/env python3
"""Every feature and every rule a second time, over a whole bank's history, and how many payments they differ on.

    bench/risk/twins.py --tj target/release/tj --bank FOLDER --dir FOLDER [--by-duckdb] [--in-history]

Each feature has a second definition as a query (`tj risk features --queries`), which `tj query` answers from the tables of
the history; with --by-duckdb, for a bank too large for that, DuckDB answers the same queries from the same tables, exported
whole. What the program computes for each payment comes from `tj bench features`. Rules are judged again by DuckDB,
which shares no code with ours, from the features that the queries gave; with --in-history also by `tj query` itself, as
one query for each rule, from the transfers to the payments it speaks of. What the model says has no query: rules that
look at it are left out of that, and its own number is taken into the score. Needs Python 3.11 and the package duckdb. The
folder keeps the answers; what is there is not asked again. Ends with an error if anything differs.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PACK = HERE.parent.parent / "rulebook" / "risk" / "payments" / "pack.toml"
MODEL = "model_ppm"
OUTCOMES = ["approve", "ask", "hold", "refuse"]
# Payments of one query: the history holds the different counterparties of each of them in memory at once.
SLICE = 20_000


def told(*command):
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def answer(given, name, sql):
    """The file with the answer of one query over the history."""
    path = given.dir / f"{name}.parquet"
    if path.exists():
        return path
    start, partial = time.perf_counter(), path.with_suffix(".partial")
    command = [given.tj, "--dir", given.bank, "query", "-", "--format", "parquet", "--output", partial,
               "--memory-mib", "8192", "--timeout-s", "7200"]
    subprocess.run([str(word) for word in command], check=True, input=sql.encode(), stdout=subprocess.DEVNULL)
    partial.rename(path)
    print(f"{name}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return path


def by_key(sql):
    """The same query where one joins on either side of a payment: as it stands, every row would be held against every
    other. Nobody pays from an account to itself, so each payment is found once by each of its two sides."""
    either = "LEFT JOIN pay h ON (h.payer = p.payer OR h.payee = p.payer) AND"
    sides = "(SELECT *, payer AS side FROM pay UNION ALL SELECT *, payee AS side FROM pay)"
    return sql.replace(either, f"LEFT JOIN {sides} h ON h.side = p.payer AND")


def slices(base):
    """The first and last entry of each part of the history that is asked for at once."""
    last = base.execute("SELECT entry, count(*) FROM payments GROUP BY entry ORDER BY entry").fetchall()
    parts, first, count = [], 0, 0
    for entry, payments in last:
        count += payments
        if count >= SLICE:
            parts.append((first, entry))
            first, count = entry + 1, 0
    return parts + [(first, last[-1][0])] if count else parts


def export(given, base, twins):
    """The tables of the history that queries name, as DuckDB's own; moments as nanoseconds, as the queries take them."""
    base.execute("CREATE SCHEMA stored")
    # Whole numbers are divided as the history's query engine divides them.
    base.execute("SET integer_division = true")
    for table in sorted(set(re.findall(r"stored\.(\w+)", " ".join(twin["sql"] for twin in twins)))):
        said = told(given.tj, "--dir", given.bank, "--json", "query", "SELECT column_name, data_type FROM information_schema.columns"
                    f" WHERE table_schema = 'stored' AND table_name = '{table}' ORDER BY ordinal_position")
        columns = [f"CAST({name} AS BIGINT) AS {name}" if kind.startswith("Timestamp") else f'"{name}"'
                   for name, kind in columns_of(said)]
        file = answer(given, f"table-{table}", f"SELECT {', '.join(columns)} FROM stored.{table}")
        base.execute(f"CREATE TABLE stored.{table} AS SELECT * FROM read_parquet('{file}')")


def columns_of(said):
    """Names and types of columns from what `tj query --json` says."""
    return [(row["column_name"], row["data_type"]) for row in said["rows"]]


def twin_by_duckdb(given, base, number, sql):
    path = given.dir / f"duck-{number}.parquet"
    if not path.exists():
        start, partial = time.perf_counter(), path.with_suffix(".partial")
        base.execute(f"COPY ({sql}) TO '{partial}' (FORMAT parquet)")
        partial.rename(path)
        print(f"{path.stem}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return [path]


def twin_files(given, number, sql, parts):
    """The answers of a feature's query, by parts of the history where it joins payments with each other."""
    groups = ' GROUP BY p.entry, p."row"'
    if groups not in sql or len(parts) == 1:
        return [answer(given, f"twin-{number}", sql)]
    return [answer(given, f"twin-{number}-{first}", sql.replace(groups, f" WHERE p.entry BETWEEN {first} AND {last}{groups}"))
            for first, last in parts]


def computed(given, names):
    """The program's own features of every payment, and what the rules say of each."""
    if not (given.dir / "judged.jsonl").exists():
        told(given.tj, "--dir", given.bank, "--json", "bench", "features", "--features", ",".join(names),
             "--sample", str(10**12), "--output", given.dir)
    return given.dir / "features.csv", given.dir / "judged.jsonl"


def compare_features(base, twins, units):
    """For each feature: payments, how many differ, how many values are neither missing nor zero."""
    found = {}
    for number, twin in enumerate(twins):
        for name in twin["features"]:
            # The program counts money in thousandths.
            times = " * 1000" if units[name].startswith("main units") else ""
            rows, different, known = base.execute(
                f"SELECT count(*), count(*) FILTER (o.{name} IS DISTINCT FROM CAST(t.{name}{times} AS BIGINT)),"
                f" count(*) FILTER (o.{name} <> 0)"
                f" FROM twin_{number} t JOIN payments p USING (entry, \"row\") JOIN ours o USING (transfer)").fetchone()
            found[name] = {"payments": rows, "different": different, "not_zero": known}
    return found


def rule_tables(rule, twins):
    """The queries that a rule's condition needs, each with the names it takes of it."""
    words = set(re.findall(r"\w+", re.sub(r"--[^\n]*", " ", rule["condition"])))
    needed = [(number, [n for n in twin["features"] if n in words]) for number, twin in enumerate(twins)]
    return [(number, names) for number, names in needed if names]


def rule_sql(rule, twins, units, source):
    """The payments that a rule speaks of; `source` gives what stands for a feature's query."""
    tables = rule_tables(rule, twins)
    first = tables[0][0]
    value = lambda number, name: f"t{number}.{name}" + (" <> 0" if units[name] == "true or false" else "")
    columns = ", ".join(f"{value(number, name)} AS {name}" for number, names in tables for name in names)
    joins = f"{source(first)} t{first}" + "".join(
        f" JOIN {source(number)} t{number} ON t{number}.entry = t{first}.entry AND t{number}.\"row\" = t{first}.\"row\""
        for number, _ in tables[1:])
    return (f"SELECT entry, \"row\" FROM (SELECT t{first}.entry AS entry, t{first}.\"row\" AS \"row\", {columns} FROM {joins}) looked_at"
            f" WHERE ({rule['condition']}\n) ORDER BY entry, \"row\"")


def compare_rules(base, given, rules, twins, units):
    """For each rule: payments it speaks of by the program, by DuckDB, by the history; and where they differ."""
    found = {}
    for rule in rules:
        name = rule["rule"]
        if MODEL in rule["condition"]:
            continue
        base.execute(f"CREATE OR REPLACE TEMP TABLE ours_spoke AS SELECT entry, \"row\" FROM spoke JOIN payments USING (transfer)"
                     f" WHERE rule = '{name}'")
        sides = {"duckdb": rule_sql(rule, twins, units, lambda number: f"twin_{number}")}
        if given.in_history:
            file = answer(given, f"rule-{name}", rule_sql(rule, twins, units, lambda number: f"({twins[number]['sql']})"))
            sides["history"] = f"SELECT entry, \"row\" FROM read_parquet('{file}')"
        found[name] = {"payments": base.execute("SELECT count(*) FROM ours_spoke").fetchone()[0]}
        for side, sql in sides.items():
            base.execute(f"CREATE OR REPLACE TEMP TABLE theirs AS {sql}")
            one, other = "(SELECT * FROM ours_spoke)", "(SELECT * FROM theirs)"
            apart = base.execute(f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))")
            found[name][side] = {"different": apart.fetchone()[0]}
            if side == "duckdb":
                base.execute(f"INSERT INTO again SELECT entry, \"row\", '{name}' FROM theirs")
    return found


def compare_verdicts(base, rules):
    """Score and ruling from the rules DuckDB found, beside the program's."""
    head = tomllib.loads(PACK.read_text(encoding="utf-8"))
    base.execute("CREATE TEMP TABLE points (rule VARCHAR, points INT, severity INT)")
    base.executemany("INSERT INTO points VALUES (?, ?, ?)",
                     [(rule["rule"], rule["points"], OUTCOMES.index(rule["outcome"])) for rule in rules])
    by_model = [rule["rule"] for rule in rules if MODEL in rule["condition"]]
    for name in by_model:
        # Nothing but a comparison with the model's number stands in these.
        base.execute(f"INSERT INTO again SELECT entry, \"row\", '{name}' FROM judged JOIN payments USING (transfer)"
                     f" WHERE {next(rule['condition'] for rule in rules if rule['rule'] == name)}")
    return base.execute(f"""
        WITH verdicts AS (
          SELECT p.transfer, coalesce(sum(points), 0) AS score, coalesce(max(severity), 0) AS severity
          FROM payments p LEFT JOIN again USING (entry, "row") LEFT JOIN points USING (rule) GROUP BY ALL
        ), ruled AS (
          SELECT transfer, score, greatest(severity, CASE WHEN score >= {head['hold_from']} THEN 2
            WHEN score >= {head['ask_from']} THEN 1 ELSE 0 END) AS severity FROM verdicts
        )
        SELECT count(*), count(*) FILTER (r.score <> j.score OR {OUTCOMES}[r.severity + 1] <> j.ruling),
               count(*) FILTER (j.ruling <> 'approve')
        FROM ruled r JOIN judged j USING (transfer)""").fetchone()


def main():
    import duckdb

    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tj", required=True, type=pathlib.Path)
    arguments.add_argument("--bank", required=True, type=pathlib.Path)
    arguments.add_argument("--dir", required=True, type=pathlib.Path, help="keeps the answers")
    arguments.add_argument("--by-duckdb", action="store_true", help="the features' queries too, from exported tables")
    arguments.add_argument("--in-history", action="store_true", help="rules by tj query too; each joins its features anew")
    given = arguments.parse_args()
    given.dir.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    features = told(given.tj, "--json", "risk", "features")
    units = {feature["feature"]: feature["unit"] for feature in features}
    twins = told(given.tj, "--json", "risk", "features", "--queries")
    twins = [{"features": twin["features"], "sql": by_key(twin["sql"])} for twin in twins]
    rules = told(given.tj, "--json", "risk", "rules", "list")
    names = [name for twin in twins for name in twin["features"]]
    base = duckdb.connect()
    base.execute("SET threads = 2")
    csv, judged = computed(given, names)
    payments = answer(given, "payments", (HERE / "payments.sql").read_text(encoding="utf-8"))
    base.execute(f"CREATE TABLE payments AS SELECT entry, \"row\", CAST(transfer_hi AS HUGEINT) * 18446744073709551616 + transfer_lo"
                 f" AS transfer FROM read_parquet('{payments}')")
    types = ", ".join(["'transfer': 'HUGEINT'"] + [f"'{name}': 'BIGINT'" for name in names])
    base.execute(f"CREATE TABLE ours AS SELECT * FROM read_csv('{csv}', header = true, columns = {{{types}}})")
    base.execute(f"CREATE TABLE judged AS SELECT CAST(transfer AS HUGEINT) AS transfer, ruling, score, rules, features.{MODEL} AS {MODEL}"
                 f" FROM read_json('{judged}', format = 'newline_delimited', columns = {{'transfer': 'VARCHAR', 'ruling': 'VARCHAR',"
                 f" 'score': 'INT', 'rules': 'VARCHAR[]', 'features': 'STRUCT({MODEL} BIGINT)'}})")
    base.execute("CREATE TABLE spoke AS SELECT transfer, unnest(rules) AS rule FROM judged")
    base.execute("CREATE TABLE again (entry UBIGINT, \"row\" UINTEGER, rule VARCHAR)")
    parts = slices(base)
    if given.by_duckdb:
        export(given, base, twins)
    for number, twin in enumerate(twins):
        files = twin_by_duckdb(given, base, number, twin["sql"]) if given.by_duckdb else twin_files(given, number, twin["sql"], parts)
        files = [str(file) for file in files]
        base.execute(f"CREATE VIEW twin_{number} AS SELECT * FROM read_parquet({files})")
    by_feature = compare_features(base, twins, units)
    by_rule = compare_rules(base, given, rules, twins, units)
    verdicts, wrong_verdicts, stopped = compare_verdicts(base, rules)
    count = base.execute("SELECT count(*) FROM payments").fetchone()[0]
    ours, seen = (base.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("ours", "judged"))
    report(given, (count, ours, seen), by_feature, by_rule, (verdicts, wrong_verdicts, stopped), time.perf_counter() - start)


def report(given, counts, by_feature, by_rule, verdicts, seconds):
    count = counts[0]
    wrong = [name for name, found in by_feature.items() if found["different"] or found["payments"] != count]
    never = [name for name, found in by_feature.items() if not found["not_zero"]]
    wrong += [name for name, found in by_rule.items()
              if any(side["different"] for side in found.values() if isinstance(side, dict))]
    silent = [name for name, found in by_rule.items() if not found["payments"]]
    sides = "DuckDB and tj query" if given.in_history else "DuckDB"
    print(f"{count:,} payments; {len(by_feature)} features by queries over history ({'DuckDB' if given.by_duckdb else 'tj query'}), {len(by_rule)} rules by {sides}, {seconds:,.0f} s")
    print(f"rows of the program: {counts[1]:,} with features, {counts[2]:,} judged")
    print(f"values compared: {sum(found['payments'] for found in by_feature.values()):,};"
          f" different: {sum(found['different'] for found in by_feature.values()):,};"
          f" neither missing nor zero: {sum(found['not_zero'] for found in by_feature.values()):,}")
    print(f"features that were missing or zero everywhere: {', '.join(never) or 'none'}")
    for name, found in by_rule.items():
        apart = ", ".join(f"{side} differs on {value['different']}" for side, value in found.items() if isinstance(value, dict))
        print(f"    {name:<32} speaks of {found['payments']:>8,}; {apart}")
    print(f"rules that never spoke: {', '.join(silent) or 'none'}")
    print(f"verdicts, score and ruling: {verdicts[0]:,} compared, {verdicts[1]:,} different, {verdicts[2]:,} not approved")
    if wrong or verdicts[1] or verdicts[0] != count or counts[1] != count or counts[2] != count:
        sys.exit(f"different: {', '.join(wrong) or 'verdicts or rows'}")


if __name__ == "__main__":
    main()
