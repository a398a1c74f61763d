-- What a director is told is of one moment, its token too.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.holdings_token(p_account_id text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(
            ledger.netstrings(e.directive_no::text, ledger.exact(e.volume_directed_lots), ledger.exact(e.volume_filled_lots),
                ledger.exact(e.volume_closed_lots), ledger.is_closing(e.directive_no)::text), '' order by e.directive_no), ''),
            'UTF8')), 'hex'), 32)
        from ledger.exposures e where e.account_id = p_account_id);
end
$$;
comment on function ledger.holdings_token(text) is
    'Stands for all that an account holds, as of the statement that asks: of the same moment as the holdings read beside it.';

create or replace function ledger.exposures_token(p_account_id text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that under the account's lock it sees what was committed while this transaction waited for it.
    return ledger.holdings_token(p_account_id);
end
$$;

grant execute on function ledger.holdings_token(text) to director;
