-- What a decision on an open needs beside the account itself, told where the account has a limit that asks for it.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- Not concurrently: a migration is one transaction, and a partitioned table knows no other way.
-- squawk-ignore require-concurrent-index-creation
create index execution_events_closes on ledger.execution_events (account_id, recorded_at desc) where kind = 'position_closed';

create function ledger.losing_streak(p_account_id text, p_most integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- A director reads no reports; of these it learns one number. Each deal counts once, a correction in place of
    -- what it corrects: more rows than closes asked for are read, and never more than three times as many.
    return (
        with newest as (
            select e.event_id, e.deal_ticket, e.references_event_id, e.recorded_at,
                coalesce(e.profit, 0) + coalesce(e.swap, 0) + coalesce(e.commission, 0) as result
            from ledger.execution_events e
            where e.account_id = p_account_id and e.kind = 'position_closed'
            order by e.recorded_at desc limit 3 * p_most
        ), deals as (
            select distinct on (coalesce(n.deal_ticket::text, n.event_id::text)) n.recorded_at, n.result, n.event_id
            from newest n
            where not exists (select from newest c where c.references_event_id = n.event_id and c.event_id <> n.event_id)
            order by coalesce(n.deal_ticket::text, n.event_id::text), n.recorded_at, n.event_id
        ), placed as (
            select d.recorded_at, d.result < 0 as lost,
                pg_catalog.row_number() over (order by d.recorded_at desc, d.event_id) as place
            from deals d
        ), streak as (
            select p.recorded_at from placed p
            where p.place <= p_most and p.place < coalesce((select min(w.place) from placed w where not w.lost), p_most + 1)
        )
        select pg_catalog.jsonb_build_object('losses', count(*), 'last_loss_at', ledger.utc(max(s.recorded_at))) from streak s);
end
$$;
comment on function ledger.losing_streak(text, integer) is
    'How many of an account''s newest closes in a row, at most so many, lost money with swap and commission, and when the last did.';

create function ledger.latest_spread(p_account_id text, p_signal ledger.signal_outbox)
returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- A director reads neither bars nor strategies; of these it learns one number.
    return (
        select b.spread_points
        from (select 1 as rank, 'account:' || p_account_id as source
            union all select 2, t.bar_source from ledger.strategies t where t.strategy_id = p_signal.strategy_id) s
        cross join lateral (
            select n.spread_points from ledger.bars n
            where n.source = s.source and n.symbol = p_signal.symbol and n.timeframe = p_signal.timeframe
                and n.opened_at >= p_signal.created_at - ledger.timeframe_interval(p_signal.timeframe)
            order by n.opened_at desc, n.recorded_at desc limit 1
        ) b
        order by s.rank limit 1);
end
$$;
comment on function ledger.latest_spread(text, ledger.signal_outbox) is
    'The spread at the close of the newest bar no older than the signal''s, the account''s own before the strategy''s; points, null where there is none.';

create function ledger.judges_holdings(p_account ledger.accounts, p_subscription ledger.subscriptions)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
    return pg_catalog.num_nonnulls(p_account.max_open_positions_currency, p_account.max_open_positions_group,
            p_account.max_net_exposure_currency, p_account.max_margin_use, p_subscription.max_open_positions_strategy) > 0
        or p_account.allow_duplicates is false or coalesce(p_account.opposite_positions, 'hedge') <> 'hedge';
end
$$;
comment on function ledger.judges_holdings(ledger.accounts, ledger.subscriptions) is
    'Whether an open is judged by what else the account holds, more than by how many positions.';

create function ledger.exposures_token(p_account_id text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that under the account's lock it sees what was committed while this transaction waited for it.
    return (
        select pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(
            ledger.netstrings(e.directive_no::text, ledger.exact(e.volume_directed_lots), ledger.exact(e.volume_filled_lots),
                ledger.exact(e.volume_closed_lots), ledger.is_closing(e.directive_no)::text), '' order by e.directive_no), ''),
            'UTF8')), 'hex'), 32)
        from ledger.exposures e where e.account_id = p_account_id);
end
$$;
comment on function ledger.exposures_token(text) is
    'Stands for all that an account holds: equal as long as nothing was issued, filled, closed or sent to be closed.';

create function ledger.holding_document(p_exposure ledger.exposures)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select pg_catalog.jsonb_build_object(
            'directive_no', p_exposure.directive_no, 'strategy_id', p_exposure.strategy_id, 'symbol', p_exposure.symbol,
            'side', p_exposure.side,
            'volume_lots', ledger.exact(case when p_exposure.volume_filled_lots > 0
                then p_exposure.volume_filled_lots - p_exposure.volume_closed_lots else p_exposure.volume_directed_lots end),
            'price', ledger.exact(s.entry_price), 'tick_size', ledger.exact(i.tick_size), 'tick_value', ledger.exact(i.tick_value),
            'state', case when p_exposure.volume_filled_lots > 0 then 'open' else 'reserved' end,
            'changed_at', ledger.utc(p_exposure.changed_at))
        from ledger.directive_registry r
        join ledger.signal_outbox s on (s.signal_id, s.symbol, s.created_at) = (r.signal_id, r.symbol, r.created_at)
        left join ledger.instruments i on i.account_id = p_exposure.account_id and i.symbol = p_exposure.symbol
        where r.directive_no = p_exposure.directive_no);
