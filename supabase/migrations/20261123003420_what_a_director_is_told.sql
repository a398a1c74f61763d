-- A director is told what it decides by: the spread whatever the limits, for bought positions are sized by it; the news
-- that begin while a directive may still be waiting; marks of equity once they have moved with the money; and the token
-- of the same moment as the holdings beside it.
set lock_timeout = '3s';
set statement_timeout = '60s';

create or replace function ledger.latest_spread(p_account_id text, p_signal ledger.signal_outbox)
returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- A director reads neither bars nor strategies; of these it learns one number.
    -- A terminal knows its broker's spread, and 0 may be one. A feed that knows none says 0.
    return (
        select case when s.source like 'account:%' then b.spread_points else nullif(b.spread_points, 0) end
        from (select 1 as rank, 'account:' || p_account_id as source
            union all select 2, t.bar_source from ledger.strategies t where t.strategy_id = p_signal.strategy_id) s
        cross join lateral (
            select n.spread_points from ledger.bars n
            where n.source = s.source and n.symbol = p_signal.symbol and n.timeframe = p_signal.timeframe
                and n.opened_at >= p_signal.created_at - ledger.timeframe_interval(p_signal.timeframe)
            order by n.opened_at desc, n.version desc limit 1
        ) b
        order by s.rank limit 1);
end
$$;
comment on function ledger.latest_spread(text, ledger.signal_outbox) is
    'The spread at the close of the newest bar no older than the signal''s, the account''s own before the strategy''s; points. Null where there is no such bar, or where a feed says 0, as one does that knows no spreads.';

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
            where m.account_id = p_account.account_id and m.since >= coalesce(p_account.equity_marks_since, '-infinity')
                -- Money that was said to move has not moved the marks yet: the next sync does that.
                and m.net_deposits = coalesce(p_account.net_deposits, 0)) end,
        'losing_streak', case when p_account.max_consecutive_losses is not null
            then ledger.losing_streak(p_account.account_id, p_account.max_consecutive_losses) end,
        -- Who buys loses the spread besides, so that every size depends on it.
        'spread_points', ledger.latest_spread(p_account.account_id, p_signal),
        'groups', case when p_account.max_open_positions_group is not null then (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('group_id', g.group_id, 'symbols', g.symbols) order by g.group_id)
            from ledger.correlation_groups g where p_signal.symbol = any (g.symbols)) end,
        -- Those that are open, and those that a directive issued now could still meet.
        'news_windows', (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('currency', w.currency,
                'starts_at', ledger.utc(w.starts_at), 'ends_at', ledger.utc(w.ends_at), 'label', w.label)
                order by w.currency, w.starts_at, w.ends_at)
            from ledger.news_windows w where w.enabled and w.ends_at > v_at
                and w.starts_at <= v_at + pg_catalog.make_interval(secs => p_account.directive_ttl_seconds)));
    if ledger.judges_holdings(p_account, p_subscription) then
        v_facts := v_facts || pg_catalog.jsonb_build_object(
            'exposures_token', ledger.holdings_token(p_account.account_id),
            'holdings', coalesce((select pg_catalog.jsonb_agg(ledger.holding_document(e) order by e.directive_no)
                from ledger.exposures e where e.account_id = p_account.account_id), '[]'));
    end if;
    return pg_catalog.jsonb_strip_nulls(v_facts);
end
$$;
