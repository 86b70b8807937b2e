#!/usr/bin/env python3
"""Asks a bank over Arrow Flight SQL with the clients other people use, and ends at the first thing that is wrong.

    pip install adbc-driver-flightsql adbc-driver-manager pyarrow duckdb cryptography
    tj demo --no-serve --dir bank.tj --customers 40000 && flight.py path/to/tj bank.tj

The bank needs at least one sealed segment; `tj demo --no-serve --customers 40000` makes two. The script starts the
server itself, several times, and prints a line for each thing it has seen to be right.
"""

import datetime
import decimal
import glob
import hashlib
import ipaddress
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow as pa
import pyarrow.flight as fl
from adbc_driver_flightsql import DatabaseOptions

from passes import Program

TJ, BANK = sys.argv[1], sys.argv[2]
ROWS_WANTED = 1_000_000
ONLY_READS = "only read"
# What was asked, as the table `queries` should have it: asker, hash of the text, rows or None, end.
ASKED = []


def right(what, holds, seen=""):
    print(f"{'ok  ' if holds else 'FAIL'} {what}" + (f" ({seen})" if seen else ""), flush=True)
    if not holds:
        SERVER.kill()
        sys.exit(1)


def refused(what, act, *words, kind=Exception):
    """`act` must fail, with these words in what it says."""
    try:
        act()
    except kind as error:
        said = str(error)
        missing = [word for word in words if word not in said]
        right(what, not missing, f"said {said[:160]!r}, without {missing}" if missing else "")
        return
    right(what, False, "it was not refused")


def asked(asker, text, rows, end="complete"):
    ASKED.append((f"client:{PROGRAMS[asker].name}", hashlib.sha256(text.encode()).hexdigest(), rows, end))


def tj(*line, code=0):
    done = subprocess.run([TJ, "--dir", BANK, *line], capture_output=True, text=True, timeout=600)
    if done.returncode != code:
        print(f"FAIL tj {' '.join(line)}: exit {done.returncode}, wanted {code}\n{done.stderr}")
        sys.exit(1)
    return done.stdout


