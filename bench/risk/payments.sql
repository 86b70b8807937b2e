-- The payments of the bank's history as rivals get them: what docs/features.md counts, amounts in thousandths.
SELECT entry, "row", transfer_hi, transfer_lo, CAST(time AS BIGINT) AS ns, debit_key AS payer, credit_key AS payee,
       CAST(amount * 1000 AS BIGINT) AS amount
FROM stored.transfers
WHERE phase_no IN (0, 1) AND (flags & 24576) = 0
ORDER BY entry, "row"
