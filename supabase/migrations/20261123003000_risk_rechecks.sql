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

create or replace function ledger.risk_facts(p_signal ledger.signal_outbox, p_account ledger.accounts, p_subscription ledger.subscriptions)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.at();
    v_facts jsonb;
begin
    -- Closes and new stops pass by all limits.
    if p_signal.action <> 'open' then
        return '{}';
    end if;
    v_facts := pg_catalog.jsonb_build_object(
        'equity_marks', case when pg_catalog.num_nonnulls(p_account.max_daily_loss, p_account.max_drawdown) > 0 then (
            select pg_catalog.jsonb_build_object('day', m.day, 'day_start_equity', ledger.exact(m.day_start_equity),
                'high_water_equity', ledger.exact(m.high_water_equity))
            from ledger.equity_marks m
            where m.account_id = p_account.account_id and m.since >= coalesce(p_account.equity_marks_since, '-infinity')) end,
        'losing_streak', case when p_account.max_consecutive_losses is not null
            then ledger.losing_streak(p_account.account_id, p_account.max_consecutive_losses) end,
        'spread_points', case when p_account.max_spread_points is not null
            then ledger.latest_spread(p_account.account_id, p_signal) end,
        'groups', case when p_account.max_open_positions_group is not null then (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('group_id', g.group_id, 'symbols', g.symbols) order by g.group_id)
            from ledger.correlation_groups g where p_signal.symbol = any (g.symbols)) end,
        'news_windows', (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('currency', w.currency,
                'starts_at', ledger.utc(w.starts_at), 'ends_at', ledger.utc(w.ends_at), 'label', w.label)
                order by w.currency, w.starts_at, w.ends_at)
            from ledger.news_windows w where w.enabled and w.starts_at <= v_at and w.ends_at > v_at));
    if ledger.judges_holdings(p_account, p_subscription) then
        v_facts := v_facts || pg_catalog.jsonb_build_object(
            'exposures_token', ledger.holdings_token(p_account.account_id),
            'holdings', coalesce((select pg_catalog.jsonb_agg(ledger.holding_document(e) order by e.directive_no)
                from ledger.exposures e where e.account_id = p_account.account_id), '[]'));
    end if;
    return pg_catalog.jsonb_strip_nulls(v_facts);
end
$$;

grant execute on function ledger.holdings_token(text) to director;
