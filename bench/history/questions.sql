-- The questions of `tj bench history`, over the stored tables, so that DuckDB is asked the very same text over
-- the very same files. A question begins at `-- question`.

-- question one transfer by its id
SELECT entry, "row", debit_key, credit_key, amount FROM stored.transfers
WHERE transfer_hi = 7 AND transfer_lo = 654321;

-- question the postings of one account
SELECT entry, "row", leg, is_credit, amount, counter_key, booking_date FROM stored.postings
WHERE account_key = 4242 ORDER BY entry, "row", leg;

-- question one customer's year by month
SELECT date_trunc('month', p.booking_date) AS month, count(*) AS postings,
    sum(CASE WHEN p.is_credit THEN p.amount ELSE -p.amount END) AS net
FROM stored.postings p JOIN stored.role_grants g ON g.account_key = p.account_key
WHERE g.party_key = 777 GROUP BY 1 ORDER BY 1;

-- question sums by day
SELECT booking_date, count(*) AS transfers, sum(amount) AS amount FROM stored.transfers
GROUP BY booking_date ORDER BY booking_date;

-- question the counterparties of one account
SELECT counter_key, count(*) AS postings, sum(amount) AS amount FROM stored.postings
WHERE account_key = 31337 GROUP BY counter_key ORDER BY amount DESC, counter_key LIMIT 10;

-- question who pays most
SELECT debit_key, count(*) AS transfers, sum(amount) AS amount FROM stored.transfers
GROUP BY debit_key ORDER BY amount DESC, debit_key LIMIT 20;

-- question balances at a date
SELECT count(*) AS accounts, sum(balance) AS total, max(balance) AS highest, min(balance) AS lowest
FROM (SELECT account_key, sum(CASE WHEN is_credit THEN amount ELSE -amount END) AS balance
    FROM stored.postings WHERE booking_date <= DATE '2026-06-30' GROUP BY account_key) b;

-- question who pays the most different payees
SELECT debit_key, count(DISTINCT credit_key) AS payees FROM stored.transfers
WHERE booking_date BETWEEN DATE '2026-03-01' AND DATE '2026-05-31'
GROUP BY debit_key ORDER BY payees DESC, debit_key LIMIT 20;

-- question volume by kind of party
SELECT r.kind, g.role, count(*) AS postings, sum(p.amount) AS amount
FROM stored.postings p JOIN stored.role_grants g ON g.account_key = p.account_key
JOIN stored.parties r ON r.party_key = g.party_key
GROUP BY r.kind, g.role ORDER BY r.kind, g.role;

-- question the highest running balance of some accounts
SELECT account_key, max(balance) AS highest, min(balance) AS lowest FROM (
    SELECT account_key, sum(CASE WHEN is_credit THEN amount ELSE -amount END)
        OVER (PARTITION BY account_key ORDER BY entry, "row", leg
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS balance
    FROM stored.postings WHERE account_key < 2000) w
GROUP BY account_key ORDER BY account_key;

-- question the hundred largest transfers of a quarter
SELECT entry, "row", debit_key, credit_key, amount FROM stored.transfers
WHERE booking_date BETWEEN DATE '2026-07-01' AND DATE '2026-09-30'
ORDER BY amount DESC, entry, "row" LIMIT 100;

-- question amounts by size
SELECT CAST(floor(amount / 100) AS INT) AS hundreds, count(*) AS transfers FROM stored.transfers
GROUP BY 1 ORDER BY 1;
