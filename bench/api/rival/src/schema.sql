-- Treated well: integers and not decimals, one call a payment, accounts taken in one order, no more indexes than the reads need.
CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE payments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  key text NOT NULL UNIQUE,
  request bytea NOT NULL,
  debit int NOT NULL,
  credit int NOT NULL CHECK (debit <> credit),
  amount bigint NOT NULL CHECK (amount > 0),
  booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON payments (debit, booked_at DESC);
CREATE INDEX ON payments (credit, booked_at DESC);
INSERT INTO accounts SELECT n, 1000000000000 FROM generate_series(1, 100000) n;

-- One payment: what was done under a key is told again, other content under it is an error.
CREATE FUNCTION pay(the_key text, the_request bytea, the_debit int, the_credit int, the_amount bigint,
                    OUT id text, OUT outcome text) LANGUAGE plpgsql AS $$
DECLARE known bytea;
BEGIN
  INSERT INTO payments (key, request, debit, credit, amount) VALUES (the_key, the_request, the_debit, the_credit, the_amount)
  ON CONFLICT (key) DO NOTHING RETURNING payments.id::text INTO id;
  IF id IS NULL THEN
    SELECT p.id::text, p.request INTO id, known FROM payments p WHERE p.key = the_key;
    outcome := CASE WHEN known = the_request THEN 'replayed' ELSE 'key_reused' END;
    RETURN;
  END IF;
  IF the_debit > the_credit THEN UPDATE accounts a SET balance = balance + the_amount WHERE a.id = the_credit; END IF;
  UPDATE accounts a SET balance = balance - the_amount WHERE a.id = the_debit AND balance >= the_amount;
  IF NOT FOUND THEN RAISE EXCEPTION 'exceeds_balance'; END IF;
  IF the_debit < the_credit THEN UPDATE accounts a SET balance = balance + the_amount WHERE a.id = the_credit; END IF;
  outcome := 'posted';
END $$;

-- Many: rows, then each account once. All stand or fall together.
CREATE FUNCTION pay_many(keys text[], debits int[], credits int[], amounts bigint[]) RETURNS SETOF text LANGUAGE sql AS $$
  WITH posted AS (
    INSERT INTO payments (key, request, debit, credit, amount)
    SELECT key, '', debit, credit, amount FROM unnest(keys, debits, credits, amounts) AS t (key, debit, credit, amount)
    ON CONFLICT (key) DO NOTHING RETURNING id, debit, credit, amount
  ), sums AS (
    SELECT account, sum(change)::bigint AS change FROM (
      SELECT debit AS account, -amount AS change FROM posted UNION ALL SELECT credit, amount FROM posted
    ) sides GROUP BY account ORDER BY account
  ), moved AS (
    UPDATE accounts a SET balance = balance + change FROM sums WHERE a.id = account RETURNING 1
  )
  SELECT id::text FROM posted WHERE (SELECT count(*) FROM moved) > 0;
$$;
