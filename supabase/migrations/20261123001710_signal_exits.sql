-- Exits by age and by a trailing stop: a signal may mean only the older positions, and a decision on new stops
-- knows the ones a position has.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter table ledger.signal_outbox add column opened_before timestamptz;
-- All rows have null here: there is nothing to read for long, neither for this nor for the foreign key below.
-- squawk-ignore constraint-missing-not-valid
alter table ledger.signal_outbox add constraint signal_outbox_opened_before_check
    check (opened_before is null or action <> 'open' and opened_before <= created_at);
comment on column ledger.signal_outbox.opened_before is
    'For close and modify: only positions whose own signal was created by then; null means all of them.';
-- squawk-ignore adding-foreign-key-constraint
alter table ledger.signal_outbox add column account_id text references ledger.accounts;
comment on column ledger.signal_outbox.account_id is 'The one account it is for; null for every follower. Only an operator''s close names one.';

create function ledger.holds(p_subscription ledger.subscriptions, p_symbol text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from ledger.exposures e
        where e.account_id = p_subscription.account_id and e.strategy_id = p_subscription.strategy_id
            and e.symbol = p_symbol);
end
$$;
comment on function ledger.holds(ledger.subscriptions, text) is 'Whether an account has, or is about to have, a position of the strategy in the symbol.';

create or replace function ledger.is_concerned(p_subscription ledger.subscriptions, p_signal ledger.signal_outbox)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_signal.account_id <> p_subscription.account_id then
        return false;
    end if;
    -- A trailing stop and an exit by age are told at most bars: only who holds something has to answer.
    if p_signal.action = 'modify' or p_signal.opened_before is not null or p_signal.account_id is not null then
        return ledger.holds(p_subscription, p_signal.symbol);
    end if;
    -- Who has left a strategy still holds what it opened: closes and new stops go on.
    return p_subscription.enabled or p_signal.action <> 'open' and ledger.holds(p_subscription, p_signal.symbol);
end
$$;

create or replace function ledger.signal_document(p_signal ledger.signal_outbox)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'signal_id', p_signal.signal_id, 'strategy_id', p_signal.strategy_id, 'symbol', p_signal.symbol,
        'timeframe', p_signal.timeframe, 'created_at', ledger.utc(p_signal.created_at), 'action', p_signal.action,
        'side', p_signal.side, 'strength', ledger.exact(p_signal.strength), 'entry_price', ledger.exact(p_signal.entry_price),
        'stop_loss', ledger.exact(p_signal.stop_loss), 'take_profit', ledger.exact(p_signal.take_profit),
        'expires_at', ledger.utc(p_signal.expires_at), 'indicators', p_signal.indicators,
        'opened_before', ledger.utc(p_signal.opened_before))
$$;
comment on function ledger.signal_document(ledger.signal_outbox) is 'A signal as contracts/schemas/signal writes it.';

create function ledger.signal_hash(p_signal ledger.signal_outbox)
returns bytea
language sql
immutable
set search_path = ''
as $$
    -- A signal that does not use the newer field has the hash it had before the field existed.
    select ledger.content_hash(ledger.signal_document(p_signal)
        - case when p_signal.opened_before is null then 'opened_before' else '' end)
$$;
comment on function ledger.signal_hash(ledger.signal_outbox) is 'What tells a signal published again from another one under its id.';

