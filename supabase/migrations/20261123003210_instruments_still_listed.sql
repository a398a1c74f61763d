-- What a broker no longer specifies is not traded by what it specified once.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter table ledger.instruments add column listed boolean not null default true;
comment on column ledger.instruments.listed is
    'Whether the newest sync still named the symbol. A sync names all that the terminal shows, so what it does not name is hidden there, or gone.';
comment on column ledger.instruments.reported_at is 'When the officer first reported this, or that it is no longer listed.';

create or replace function ledger.store_instruments(p_account_id text, p_instruments jsonb, p_at timestamptz)
returns void
language sql
set search_path = ''
as $$
    insert into ledger.instruments as i (account_id, symbol, digits, tick_size, tick_value, contract_size,
        volume_min_lots, volume_max_lots, volume_step_lots, stops_level_points, reported_at, listed)
    select p_account_id, n.symbol, n.digits, n.tick_size, n.tick_value, n.contract_size,
        n.volume_min_lots, n.volume_max_lots, n.volume_step_lots, n.stops_level_points, p_at, true
    from (select distinct on (symbol) * from pg_catalog.jsonb_populate_recordset(null::ledger.instruments, p_instruments) order by symbol) n
    on conflict (account_id, symbol) do update set
        digits = excluded.digits, tick_size = excluded.tick_size, tick_value = excluded.tick_value,
        contract_size = excluded.contract_size, volume_min_lots = excluded.volume_min_lots,
        volume_max_lots = excluded.volume_max_lots, volume_step_lots = excluded.volume_step_lots,
        stops_level_points = excluded.stops_level_points, reported_at = excluded.reported_at, listed = excluded.listed
    -- Specifications hardly ever change; a sync a minute should not rewrite hundreds of equal rows.
    -- Nor should a request that was held up on its way overwrite a newer one.
    where i.reported_at <= excluded.reported_at
        and (i.digits, i.tick_size, i.tick_value, i.contract_size, i.volume_min_lots, i.volume_max_lots, i.volume_step_lots,
            i.stops_level_points, i.listed)
        is distinct from (excluded.digits, excluded.tick_size, excluded.tick_value, excluded.contract_size,
            excluded.volume_min_lots, excluded.volume_max_lots, excluded.volume_step_lots, excluded.stops_level_points, excluded.listed);

    update ledger.instruments i set listed = false, reported_at = p_at
    where i.account_id = p_account_id and i.listed
        and i.symbol not in (select n ->> 'symbol' from pg_catalog.jsonb_array_elements(p_instruments) n)
        -- The state was stored just before: it is newer only if a newer sync has overtaken this one.
        and i.reported_at <= p_at
        and not exists (select from ledger.account_states s where s.account_id = p_account_id and s.reported_at > p_at)
$$;
comment on function ledger.store_instruments(text, jsonb, timestamptz) is
    'Overwrites the contract specifications that changed, and notes which are no longer reported.';

create or replace function ledger.holding_document(p_exposure ledger.exposures)
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
        left join ledger.instruments i on i.account_id = p_exposure.account_id and i.symbol = p_exposure.symbol and i.listed
        where r.directive_no = p_exposure.directive_no);
end
$$;

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
            from ledger.instruments i where i.account_id = a.account_id and i.symbol = p_signal.symbol and i.listed),
        'halted', ledger.active_halt(a.account_id, p_signal.symbol, p_signal.strategy_id),
        'open_positions_account', (select count(*) from ledger.exposures e where e.account_id = a.account_id),
        'open_positions_symbol', (select count(*) from ledger.exposures e
            where e.account_id = a.account_id and e.symbol = p_signal.symbol),
        'exposures', coalesce((select pg_catalog.jsonb_agg(ledger.exposure_document(p_signal, e) order by e.directive_no)
            from ledger.exposures e where e.account_id = a.account_id and e.symbol = p_signal.symbol), '[]'))
        || ledger.risk_facts(p_signal, a, p_subscription)
    from ledger.accounts a where a.account_id = p_subscription.account_id
$$;
