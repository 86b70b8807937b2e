#!/usr/bin/env bash
# Measures a PostgreSQL of its own, with its default durable settings, on two double-entry loads:
#   set_based  batches of 8,190 transfers between 10,000 accounts, one client, one commit a batch
#   single     one transfer a commit, 32 clients
# The rival is treated well: the batches already lie in a table of the server (no wire, no parsing), amounts are
# bigint and not numeric, ids ascend, and the limit of a batch is checked on its sum. Prints one JSON object.
set -euo pipefail

usage="usage: bench/postgres.sh [--batches N] [--seconds N] [--accounts N] [--dir DIR] [--serve]
  --batches   batches of 8,190 transfers measured, after a tenth as many to warm up (default 240)
  --seconds   how long the 32 clients run, after a fifth of it to warm up (default 20)
  --accounts  accounts the transfers fall on (default 10000)
  --dir       an empty folder on the disk to measure (default: a new one under TMPDIR)
  --serve     measures nothing: prints where the server listens as JSON, and ends it when standard input ends"
batches=240 seconds=20 accounts=10000 folder= serve=
batch=8190 clients=32
while [ $# -gt 0 ]; do
  case "$1" in
    --batches) batches=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --accounts) accounts=$2; shift 2 ;;
    --dir) folder=$2; shift 2 ;;
    --serve) serve=yes; shift ;;
    --help|-h) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done
say() { echo "postgres.sh: $*" >&2; }

