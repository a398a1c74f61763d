-- What a director decides from: pending signals, and all that a decision for an account depends on.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.is_closing(p_directive_no bigint)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from ledger.trade_directives c
        where c.target_directive_no = p_directive_no and c.action = 'close' and c.status in ('pending', 'acknowledged'));
end
$$;
comment on function ledger.is_closing(bigint) is 'Whether a close of this position is already on its way; a second one would find nothing.';

create function ledger.is_concerned(p_subscription ledger.subscriptions, p_signal ledger.signal_outbox)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Who has left a strategy still holds what it opened: closes and new stops go on.
    return p_subscription.enabled or p_signal.action <> 'open' and exists (
        select from ledger.exposures e
        where e.account_id = p_subscription.account_id and e.strategy_id = p_subscription.strategy_id
            and e.symbol = p_signal.symbol);
end
$$;
comment on function ledger.is_concerned(ledger.subscriptions, ledger.signal_outbox) is 'Whether a subscription needs a decision on a signal.';

create function ledger.account_context(p_signal ledger.signal_outbox, p_subscription ledger.subscriptions)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'account_id', a.account_id,
        'enabled', a.enabled,
        'subscription', pg_catalog.jsonb_build_object('risk_multiplier', ledger.exact(p_subscription.risk_multiplier)),
        'limits', pg_catalog.jsonb_build_object(
            'risk_per_trade', ledger.exact(a.risk_per_trade), 'min_strength', ledger.exact(a.min_strength),
            'max_signal_age_seconds', a.max_signal_age_seconds,
            'max_open_positions_account', a.max_open_positions_account,
            'max_open_positions_symbol', a.max_open_positions_symbol,
            'volume_max_lots', ledger.exact(a.volume_max_lots), 'directive_ttl_seconds', a.directive_ttl_seconds,
            'max_slippage_points', a.max_slippage_points, 'max_state_age_seconds', a.max_state_age_seconds),
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
        'exposures', coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'directive_no', e.directive_no, 'strategy_id', e.strategy_id, 'symbol', e.symbol, 'side', e.side,
                'volume_lots', ledger.exact(case when e.volume_filled_lots > 0
                    then e.volume_filled_lots - e.volume_closed_lots else e.volume_directed_lots end),
                'state', case when e.volume_filled_lots > 0 then 'open' else 'reserved' end,
                'closing', ledger.is_closing(e.directive_no)) order by e.directive_no)
            from ledger.exposures e where e.account_id = a.account_id and e.symbol = p_signal.symbol), '[]'))
    from ledger.accounts a where a.account_id = p_subscription.account_id
$$;
comment on function ledger.account_context(ledger.signal_outbox, ledger.subscriptions) is
    'Everything a decision for one account depends on: limits, last reported state, instrument, halts and exposure.';

create function api.pending_signals(p_max_signals integer, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signals', coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'signal', ledger.signal_document(s),
            'accounts', coalesce((
                select pg_catalog.jsonb_agg(ledger.account_context(s, b) order by b.account_id)
                from ledger.subscriptions b
                where b.strategy_id = s.strategy_id and ledger.is_concerned(b, s) and not exists (
                    select from ledger.risk_decisions d
                    where (d.signal_id, d.symbol, d.created_at, d.account_id)
                        = (s.signal_id, s.symbol, s.created_at, b.account_id))), '[]')) order by s.created_at, s.signal_id)
        from (
            select * from ledger.signal_outbox o where o.status = 'pending'
            order by o.created_at, o.signal_id limit p_max_signals
        ) s), '[]'));
end
$$;
comment on function api.pending_signals(integer, timestamptz) is
    'director: pending signals, oldest first, each with the subscribed accounts that have no decision yet and what a decision for them depends on.';

grant execute on function ledger.signal_document(ledger.signal_outbox), ledger.is_closing(bigint),
    ledger.is_concerned(ledger.subscriptions, ledger.signal_outbox),
    ledger.account_context(ledger.signal_outbox, ledger.subscriptions), api.pending_signals(integer, timestamptz)
    to director;