create or replace function ledger.publish_signal(p_document jsonb, p_at timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_signal ledger.signal_outbox := pg_catalog.jsonb_populate_record(null::ledger.signal_outbox, p_document);
    v_hash bytea;
begin
    v_signal.status := 'pending';
    v_signal.recorded_at := p_at;
    -- 1.10 and 1.1 are one number: written in one way before it is hashed, a retry is known as a retry.
    v_signal.indicators := (select coalesce(pg_catalog.jsonb_object_agg(i.key, ledger.exact(i.value::numeric)), '{}')
        from pg_catalog.jsonb_each_text(p_document -> 'indicators') i);
    v_hash := ledger.signal_hash(v_signal);

    insert into ledger.signal_registry (signal_id, symbol, created_at, content_hash)
    values (v_signal.signal_id, v_signal.symbol, v_signal.created_at, v_hash)
    on conflict do nothing;
    if not found then
        return case when exists (select from ledger.signal_registry r where r.signal_id = v_signal.signal_id and r.content_hash = v_hash)
            then 'duplicate' else 'conflict' end;
    end if;
    insert into ledger.signal_outbox select v_signal.*;
    return 'published';
end
$$;

create function ledger.is_meant(p_signal ledger.signal_outbox, p_exposure ledger.exposures)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return p_exposure.strategy_id = p_signal.strategy_id and p_exposure.symbol = p_signal.symbol
        and p_exposure.side = coalesce(p_signal.side, p_exposure.side)
        and (p_signal.opened_before is null or p_signal.opened_before >= (
            select r.created_at from ledger.directive_registry r where r.directive_no = p_exposure.directive_no));
end
$$;
comment on function ledger.is_meant(ledger.signal_outbox, ledger.exposures) is 'Whether a close or modify is about this position of an account.';

create function ledger.directed_stops(p_directive_no bigint, out stop_loss numeric, out take_profit numeric)
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A modify that leaves a level null leaves it as it was: the newest that names one tells.
    with directed as (
        select 0 as rank, o.directive_no, o.stop_loss, o.take_profit from ledger.directive_registry r
        join ledger.trade_directives o
            on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = p_directive_no
        union all
        select 1, m.directive_no, m.stop_loss, m.take_profit from ledger.trade_directives m
        where m.target_directive_no = p_directive_no and m.action = 'modify'
            and m.status in ('pending', 'acknowledged', 'completed')
    )
    select
        (pg_catalog.array_agg(d.stop_loss order by d.rank desc, d.directive_no desc) filter (where d.stop_loss is not null))[1],
        (pg_catalog.array_agg(d.take_profit order by d.rank desc, d.directive_no desc) filter (where d.take_profit is not null))[1]
    into stop_loss, take_profit from directed d;
end
$$;
comment on function ledger.directed_stops(bigint) is
    'The stops that a position was last directed to have, by the directive that opened it and those that modify it.';

create or replace function ledger.cancel_reserved_opens(p_signal ledger.signal_outbox, p_account_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- An open that no officer has taken yet would be filled after the close that was meant to end it.
    -- Locked in the order in which officers lock them, or both would wait in a circle.
    perform from ledger.trade_directives d
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side)
        and d.created_at <= coalesce(p_signal.opened_before, 'infinity')
    order by d.directive_id for no key update;
    update ledger.trade_directives d set status = 'cancelled'
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side)
        and d.created_at <= coalesce(p_signal.opened_before, 'infinity');
end
$$;

create or replace function ledger.overlooks_exposure(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees what was filled or issued since the director looked. A decision with as many
    -- directives as one can carry leaves the rest to the next signal.
    return p_signal.action = 'close' and pg_catalog.jsonb_array_length(p_decision -> 'directives') < 100 and exists (
        select from ledger.exposures e
        where e.account_id = p_decision ->> 'account_id' and ledger.is_meant(p_signal, e)
            and not ledger.is_closing(e.directive_no)
            and not exists (select from pg_catalog.jsonb_array_elements(p_decision -> 'directives') d
                where (d ->> 'target_directive_no')::bigint = e.directive_no));
end
$$;

create function ledger.exposure_document(p_signal ledger.signal_outbox, p_exposure ledger.exposures)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_stops record;
begin
    -- Only new stops are compared with the old ones; an open or a close need not look them up.
    if p_signal.action = 'modify' then
        select * into v_stops from ledger.directed_stops(p_exposure.directive_no);
    else
        select null::numeric as stop_loss, null::numeric as take_profit into v_stops;
    end if;
    return pg_catalog.jsonb_build_object(
        'directive_no', p_exposure.directive_no, 'strategy_id', p_exposure.strategy_id, 'symbol', p_exposure.symbol,
        'side', p_exposure.side,
        'created_at', (select ledger.utc(r.created_at) from ledger.directive_registry r where r.directive_no = p_exposure.directive_no),
        'volume_lots', ledger.exact(case when p_exposure.volume_filled_lots > 0
            then p_exposure.volume_filled_lots - p_exposure.volume_closed_lots else p_exposure.volume_directed_lots end),
        'stop_loss', ledger.exact(v_stops.stop_loss), 'take_profit', ledger.exact(v_stops.take_profit),
        'state', case when p_exposure.volume_filled_lots > 0 then 'open' else 'reserved' end,
        'closing', ledger.is_closing(p_exposure.directive_no));
end
$$;
comment on function ledger.exposure_document(ledger.signal_outbox, ledger.exposures) is
    'One position of an account as a decision on this signal needs it; its stops only where the signal changes stops.';

create or replace function ledger.account_context(p_signal ledger.signal_outbox, p_subscription ledger.subscriptions)
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
        'exposures', coalesce((select pg_catalog.jsonb_agg(ledger.exposure_document(p_signal, e) order by e.directive_no)
            from ledger.exposures e where e.account_id = a.account_id and e.symbol = p_signal.symbol), '[]'))
    from ledger.accounts a where a.account_id = p_subscription.account_id
$$;

grant execute on function ledger.signal_hash(ledger.signal_outbox) to generator;
grant execute on function ledger.holds(ledger.subscriptions, text), ledger.is_meant(ledger.signal_outbox, ledger.exposures), ledger.directed_stops(bigint),
    ledger.exposure_document(ledger.signal_outbox, ledger.exposures) to director;
