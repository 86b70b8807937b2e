#!/usr/bin/env python3
"""The door of questions: no way out of one SELECT, nothing that policy hides, and nobody kept waiting by who asks too much.

    pip install cryptography
    sql.py path/to/tj folder [--long]
"""

import glob
import json
import os
import sys
import threading
import time
import uuid

from bank import Bank, Machine, Table, arguments, order, town

TJ, FOLDER, LONG = arguments()
TABLE = Table("sql")
SECRETS = ["Wang Guixiang", "Li Daming", "1948-03-02", "rent for the back room"]

WRITES = [
    "DROP TABLE transfers", "DROP VIEW transfers", "DROP SCHEMA bank", "CREATE TABLE t AS SELECT 1", "CREATE VIEW t AS SELECT 1",
    "CREATE OR REPLACE VIEW transfers AS SELECT 1", "CREATE SCHEMA s", "CREATE DATABASE d", "CREATE FUNCTION f() RETURNS INT RETURN 1",
    "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE UNBOUNDED EXTERNAL TABLE t STORED AS PARQUET LOCATION 's3://a/b'",
    "INSERT INTO transfers SELECT * FROM transfers", "UPDATE transfers SET amount = 0", "DELETE FROM transfers", "TRUNCATE TABLE transfers",
    "MERGE INTO transfers USING transfers t ON true WHEN MATCHED THEN DELETE",
    "COPY (SELECT 1) TO '/tmp/tj-siege.csv'", "COPY transfers TO '/tmp/tj-siege.parquet' STORED AS PARQUET", "COPY transfers FROM '/etc/passwd'",
    "SET datafusion.execution.batch_size = 1", "RESET ALL", "SHOW ALL", "SHOW TABLES", "USE stored", "BEGIN", "COMMIT", "ROLLBACK",
    "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "DECLARE c CURSOR FOR SELECT 1", "CALL f()", "DO 'x'", "LOAD 'x.so'",
    "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT * FROM transfers", "EXPLAIN ANALYZE INSERT INTO transfers SELECT * FROM transfers",
    "ANALYZE TABLE transfers", "GRANT ALL ON transfers TO PUBLIC", "VACUUM", "ATTACH '/etc/passwd' AS p", "PRAGMA database_list", "KILL 1",
    "SELECT 1; DROP TABLE transfers", "SELECT 1; SELECT 2", "SELECT 1;; COPY (SELECT 1) TO '/tmp/tj-siege.csv'",
    "SELECT * INTO t FROM transfers", "SELECT * FROM transfers FOR UPDATE", "WITH x AS (DELETE FROM transfers RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO transfers VALUES (1) RETURNING *) SELECT * FROM x", "/* SELECT 1 */ DROP TABLE transfers", "-- SELECT 1\nDROP TABLE transfers",
    "(SELECT 1) UNION ALL (COPY (SELECT 1) TO '/tmp/tj-siege.csv')", "FROM '/etc/passwd' SELECT *",
]
OUTSIDE = [
    "SELECT * FROM '/etc/passwd'", "SELECT * FROM \"/etc/passwd\"", "SELECT * FROM 'file:///etc/passwd'", "SELECT * FROM 'http://127.0.0.1/x.csv'",
    "SELECT * FROM 's3://bucket/x.parquet'", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_parquet('/tmp/*.parquet')",
    "SELECT * FROM read_json('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('/*')", "SELECT * FROM parquet_metadata('/x')",
    "SELECT * FROM parquet_scan('/x')", "SELECT * FROM csv_scan('/etc/passwd')", "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')",
    "SELECT getenv('PATH')", "SELECT current_setting('data_directory')", "SELECT load_extension('x')", "SELECT system('id')", "SELECT xp_cmdshell('id')",
    "SELECT * FROM dblink('host=x', 'SELECT 1')", "SELECT * FROM pg_ls_dir('/')", "SELECT * FROM metadata_cache()", "SELECT * FROM statistics_cache()",
    "SELECT * FROM list_files_cache()", "SELECT * FROM stored.\"../keys/master.key\"",
]
MASKED = [
    "SELECT * FROM parties", "SELECT * FROM events.parties", "SELECT * FROM stored.parties", "SELECT * FROM attachments", "SELECT * FROM events.attachments",
    "SELECT CAST(p AS VARCHAR) FROM parties p", "SELECT name FROM parties ORDER BY name DESC", "SELECT min(name), max(name) FROM parties",
    "SELECT string_agg(CAST(name AS VARCHAR), ',') FROM parties", "SELECT CASE WHEN name LIKE 'Wang%' THEN 'yes' ELSE 'no' END AS hit FROM parties",
    "SELECT count(*) AS hit FROM parties WHERE name LIKE 'Wang%'", "SELECT count(*) AS hit FROM parties WHERE name > 'A'",
    "SELECT a.party FROM parties a JOIN parties b ON a.name = b.name", "SELECT CAST(name AS INT) FROM parties", "SELECT 1 / length(name) FROM parties",
    "SELECT text FROM attachments", "SELECT to_timestamp(text) FROM attachments", "SELECT arrow_cast(name, 'Int64') FROM parties",
    "SELECT * FROM information_schema.tables", "SELECT * FROM information_schema.columns", "SELECT * FROM information_schema.df_settings",
    "SELECT * FROM information_schema.views", "SELECT * FROM information_schema.routines", "SELECT * FROM queries",
]