class Server:
    """`tj serve` on a port of its own choice."""

    process = None

    def start(self, *more, address="127.0.0.1:0"):
        line = [TJ, "--dir", BANK, "--json", "serve", "--api", "127.0.0.1:0", "--flight", address, "--roll-every", "1s", *more]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        said = ""
        while not said.rstrip().endswith("}"):
            piece = self.process.stdout.readline()
            if not piece:
                print("FAIL the server did not start")
                sys.exit(1)
            said += piece
        self.ready = json.loads(said)
        self.uri = self.ready["flight_sql"]

    def stop(self):
        """Its exit code, and how long it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30), time.monotonic() - start
        except subprocess.TimeoutExpired:
            return None, 30.0

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()

    def cpu_s(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, seconds):
        before = self.cpu_s()
        time.sleep(seconds)
        return (self.cpu_s() - before) / seconds


SERVER = Server()
# A name is given once in a bank's life, and this may be the bank's second run.
PROGRAMS = {name: Program(f"{name}-{os.getpid()}") for name in ["ana", "bob"]}


def passes():
    """A pass of each program, good for ten minutes."""
    return [program.pass_at(SERVER.ready["api"]) for program in PROGRAMS.values()]


# Just enough of Protocol Buffers to speak Flight SQL by hand.
def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def command(name, body=b""):
    url = f"type.googleapis.com/arrow.flight.protocol.sql.{name}".encode()
    return field(1, url) + (field(2, body) if body else b"")


def statement(text):
    return fl.FlightDescriptor.for_command(command("CommandStatementQuery", field(1, text.encode())))


def bearer(token, **headers):
    pairs = [(b"authorization", f"Bearer {token}".encode())]
    pairs += [(name.replace("_", "-").encode(), str(value).encode()) for name, value in headers.items()]
    return fl.FlightCallOptions(headers=pairs, timeout=120)


def fetch(client, text, options, asker="ana"):
    info = client.get_flight_info(statement(text), options)
    table = client.do_get(info.endpoints[0].ticket, options).read_all()
    asked(asker, text, table.num_rows)
    return table


def adbc_connection(**options):
    return adbc.connect(SERVER.uri, db_kwargs=options, autocommit=True)


def signing_in(ana):
    client = fl.connect(SERVER.uri)
    one = statement("SELECT 1")
    with_token = client.get_flight_info(one, bearer(ana))
    for who, options in [("no pass", fl.FlightCallOptions(timeout=20)), ("a bad pass", bearer("bad"))]:
        empty = pa.table({"a": [1]}).schema
        calls = {
            "get_flight_info": lambda: client.get_flight_info(one, options),
            "get_schema": lambda: client.get_schema(one, options),
            "do_get": lambda: client.do_get(with_token.endpoints[0].ticket, options).read_all(),
            "do_put": lambda: client.do_put(one, empty, options)[0].close(),
            "do_exchange": lambda: client.do_exchange(one, options)[1].read_all(),
            "do_action": lambda: list(client.do_action(fl.Action("CancelQuery", b""), options)),
            "list_actions": lambda: client.list_actions(options),
            "list_flights": lambda: list(client.list_flights(b"", options)),
        }
        for name, call in calls.items():
            refused(f"{who}: {name} is refused", call, "unauthenticated", "opens with a pass of the bank")
    header = client.authenticate_basic_token(PROGRAMS["ana"].name, ana)
    right("name and pass as user and password give the bearer token", header == (b"authorization", f"Bearer {ana}".encode()))
    refused("another's name with this pass is refused", lambda: client.authenticate_basic_token(PROGRAMS["bob"].name, ana), kind=fl.FlightUnauthenticatedError)
    refused("a wrong password is refused", lambda: client.authenticate_basic_token(PROGRAMS["ana"].name, "x"), kind=fl.FlightUnauthenticatedError)
    actions = {action.type for action in client.list_actions(bearer(ana))}
    right("the actions are those there are", actions == {"CreatePreparedStatement", "ClosePreparedStatement", "CancelQuery", "CancelFlightInfo"})


def asking(ana):
    text = "SELECT CAST(12.345 AS DECIMAL(38,3)) AS money, '余额 — ж' AS words, DATE '2026-11-23' AS day, CAST(NULL AS INT) AS nothing"
    row = (decimal.Decimal("12.345"), "余额 — ж", datetime.date(2026, 11, 23), None)
    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {ana}"}
    for way, options in [("a bearer token", options), ("name and pass", {"username": PROGRAMS["ana"].name, "password": ana})]:
        with adbc_connection(**options) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            right(f"ADBC with {way} gets the values as they are", cursor.fetchall() == [row])
            asked("ana", text, 1)
    table = fetch(fl.connect(SERVER.uri), text, bearer(ana))
    right("pyarrow gets the same", tuple(table.to_pylist()[0].values()) == row)
    nothing = fetch(fl.connect(SERVER.uri), "SELECT entry FROM transfers WHERE entry < 0", bearer(ana))
    right("an answer without rows has its columns", nothing.num_rows == 0 and nothing.schema.names == ["entry"])


def preparing(ana, bob):
    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {ana}"}
    with adbc_connection(**options) as connection, connection.cursor() as cursor:
        plain = "SELECT count(*) FROM transfers WHERE amount >= 100 AND currency = 'CNY'"
        cursor.execute(plain)
        expected = cursor.fetchall()
        asked("ana", plain, 1)
        filled = "SELECT count(*) FROM transfers WHERE amount >= $1 AND currency = $2"
        for values in [(100, "CNY"), (decimal.Decimal("100.00"), "CNY")]:
            cursor.execute(filled, values)
            right(f"parameters {values} give what the literals give", cursor.fetchall() == expected and expected[0][0] > 0, expected[0][0])
            asked("ana", filled, 1)
        cursor.execute(filled, (100, "ZZZ"))
        right("other parameters give another answer", cursor.fetchall() == [(0,)])
        asked("ana", filled, 1)
        refused("parameters that are missing are asked for", lambda: cursor.execute("SELECT $1 + 1, $2"), "2 parameters")
        refused("too few parameters are refused", lambda: cursor.execute("SELECT $1 + 1, $2", (1,)), "2 parameters")
        schema = cursor.adbc_execute_schema("SELECT 1 AS a, 'x' AS b")
        right("ADBC learns the columns without asking", schema.names == ["a", "b"])
        refused("executemany is refused", lambda: cursor.executemany(filled, [(1, "CNY"), (2, "CNY")]))
    client = fl.connect(SERVER.uri)
    action = fl.Action("CreatePreparedStatement", command("ActionCreatePreparedStatementRequest", field(1, b"SELECT 42 AS x")))
    result = next(iter(client.do_action(action, bearer(ana)))).body.to_pybytes()
    handle = unpack(unpack(result)[2])[1]
    prepared = fl.FlightDescriptor.for_command(command("CommandPreparedStatementQuery", field(1, handle)))
    info = client.get_flight_info(prepared, bearer(ana))
    right("a prepared query is fetched by hand", client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all().to_pydict() == {"x": [42]})
    asked("ana", "SELECT 42 AS x", 1)
    direct = fl.Ticket(command("CommandPreparedStatementQuery", field(1, handle)))
    right("and with its handle as ticket", client.do_get(direct, bearer(ana)).read_all().to_pydict() == {"x": [42]})
    asked("ana", "SELECT 42 AS x", 1)
    refused("another's handle is refused", lambda: client.get_flight_info(prepared, bearer(bob)), "ticket or handle")
    refused("another's ticket is refused", lambda: client.do_get(info.endpoints[0].ticket, bearer(bob)).read_all(), "ticket or handle")
    close = fl.Action("ClosePreparedStatement", command("ActionClosePreparedStatementRequest", field(1, handle)))
    right("it is closed", list(client.do_action(close, bearer(ana))) == [])


def unpack(message):
    """Fields of a message whose fields are all bytes."""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        length = number()
        fields[key >> 3] = message[at:at + length]
        at += length
    return fields


def only_reading(ana):
    client = fl.connect(SERVER.uri)
    writes = [
        "DROP VIEW bank.transfers", "DROP TABLE stored.transfers", "INSERT INTO stored.transfers VALUES (1)",
        "COPY (SELECT 1) TO '/tmp/tj-copied.csv'", "SET datafusion.execution.batch_size = 1",
        "CREATE TABLE t AS SELECT 1", "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "UPDATE transfers SET amount = 0", "DELETE FROM transfers", "SELECT 1 INTO t", "TRUNCATE TABLE transfers",
        "WITH x AS (DELETE FROM transfers RETURNING 1) SELECT 1",
    ]
    for text in writes:
        body = field(1, text.encode())
        prepare = fl.Action("CreatePreparedStatement", command("ActionCreatePreparedStatementRequest", body))
        refused(f"asking {text!r} is refused", lambda: client.get_flight_info(statement(text), bearer(ana)), ONLY_READS)
        refused(f"preparing {text!r} is refused", lambda: list(client.do_action(prepare, bearer(ana))), ONLY_READS)
        refused(f"the columns of {text!r} are refused", lambda: client.get_schema(statement(text), bearer(ana)), ONLY_READS)
    refused("two statements are refused", lambda: client.get_flight_info(statement("SELECT 1; DROP VIEW bank.transfers"), bearer(ana)), "one query at a time")
    rows = pa.table({"a": [1]})

    def put(name, text=b"DELETE FROM transfers"):
        descriptor = fl.FlightDescriptor.for_command(command(name, field(1, text)))
        writer, reader = client.do_put(descriptor, rows.schema, bearer(ana))
        writer.write_table(rows)
        writer.done_writing()
        reader.read()
        writer.close()

    for name in ["CommandStatementUpdate", "CommandPreparedStatementUpdate", "CommandStatementIngest"]:
        refused(f"{name} is refused", lambda: put(name, b"" if name == "CommandStatementIngest" else b"x"), "only reads")
    for name, request in [("BeginTransaction", "ActionBeginTransactionRequest"), ("BeginSavepoint", "ActionBeginSavepointRequest")]:
        begin = fl.Action(name, command(request))
        refused(f"{name} is refused", lambda: list(client.do_action(begin, bearer(ana))), "only reads")
    right("nothing was copied", not os.path.exists("/tmp/tj-copied.csv"))
    right("and the tables are there", fetch(client, "SELECT count(*) AS n FROM transfers", bearer(ana)).column("n")[0].as_py() > 0)
    refused("a query that is none is refused with words", lambda: client.get_flight_info(statement("SELEC 1"), bearer(ana)), "SELEC")
    refused("a table that is not there is named", lambda: client.get_flight_info(statement("SELECT * FROM nowhere"), bearer(ana)), "nowhere")


def looking_around(ana):
    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {ana}"}
    with adbc_connection(**options) as connection:
        catalogs = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        right("there is one catalogue", [c["catalog_name"] for c in catalogs] == ["tongjian"])
        schemas = {s["db_schema_name"]: s["db_schema_tables"] for s in catalogs[0]["catalog_db_schemas"]}
        right("with its three schemas", set(schemas) == {"bank", "events", "stored"})
        tables = {t["table_name"]: [c["column_name"] for c in t["table_columns"]] for t in schemas["bank"]}
        right("with tables and their columns", tables["postings"][:4] == ["entry", "row", "leg", "account"], f"{len(tables)} in bank")
        some = connection.adbc_get_objects(depth="tables", db_schema_filter="bank", table_name_filter="post%").read_all().to_pylist()
        found = [t["table_name"] for s in some[0]["catalog_db_schemas"] for t in s["db_schema_tables"]]
        right("patterns are obeyed", found == ["postings"], found)
        schema = connection.adbc_get_table_schema("postings", db_schema_filter="bank")
        right("a table's columns have types", schema.field("entry").type == pa.uint64())
        right("kinds of tables are listed", connection.adbc_get_table_types() == ["TABLE", "VIEW"])
        right("the server says who it is", connection.adbc_get_info()["vendor_name"] == "Tongjian")
    client = fl.connect(SERVER.uri)
    table = field(3, b"postings")
    keys = {
        "CommandGetPrimaryKeys": (table, 6), "CommandGetExportedKeys": (table, 13), "CommandGetImportedKeys": (table, 13),
        "CommandGetCrossReference": (table + field(6, b"transfers"), 13),
    }
    for name, (body, columns) in keys.items():
        info = client.get_flight_info(fl.FlightDescriptor.for_command(command(name, body)), bearer(ana))
        rows = client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all()
        right(f"{name} is empty and well-formed", rows.num_rows == 0 and rows.num_columns == columns and info.schema == rows.schema)
    for name, rows in [("CommandGetXdbcTypeInfo", 10), ("CommandGetCatalogs", 1), ("CommandGetTableTypes", 2)]:
        descriptor = fl.FlightDescriptor.for_command(command(name))
        info = client.get_flight_info(descriptor, bearer(ana))
        read = client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all()
        right(f"{name} is well-formed", read.num_rows == rows and read.schema == info.schema == client.get_schema(descriptor, bearer(ana)).schema)


def filed():
    """The newest manifest's end, and the Parquet files of the postings."""
    manifest = json.load(open(sorted(glob.glob(f"{BANK}/history/manifest/*.json"))[-1]))
    last = manifest["segments"][-1]["end_entry"] - 1
    return last, [f"{BANK}/history/{segment['files']['postings']['name']}" for segment in manifest["segments"]]


