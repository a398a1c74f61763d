-- A connection keeps a plan that it made while the month was nearly empty, and one signal for thousands of accounts
-- writes faster than statistics follow: each account was then looked for among all that were decided before it. What
-- these functions read, and the keys that their inserts are checked against, is found by an index however little there is.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter function ledger.is_decided(ledger.signal_outbox, text) set enable_seqscan = off;
alter function ledger.is_meant(ledger.signal_outbox, ledger.exposures) set enable_seqscan = off;
alter function ledger.is_overtaken(ledger.signal_outbox, text, timestamptz) set enable_seqscan = off;
alter function ledger.issue_directive(ledger.signal_outbox, text, jsonb, timestamptz) set enable_seqscan = off;
alter function ledger.recheck_open(ledger.signal_outbox, jsonb, timestamptz) set enable_seqscan = off;
alter function ledger.holdings_token(text) set enable_seqscan = off;