# Where the server is; installed only when it is nowhere.
find_server() {
  local folder program
  for folder in "$(dirname "$(readlink -f "$(command -v initdb || echo /nowhere/initdb)")")" \
    $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    for program in initdb pg_ctl psql pgbench; do [ -x "$folder/$program" ] || continue 2; done
    echo "$folder"
    return
  done
  return 1
}
if ! bin=$(find_server); then
  say "PostgreSQL is missing; apt-get installs it"
  as_root=; [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update -qq >&2 && $as_root apt-get install -y -qq --no-install-recommends postgresql >&2
  bin=$(find_server) || { say "PostgreSQL could not be installed; install it and run this again"; exit 1; }
fi

folder=${folder:-$(mktemp -d "${TMPDIR:-/tmp}/tj-postgres.XXXXXX")}
mkdir -p "$folder"
[ -z "$(ls -A "$folder")" ] || { say "$folder is not empty; give an empty folder"; exit 2; }
filesystem=$(stat -f -c %T "$folder")
[ "$filesystem" != tmpfs ] || say "$folder is in memory: what it measures is not durable; use --dir"

# PostgreSQL refuses to run as root, so root borrows a user.
as=()
if [ "$(id -u)" = 0 ]; then
  user=postgres; id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$folder"
  as=(runuser -u "$user" --)
fi
cd /
data="$folder/data"
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'say "line $LINENO failed"' ERR
"${as[@]}" "$bin/initdb" -D "$data" -U bench -A trust -E UTF8 --locale=C >"$folder.log" 2>&1 ||
  { cat "$folder.log" >&2; rm -f "$folder.log"; exit 1; }
rm -f "$folder.log"
"${as[@]}" "$bin/pg_ctl" -D "$data" -w -l "$folder/server.log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$folder'" start >/dev/null
sql() { "${as[@]}" "$bin/psql" -h "$folder" -U bench -d postgres -v ON_ERROR_STOP=1 -qAt "$@"; }

if [ -n "$serve" ]; then
  echo "{\"socket\": \"$folder\", \"pid\": $(head -n 1 "$data/postmaster.pid"), \"version\": \"$(sql -c "SHOW server_version" | cut -d' ' -f1)\"}"
  cat >/dev/null
  exit 0
fi

say "schema, $accounts accounts, $((batches + batches / 10)) batches of $batch"
sql -v accounts="$accounts" <<'SQL'
CREATE TABLE accounts (
  id             int PRIMARY KEY,
  debits_posted  bigint NOT NULL DEFAULT 0,
  credits_posted bigint NOT NULL DEFAULT 0,
  credit_limit   bigint NOT NULL,
  CHECK (debits_posted <= credits_posted + credit_limit)
);
CREATE TABLE transfers (
  id        uuid PRIMARY KEY,
  debit     int NOT NULL,
  credit    int NOT NULL,
  amount    bigint NOT NULL CHECK (amount > 0),
  booked_at timestamptz NOT NULL DEFAULT now(),
  CHECK (debit <> credit)
);
-- What one client would have sent; unlogged, because sending it is not the server's work.
CREATE UNLOGGED TABLE incoming (batch int, id uuid, debit int, credit int, amount bigint);
CREATE SEQUENCE next_batch;
CREATE SEQUENCE next_id;
INSERT INTO accounts (id, credit_limit) SELECT n, 1000000000000 FROM generate_series(1, :accounts) n;

-- One batch: the rows, then each account once with the sum of what happened to it.
CREATE FUNCTION post_batch(wanted int) RETURNS bigint LANGUAGE sql AS $$
  WITH posted AS (
    INSERT INTO transfers (id, debit, credit, amount)
    SELECT id, debit, credit, amount FROM incoming WHERE batch = wanted
    ON CONFLICT (id) DO NOTHING
    RETURNING debit, credit, amount
  ), sides AS (
    SELECT debit AS account, amount AS debits, 0 AS credits FROM posted
    UNION ALL SELECT credit, 0, amount FROM posted
  ), sums AS (
    SELECT account, sum(debits)::bigint AS debits, sum(credits)::bigint AS credits FROM sides GROUP BY account
  ), moved AS (
    UPDATE accounts a SET debits_posted = debits_posted + debits, credits_posted = credits_posted + credits
    FROM sums WHERE a.id = account RETURNING 1
  )
  SELECT count(*) FROM moved;
$$;

-- One transfer; accounts are taken in one order, so that two clients never wait for each other in a ring.
CREATE FUNCTION post_one(the_debit int, the_credit int, the_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF the_debit < the_credit THEN
    UPDATE accounts SET debits_posted = debits_posted + the_amount WHERE id = the_debit;
    UPDATE accounts SET credits_posted = credits_posted + the_amount WHERE id = the_credit;
  ELSE
    UPDATE accounts SET credits_posted = credits_posted + the_amount WHERE id = the_credit;
    UPDATE accounts SET debits_posted = debits_posted + the_amount WHERE id = the_debit;
  END IF;
  INSERT INTO transfers (id, debit, credit, amount)
  VALUES (lpad(to_hex(nextval('next_id')), 32, '0')::uuid, the_debit, the_credit, the_amount);
END $$;
SQL
warm=$((batches / 10 > 0 ? batches / 10 : 1))
sql -v accounts="$accounts" -v rows="$(((batches + warm) * batch))" -v batch="$batch" <<'SQL'
SELECT setseed(0.5);
INSERT INTO incoming
SELECT (n - 1) / :batch + 1, lpad('f' || lpad(to_hex(n), 12, '0'), 32, '0')::uuid, debit,
       (debit + floor(random() * (:accounts - 1))::int) % :accounts + 1, 1 + floor(random() * 10000)::bigint
FROM (SELECT n, 1 + floor(random() * :accounts)::int AS debit FROM generate_series(1, :rows) n) picked;
CREATE INDEX ON incoming (batch);
ANALYZE incoming;
CHECKPOINT;
SQL

pgbench() { (cd "$folder" && "${as[@]}" "$bin/pgbench" -h "$folder" -U bench -n -M prepared "$@" postgres); }
script() { printf '%s\n' "$2" >"$folder/$1"; chmod 644 "$folder/$1"; }
# Nearest-rank percentile of the latencies (column 3 of pgbench's log, microseconds), in milliseconds.
percentile() { cat "$folder"/"$1".* | awk '{print $3}' | sort -n | awk -v p="$2" '{v[NR]=$1} END {i=int(NR*p/100+0.999999); if(i<1)i=1; printf "%.2f", v[i]/1000}'; }
per_second() { awk '/^tps = /{printf "%.2f", $3}' "$1"; }
memory_mb() {
  local main; main=$(head -n 1 "$data/postmaster.pid")
  { echo "$main"; pgrep -P "$main"; } | while read -r pid; do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
    awk '/^Pss:/{sum+=$2} END {printf "%.0f", sum/1024}'
}

load_before=$(cut -d' ' -f1 /proc/loadavg)
script set.sql "SELECT post_batch(nextval('next_batch')::int);"
pgbench -c 1 -t "$warm" -f set.sql >/dev/null
say "set-based: $batches batches"
pgbench -c 1 -t "$batches" -f set.sql -l --log-prefix=set >"$folder/set.out"
set_memory=$(memory_mb)
bytes=$(sql -c "SELECT pg_total_relation_size('transfers') / count(*) FROM transfers")
balanced=$(sql -c "SELECT sum(debits_posted) = sum(credits_posted) AND sum(debits_posted) = (SELECT sum(amount) FROM transfers) FROM accounts")
posted=$(sql -c "SELECT count(*) FROM transfers")
[ "$balanced" = t ] && [ "$posted" = $(((batches + warm) * batch)) ] || { say "the books do not balance"; exit 1; }

sql -c "CHECKPOINT"
script single.sql "\\set debit random(1, $accounts)
\\set credit 1 + (:debit + random(0, $accounts - 2)) % $accounts
\\set amount random(1, 10000)
SELECT post_one(:debit, :credit, :amount);"
pgbench -c "$clients" -j 2 -T $((seconds / 5 > 0 ? seconds / 5 : 1)) -f single.sql >/dev/null
say "single transfers: $clients clients, $seconds s"
pgbench -c "$clients" -j 2 -T "$seconds" -f single.sql -l --log-prefix=single >"$folder/single.out"
grep -q 'failed transactions: 0 ' "$folder/single.out" || say "$(grep failed "$folder/single.out")"

set_per_s=$(per_second "$folder/set.out" | awk -v b="$batch" '{printf "%.0f", $1*b}')
setting() { printf '"%s": "%s"' "$1" "$(sql -c "SHOW $1")"; }
cat <<JSON
{
  "set_based_per_s": $set_per_s,
  "set_based_p50_ms": $(percentile set 50),
  "set_based_p99_ms": $(percentile set 99),
  "single_per_s": $(per_second "$folder/single.out" | awk '{printf "%.0f", $1}'),
  "single_p50_ms": $(percentile single 50),
  "single_p99_ms": $(percentile single 99),
  "bytes_per_transfer": $bytes,
  "memory_mb": $set_memory,
  "load": {
    "accounts": $accounts, "batch": $batch, "batches": $batches, "clients": $clients, "seconds": $seconds
  },
  "machine": {
    "cores": $(nproc), "filesystem": "$filesystem",
    "load_before": $load_before, "load_after": $(cut -d' ' -f1 /proc/loadavg)
  },
  "settings": {
    "version": "$(sql -c "SHOW server_version" | cut -d' ' -f1)", $(setting fsync), $(setting synchronous_commit),
    $(setting full_page_writes), $(setting wal_sync_method), $(setting shared_buffers)
  }
}
JSON
