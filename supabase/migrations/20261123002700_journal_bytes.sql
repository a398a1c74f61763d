-- What the journal writes must not depend on the settings of the session that writes.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- The time zone is fixed already; bytes (the hash of an API key) would be written differently under "escape".
alter function ledger.record_in_journal() set bytea_output = 'hex';