def as_of(ana):
    last, files = filed()
    client = fl.connect(SERVER.uri)
    count = "SELECT count(*) AS n, max(entry) AS last FROM postings"
    then = fetch(client, count, bearer(ana, x_tongjian_as_of=last)).to_pylist()[0]
    now = fetch(client, count, bearer(ana)).to_pylist()[0]
    parquet = duckdb.sql(f"SELECT count(*), max(entry) FROM read_parquet({files})").fetchall()[0]
    right("as of an entry is what lies in the files up to it", (then["n"], then["last"]) == parquet and then["last"] <= last, then)
    count = "SELECT count(*) AS n FROM entries"
    covered = [fetch(client, count, options).column("n")[0].as_py() for options in [bearer(ana, x_tongjian_as_of=last), bearer(ana)]]
    right("and now is more", now["n"] >= then["n"] and covered[0] == last + 1 < covered[1], f"{covered} entries")
    first = fetch(client, "SELECT time FROM entries ORDER BY entry LIMIT 1", bearer(ana)).column(0)[0].value
    moment = datetime.datetime.fromtimestamp(first // 10**9, datetime.timezone.utc).isoformat()
    begun = fetch(client, "SELECT count(*) AS n FROM entries", bearer(ana, x_tongjian_as_of=moment)).to_pylist()[0]["n"]
    later = fetch(client, "SELECT count(*) AS n FROM entries", bearer(ana)).to_pylist()[0]["n"]
    right("as of a time is what was there then", 0 < begun < later, f"{begun} of {later} entries")
    for wrong, words in [("yesterday", "entry's number"), ("999999999999", "no entry"), ("1990-01-01T00:00:00Z", "no entry")]:
        refused(f"as of {wrong} is refused", lambda: client.get_flight_info(statement("SELECT 1"), bearer(ana, x_tongjian_as_of=wrong)), words)
    info = client.get_flight_info(statement("SELECT count(*) AS n FROM entries"), bearer(ana))
    fetch(client, "SELECT 'a look, which is an entry'", bearer(ana))
    for _ in range(2):
        table = client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all()
        asked("ana", "SELECT count(*) AS n FROM entries", 1)
        right("a ticket's moment is that of its question", table.column("n")[0].as_py() == int(info.app_metadata))
    fresh = fetch(client, "SELECT count(*) AS n FROM entries", bearer(ana)).column("n")[0].as_py()
    right("and the looks since then are entries", fresh >= int(info.app_metadata) + 2)


COLUMNS = "entry, \"row\", leg, account_key, is_credit, amount, code, booking_date, value_date"


def streaming(ana):
    last, files = filed()
    text = f"SELECT {COLUMNS} FROM stored.postings"
    client = fl.connect(SERVER.uri)
    options = bearer(ana, x_tongjian_as_of=last)
    start = time.monotonic()
    info = client.get_flight_info(statement(text), options)
    chunks = [chunk.data for chunk in client.do_get(info.endpoints[0].ticket, options)]
    took = time.monotonic() - start
    over_the_wire = pa.Table.from_batches(chunks)
    asked("ana", text, over_the_wire.num_rows)
    right("messages stay small", max(chunk.nbytes for chunk in chunks) <= 3 << 20, f"{len(chunks)} messages")
    digest = f"SELECT count(*), sum(amount), sum(hash({COLUMNS})) FROM "
    typed = "(SELECT entry, \"row\", leg, account_key, is_credit, amount::DECIMAL(38,3) AS amount, code, booking_date, value_date FROM {})"
    ours = duckdb.sql(digest + typed.format("over_the_wire")).fetchall()[0]
    theirs = duckdb.sql(digest + typed.format(f"read_parquet({files})")).fetchall()[0]
    right("the rows are those DuckDB finds in the files", ours == theirs, f"{ours[0]:,} rows")
    right(f"they are at least {ROWS_WANTED:,}", ours[0] >= ROWS_WANTED)
    rate = f"{ours[0] / took:,.0f} rows/s, {over_the_wire.nbytes / took / 1e6:,.0f} MB/s, {took:.2f} s"
    right("how fast pyarrow gets them", True, rate)
    connect = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {ana}", DatabaseOptions.RPC_CALL_HEADER_PREFIX.value + "x-tongjian-as-of": str(last)}
    with adbc_connection(**connect) as connection, connection.cursor() as cursor:
        start = time.monotonic()
        cursor.execute(text)
        through_adbc = cursor.fetch_arrow_table()
        took = time.monotonic() - start
        asked("ana", text, through_adbc.num_rows)
        right("ADBC gets the same", duckdb.sql(digest + typed.format("through_adbc")).fetchall()[0] == theirs)
        right("how fast ADBC gets them", True, f"{through_adbc.num_rows / took:,.0f} rows/s, {took:.2f} s")


# Hours of work that give no row before their end.
HEAVY = "SELECT count(*) FROM stored.postings a CROSS JOIN stored.postings b WHERE (a.account_key + b.code) % 1000003 = 1000002"
# Hours of work that give rows all the time.
ENDLESS = "SELECT a.entry, b.entry AS other FROM stored.postings a CROSS JOIN stored.postings b"


def at_work(what):
    deadline = time.monotonic() + 30
    while SERVER.load(0.5) < 0.5 and time.monotonic() < deadline:
        pass
    right(f"{what}: it works", time.monotonic() < deadline)


def at_rest(what, patience_s=5):
    """A release build on a quiet machine takes well below a second; a debug build beside others may not."""
    start = time.monotonic()
    while SERVER.load(0.25) >= 0.2 and time.monotonic() - start < patience_s:
        pass
    took = time.monotonic() - start - 0.25
    right(f"{what}: nothing works any more", took < patience_s - 0.25, f"after {max(took, 0):.2f} s at most")


def cancelling(ana, bob):
    client = fl.connect(SERVER.uri)

    def begin(text=HEAVY):
        info = client.get_flight_info(statement(text), bearer(ana))
        outcome = []

        def read():
            try:
                # Chunk by chunk: pyarrow takes a cancelled `read_all` for Ctrl-C.
                outcome.extend(client.do_get(info.endpoints[0].ticket, bearer(ana)))
            except Exception as error:
                outcome.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        return info, thread, outcome

    def actions(info):
        flight = field(1, info.serialize())
        url = b"type.googleapis.com/arrow.flight.protocol.CancelFlightInfoRequest"
        return {
            "CancelFlightInfo": fl.Action("CancelFlightInfo", flight),
            "CancelFlightInfo in an Any": fl.Action("CancelFlightInfo", field(1, url) + field(2, flight)),
            "CancelQuery": fl.Action("CancelQuery", command("ActionCancelQueryRequest", flight)),
        }

    def did(action, token):
        """The last byte is the status, bare or in an Any: 1 cancelled, 3 not cancellable."""
        return [result.body.to_pybytes()[-1] for result in client.do_action(action, bearer(token))]

    for name in ["CancelFlightInfo", "CancelFlightInfo in an Any", "CancelQuery"]:
        info, thread, outcome = begin()
        at_work(name)
        action = actions(info)[name]
        refused(f"{name}: another's query is left alone", lambda: did(action, bob), "ticket or handle")
        start = time.monotonic()
        right(f"{name}: it is done", did(action, ana) == [1])
        thread.join(10)
        took = time.monotonic() - start
        right(f"{name}: who reads hears it", isinstance(outcome[0], fl.FlightCancelledError) and took < 5, f"after {took:.2f} s")
        at_rest(name)
        asked("ana", HEAVY, 0, "cancelled")
        right(f"{name}: what does not run cannot be cancelled", did(action, ana) == [3])

    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {ana}"}
    with adbc_connection(**options) as connection, connection.cursor() as cursor:
        cursor.execute(HEAVY)
        at_work("ADBC's cancel")
        threading.Timer(1, cursor.adbc_cancel).start()
        refused("ADBC's cancel ends it", cursor.fetchall, "cancel")
        at_rest("ADBC's cancel")
    asked("ana", HEAVY, 0, "cancelled")

    info = client.get_flight_info(statement(ENDLESS), bearer(ana))
    reader = client.do_get(info.endpoints[0].ticket, bearer(ana))
    read = sum(reader.read_chunk().data.num_rows for _ in range(3))
    before = resident_mib()
    time.sleep(2)
    grown = resident_mib() - before
    right("a reader who pauses is not run ahead of", grown < 100, f"{grown:.0f} MiB more in 2 s")
    reader.cancel()
    at_rest("a reader who leaves")
    asked("ana", ENDLESS, None, "cancelled")
    right("it had read something", read > 0, f"{read:,} rows")


def resident_mib():
    line = next(l for l in open(f"/proc/{SERVER.process.pid}/status") if l.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def failing(ana):
    client = fl.connect(SERVER.uri)
    text = "SELECT 1 / (entry - entry) FROM entries"
    info = client.get_flight_info(statement(text), bearer(ana))
    refused("a query that fails on the way says so", lambda: client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all(), "zero")
    asked("ana", text, 0, "failed")


def crowding(ana, bob):
    client = fl.connect(SERVER.uri)
    readers = []
    for _ in range(2):
        info = client.get_flight_info(statement(ENDLESS), bearer(ana))
        readers.append(client.do_get(info.endpoints[0].ticket, bearer(ana)))
        readers[-1].read_chunk()
        asked("ana", ENDLESS, None, "cancelled")
    info = client.get_flight_info(statement("SELECT 1"), bearer(ana))
    refused("a third query of the same caller is refused", lambda: client.do_get(info.endpoints[0].ticket, bearer(ana)).read_all(), "queries of yours")
    right("another's is not", fetch(client, "SELECT 7 AS x", bearer(bob), "bob").to_pydict() == {"x": [7]})
    info = client.get_flight_info(statement(ENDLESS), bearer(bob))
    readers.append(client.do_get(info.endpoints[0].ticket, bearer(bob)))
    readers[-1].read_chunk()
    asked("bob", ENDLESS, None, "cancelled")
    info = client.get_flight_info(statement("SELECT 1"), bearer(bob))
    refused("a fourth in all is refused", lambda: client.do_get(info.endpoints[0].ticket, bearer(bob)).read_all(), "as many queries are running")
    # Nobody reads these; the server gives them up by itself after --stall.
    deadline = time.monotonic() + 90
    while True:
        try:
            client.do_get(info.endpoints[0].ticket, bearer(bob)).read_all()
            break
        except Exception as error:
            if time.monotonic() > deadline:
                right("readers who stall give their places up", False, str(error)[:100])
            time.sleep(0.5)
    right("readers who stall give their places up", True)
    asked("bob", "SELECT 1", 1)

    # The last of them was begun later, and nothing may read it before it has given up.
    time.sleep(22)

    def rest(reader):
        while reader.read_chunk():
            pass

    for reader in readers:
        refused("and hear that they did", lambda: rest(reader), "no rows were taken")


def looks(since, through):
    """What the journal says was looked at since then."""
    text = f"SELECT asker, text_hash, row_count AS rows, ended AS \"end\", as_of, result_hash, door FROM queries WHERE entry >= {since} ORDER BY entry, \"row\""
    return through(text)


def recorded(rows):
    seen = sorted((r["asker"], r["text_hash"], r["rows"], r["end"]) for r in rows)
    wanted = sorted(ASKED, key=lambda a: (a[0], a[1], a[2] or 0, a[3]))
    free = {(a[0], a[1], a[3]) for a in ASKED if a[2] is None}
    blur = lambda rows: sorted((a, t, -1 if (a, t, e) in free else n, e) for a, t, n, e in rows)
    seen, wanted = blur(seen), blur(wanted)
    odd = [row for row in seen if row not in wanted], [row for row in wanted if row not in seen]
    right("the journal has exactly the queries that were made, with their rows", seen == wanted, f"{len(seen)} of {len(wanted)}; {odd}")
    right("whole answers have a digest and no others", all((r["result_hash"] is not None) == (r["end"] == "complete") for r in rows))
    right("the rows of those that were left are counted", all(r["rows"] > 0 for r in rows if r["text_hash"] == hashlib.sha256(ENDLESS.encode()).hexdigest()))
    right("all came through this door", {r["door"] for r in rows} == {"flight_sql"})


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    signed = builder.add_extension(x509.SubjectAlternativeName(names), False).sign(key, hashes.SHA256())
    cert, private = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    open(cert, "wb").write(signed.public_bytes(serialization.Encoding.PEM))
    open(private, "wb").write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return cert, private


def secure():
    with tempfile.TemporaryDirectory() as folder:
        cert, key = certificate(folder)
        other, _ = certificate(tempfile.mkdtemp(dir=folder))
        tj("serve", "--api", "off", "--flight", "0.0.0.0:0", code=2)
        right("other machines are not served in clear unless it is said", True)
        SERVER.start("--tls-cert", cert, "--tls-key", key, address="0.0.0.0:0")
        # The other was shut out meanwhile.
        ana = PROGRAMS["ana"].pass_at(SERVER.ready["api"])
        port = SERVER.uri.rsplit(":", 1)[1]
        right("a secure server says so", SERVER.uri.startswith("grpc+tls://"))
        SERVER.uri = f"grpc+tls://localhost:{port}"
        trusted = open(cert).read()
        client = fl.connect(SERVER.uri, tls_root_certs=trusted)
        right("pyarrow asks over TLS", fetch(client, "SELECT 5 AS x", bearer(ana)).to_pydict() == {"x": [5]})
        options = {"username": PROGRAMS["ana"].name, "password": ana, DatabaseOptions.TLS_ROOT_CERTS.value: trusted}
        with adbc_connection(**options) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 6 AS x")
            right("ADBC asks over TLS", cursor.fetchall() == [(6,)])
            asked("ana", "SELECT 6 AS x", 1)
        short = fl.FlightCallOptions(headers=[(b"authorization", f"Bearer {ana}".encode())], timeout=10)
        stranger = fl.connect(SERVER.uri, tls_root_certs=open(other).read())
        refused("who trusts another certificate does not ask", lambda: stranger.get_flight_info(statement("SELECT 1"), short), kind=fl.FlightError)
        clear = fl.connect(f"grpc+tcp://localhost:{port}")
        refused("who speaks in clear is not heard", lambda: clear.get_flight_info(statement("SELECT 1"), short), kind=fl.FlightError)


def main():
    SERVER.start("--queries-max", "3", "--queries-of-token-max", "2", "--stall", "20s")
    since = SERVER.ready["entries"]
    right("the server says where it is", SERVER.uri.startswith("grpc+tcp://127.0.0.1:"), SERVER.uri)
    with tempfile.TemporaryDirectory() as folder:
        for program in PROGRAMS.values():
            keys = os.path.join(folder, "keys.json")
            json.dump({"keys": [program.jwk]}, open(keys, "w"))
            tj("client", "add", program.name, "--scope", "queries", "--keys", keys)
    right("programs are let in while the bank is served", True)
    ana, bob = passes()
    signing_in(ana)
    asking(ana)
    preparing(ana, bob)
    only_reading(ana)
    looking_around(ana)
    as_of(ana)
    streaming(ana)
    ana, bob = passes()
    cancelling(ana, bob)
    failing(ana)
    ana, bob = passes()
    crowding(ana, bob)
    ana, bob = passes()
    client = fl.connect(SERVER.uri)
    recorded(looks(since, lambda text: client.do_get(client.get_flight_info(statement(text), bearer(ana)).endpoints[0].ticket, bearer(ana)).read_all()).to_pylist())
    tj("client", "disable", PROGRAMS["bob"].name)
    refused("a program that is shut out asks nothing from then on", lambda: client.get_flight_info(statement("SELECT 1"), bearer(bob)), kind=fl.FlightUnauthenticatedError)
    tj("status", code=5)
    right("the bank is the server's while it serves", True)
    info = client.get_flight_info(statement(HEAVY), bearer(ana))
    running = threading.Thread(target=lambda: swallow(lambda: list(client.do_get(info.endpoints[0].ticket, bearer(ana)))))
    running.start()
    at_work("SIGTERM")
    code, took = SERVER.stop()
    right("SIGTERM ends the server cleanly, with a query at work", code == 0 and took < 12, f"exit {code} after {took:.1f} s")
    running.join(10)
    last = json.loads(tj("--json", "query", "SELECT ended FROM queries ORDER BY entry DESC LIMIT 1"))
    right("which the journal has as cancelled", "cancelled" in json.dumps(last), json.dumps(last)[:120])
    secure()
    code, _ = SERVER.stop()
    right("the secure server ends cleanly", code == 0)
    tj("verify", BANK)
    right("the bank verifies from its first entry", True)
    print("all right")


def swallow(act):
    try:
        act()
    except Exception:
        pass


try:
    main()
finally:
    SERVER.kill()