end
$$;
comment on function ledger.holding_document(ledger.exposures) is 'One position of an account with what it takes to value it.';

create function ledger.limits_document(p_account ledger.accounts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'risk_per_trade', ledger.exact(p_account.risk_per_trade), 'min_strength', ledger.exact(p_account.min_strength),
        'max_signal_age_seconds', p_account.max_signal_age_seconds,
        'max_open_positions_account', p_account.max_open_positions_account,
        'max_open_positions_symbol', p_account.max_open_positions_symbol,
        'volume_max_lots', ledger.exact(p_account.volume_max_lots), 'directive_ttl_seconds', p_account.directive_ttl_seconds,
        'max_slippage_points', p_account.max_slippage_points, 'max_state_age_seconds', p_account.max_state_age_seconds,
        'max_open_positions_currency', p_account.max_open_positions_currency,
        'max_open_positions_group', p_account.max_open_positions_group,
        'max_net_exposure_currency', ledger.exact(p_account.max_net_exposure_currency),
        'max_daily_loss', ledger.exact(p_account.max_daily_loss), 'max_drawdown', ledger.exact(p_account.max_drawdown),
        'max_spread_points', p_account.max_spread_points, 'max_margin_use', ledger.exact(p_account.max_margin_use),
        'max_consecutive_losses', p_account.max_consecutive_losses, 'cool_down_seconds', p_account.cool_down_seconds,
        'sessions', p_account.sessions, 'opposite_positions', p_account.opposite_positions,
        'allow_duplicates', p_account.allow_duplicates));
end
$$;
comment on function ledger.limits_document(ledger.accounts) is 'The limits of an account as a director reads them; those it does not have are not named.';

create function ledger.risk_facts(p_signal ledger.signal_outbox, p_account ledger.accounts, p_subscription ledger.subscriptions)
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
            'exposures_token', ledger.exposures_token(p_account.account_id),
            'holdings', coalesce((select pg_catalog.jsonb_agg(ledger.holding_document(e) order by e.directive_no)
                from ledger.exposures e where e.account_id = p_account.account_id), '[]'));
    end if;
    return pg_catalog.jsonb_strip_nulls(v_facts);
end
$$;
comment on function ledger.risk_facts(ledger.signal_outbox, ledger.accounts, ledger.subscriptions) is
    'What the account''s limits need to know of its past, its holdings and the market; null facts are not named.';

create or replace function ledger.account_context(p_signal ledger.signal_outbox, p_subscription ledger.subscriptions)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'account_id', a.account_id,
        'enabled', a.enabled,
        'subscription', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'risk_multiplier', ledger.exact(p_subscription.risk_multiplier), 'allocation', ledger.exact(p_subscription.allocation),
            'max_open_positions_strategy', p_subscription.max_open_positions_strategy)),
        'limits', ledger.limits_document(a),
        'state', (select pg_catalog.jsonb_build_object(
                'balance', ledger.exact(t.balance), 'equity', ledger.exact(t.equity), 'margin', ledger.exact(t.margin),
                'free_margin', ledger.exact(t.free_margin), 'currency', t.currency, 'leverage', t.leverage,
                'hedging', t.hedging, 'trade_allowed', t.trade_allowed,
                'server_time_offset_seconds', t.server_time_offset_seconds, 'reported_at', ledger.utc(t.reported_at))
            from ledger.account_states t where t.account_id = a.account_id),
        'instrument', (select pg_catalog.jsonb_build_object(
                'symbol', i.symbol, 'digits', i.digits, 'tick_size', ledger.exact(i.tick_size),
                'tick_value', ledger.exact(i.tick_value), 'contract_size', ledger.exact(i.contract_size),
                'volume_min_lots', ledger.exact(i.volume_min_lots), 'volume_max_lots', ledger.exact(i.volume_max_lots),
                'volume_step_lots', ledger.exact(i.volume_step_lots), 'stops_level_points', i.stops_level_points)
            from ledger.instruments i where i.account_id = a.account_id and i.symbol = p_signal.symbol),
        'halted', ledger.active_halt(a.account_id, p_signal.symbol, p_signal.strategy_id),
        'open_positions_account', (select count(*) from ledger.exposures e where e.account_id = a.account_id),
        'open_positions_symbol', (select count(*) from ledger.exposures e
            where e.account_id = a.account_id and e.symbol = p_signal.symbol),
        'exposures', coalesce((select pg_catalog.jsonb_agg(ledger.exposure_document(p_signal, e) order by e.directive_no)
            from ledger.exposures e where e.account_id = a.account_id and e.symbol = p_signal.symbol), '[]'))
        || ledger.risk_facts(p_signal, a, p_subscription)
    from ledger.accounts a where a.account_id = p_subscription.account_id
$$;

grant execute on function ledger.losing_streak(text, integer), ledger.latest_spread(text, ledger.signal_outbox),
    ledger.judges_holdings(ledger.accounts, ledger.subscriptions), ledger.exposures_token(text),
    ledger.holding_document(ledger.exposures), ledger.limits_document(ledger.accounts),
    ledger.risk_facts(ledger.signal_outbox, ledger.accounts, ledger.subscriptions) to director;