def asked(machine, text, **more):
    return machine.send("POST", "/queries", {"sql": text, **more})


def nothing_but_reading(bank, queries):
    bad = []
    for text in WRITES + OUTSIDE:
        came = asked(queries, text)
        if came.status != 422 or came.code != "invalid":
            bad.append((text, came.status, came.data[:200]))
        if any(word in came.data.decode() for word in ("root:", FOLDER, "No such file", "os error")):
            bad.append((text, "says too much", came.data[:300]))
    for what in bad:
        print("    ", what)
    TABLE.row("statements that write, read files or call the machine are refused", not bad, f"{len(WRITES) + len(OUTSIDE)} tried, {len(bad)} not refused as they should be", "0")
    TABLE.row("and nothing was written", not glob.glob("/tmp/tj-siege*"))
    chain = lambda word, item: word.join([item] * (60_000 // len(word + item)))
    for what, text in [
        ("30,000 brackets", "SELECT " + "(" * 30_000 + "1" + ")" * 30_000), ("unions without end", chain(" UNION ALL ", "SELECT 1")),
        ("ORs without end", "SELECT 1 WHERE " + chain(" OR ", "1=2")), ("sums without end", "SELECT " + chain("+", "1")),
        ("joins without end", "SELECT 1 FROM accounts a " + chain(" ", "NATURAL JOIN accounts")), ("casts without end", "SELECT 1" + chain("", "::INT")),
        ("IS NULLs without end", "SELECT 1" + chain("", " IS NULL")), ("signs without end", "SELECT " + chain("", "- ") + "1"), ("NOTs without end", "SELECT " + chain("", "NOT ") + "true"),
        ("queries within queries", "SELECT * FROM (" * 2_000 + "SELECT 1" + ")" * 2_000),
    ]:
        began = time.time()
        came = asked(queries, text)
        TABLE.row(f"a query of {what}", bank.alive() and came.status == 422 and time.time() - began < 5, f"{len(text)} bytes: {came.status} {came.code} in {time.time() - began:.2f} s", "422, 5 s")
    # As many as there may be: the stack holds them.
    for what, text in [
        ("unions", " UNION ALL ".join(["SELECT 1"] * 490)), ("sums", "SELECT " + "+".join(["1"] * 490)), ("ORs", "SELECT 1 WHERE " + " OR ".join(["1=2"] * 245)),
        ("casts", "SELECT 1" + "::INT" * 490), ("IS NULLs", "SELECT 1" + " IS NULL" * 490), ("texts", "SELECT " + "||".join(["'a'"] * 490)),
        ("joins", "SELECT count(*) FROM accounts " + "".join(f"JOIN (SELECT 1 AS x{n}) t{n} ON x{n} > 0 " for n in range(240))),
    ]:
        began = time.time()
        came = asked(queries, text)
        TABLE.row(f"as many {what} as there may be", bank.alive() and came.status in (200, 422, 503), f"{came.status} {came.code} in {time.time() - began:.2f} s", "the server is there")
        if came.status == 503:
            time.sleep(2)


def hidden(queries, known):
    leaks = []
    for text in MASKED:
        came = asked(queries, text)
        words = came.data.decode()
        if any(secret in words for secret in SECRETS) or FOLDER in words:
            leaks.append((text, words[:300]))
        if '"hit"' in words and came.status == 200:
            hits = [row[0] for row in came.json["rows"]]
            if any(hit not in ("no", "0", 0) for hit in hits):
                leaks.append((text, hits))
    for what in leaks:
        print("    ", what)
    TABLE.row("names and texts come out in no way", not leaks, f"{len(MASKED)} ways tried, {len(leaks)} told something", "0")


def who(staff, known, anna):
    came = asked(anna, "SELECT 1")
    TABLE.row("a customer's program asks no tables, whatever its scopes", came.status == 403, f"{came.status} {came.code}")
    came = asked(staff, "SELECT count(*) AS n FROM queries")
    TABLE.row("every question that was answered is an entry", came.status == 200 and int(came.json["rows"][0][0]) > 0, came.json["rows"][0][0] if came.status == 200 else came.data)


def greedy(bank, queries):
    """Questions that never end, and texts that never end."""
    before = bank.memory_kib()[0]
    for what, text in [
        ("a product of all with all", "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b, generate_series(1, 1000000) c"),
        ("a thousand million million numbers", "SELECT sum(value) FROM generate_series(1, 1000000000000000)"),
        ("a text of two thousand million letters", "SELECT length(repeat('x', 2000000000))"),
        ("the same on the left", "SELECT length(lpad('x', 2000000000, 'y'))"),
        ("a list of a thousand million", "SELECT cardinality(array_repeat(1, 1000000000))"),
        ("a list of numbers", "SELECT cardinality(range(1, 1000000000))"),
        ("an expression that doubles", "SELECT length(a) FROM (SELECT a||a AS a FROM (SELECT a||a AS a FROM (SELECT a||a AS a FROM (SELECT CAST(entry AS VARCHAR) AS a FROM transfers))))"),
    ]:
        bank.forget_peak()
        began = time.time()
        came = asked(queries, text)
        took, grew = time.time() - began, (bank.memory_kib()[1] - before) / 1024
        TABLE.row(f"a query of {what}", bank.alive() and took < 20 and grew < 1_100 and came.status in (200, 422, 503), f"{came.status} {came.code} after {took:.1f} s, grew {grew:.0f} MiB", "20 s, 1100 MiB")
    began, came = time.time(), None
    while time.time() - began < 10:
        came = asked(queries, "SELECT 1")
        if came.status == 200:
            break
        time.sleep(0.1)
    TABLE.row("and others are answered again at once", came.status == 200, f"after {time.time() - began:.2f} s", "10 s")


def main():
    bank = Bank(TJ, FOLDER, "patience_s = 4\n")
    staff, queries, anna = (Machine(bank, name) for name in ("staff", "analysis", "anna"))
    bank.register(staff)
    bank.register(queries, ["queries"])
    bank.start()
    staff.sign_in()
    known = town(staff)
    said = order(known["till"]["id"], known["of_anna"]["id"], "1.00", text="rent for the back room", text_of=known["anna"]["id"])
    staff.make("/payments", said)
    bank.stop()
    bank.register(anna, party=known["anna"]["id"])
    bank.start()
    for machine in (staff, queries, anna):
        machine.sign_in()
    nothing_but_reading(bank, queries)
    hidden(queries, known)
    who(staff, known, anna)
    greedy(bank, queries)
    TABLE.row("the server ends in order", bank.stop() == 0)
    TABLE.end()


main()
