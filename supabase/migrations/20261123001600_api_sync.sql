-- The officer says what the account looks like; the ledger says where it remembers otherwise.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.store_account_state(p_account_id text, p_state jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_state ledger.account_states := pg_catalog.jsonb_populate_record(null::ledger.account_states, p_state);
begin
    if not v_state.hedging then
        perform ledger.refuse(409, 'hedging_required', 'On a netting account positions merge and lose their magic number.',
            'Use a hedging account: contract version 1 needs one.');
    end if;
    if v_state.currency <> (select a.currency from ledger.accounts a where a.account_id = p_account_id) then
        perform ledger.refuse(403, 'account_mismatch',
            pg_catalog.format('This terminal''s account is in %s, account %s is not.', v_state.currency, p_account_id),
            'Check that the EA runs on the account its API key was issued for.');
    end if;
    v_state.account_id := p_account_id;
    v_state.reported_at := p_at;
    insert into ledger.account_states as s select v_state.*
    on conflict (account_id) do update set
        balance = excluded.balance, equity = excluded.equity, margin = excluded.margin, free_margin = excluded.free_margin,
        currency = excluded.currency, leverage = excluded.leverage, hedging = excluded.hedging,
        trade_allowed = excluded.trade_allowed, server_time_offset_seconds = excluded.server_time_offset_seconds,
        reported_at = excluded.reported_at
    -- A request that was held up on its way must not overwrite a newer one.
    where s.reported_at <= excluded.reported_at;
end
$$;
comment on function ledger.store_account_state(text, jsonb, timestamptz) is 'Overwrites what is known of an account''s balance, margin and permissions.';

create function ledger.store_instruments(p_account_id text, p_instruments jsonb, p_at timestamptz)
returns void
language sql
set search_path = ''
as $$
    insert into ledger.instruments as i (account_id, symbol, digits, tick_size, tick_value, contract_size,
        volume_min_lots, volume_max_lots, volume_step_lots, stops_level_points, reported_at)
    select p_account_id, n.symbol, n.digits, n.tick_size, n.tick_value, n.contract_size,
        n.volume_min_lots, n.volume_max_lots, n.volume_step_lots, n.stops_level_points, p_at
    from (select distinct on (symbol) * from pg_catalog.jsonb_populate_recordset(null::ledger.instruments, p_instruments) order by symbol) n
    on conflict (account_id, symbol) do update set
        digits = excluded.digits, tick_size = excluded.tick_size, tick_value = excluded.tick_value,
        contract_size = excluded.contract_size, volume_min_lots = excluded.volume_min_lots,
        volume_max_lots = excluded.volume_max_lots, volume_step_lots = excluded.volume_step_lots,
        stops_level_points = excluded.stops_level_points, reported_at = excluded.reported_at
    -- Specifications hardly ever change; a sync a minute should not rewrite hundreds of equal rows.
    -- Nor should a request that was held up on its way overwrite a newer one.
    where i.reported_at <= excluded.reported_at
        and (i.digits, i.tick_size, i.tick_value, i.contract_size, i.volume_min_lots, i.volume_max_lots, i.volume_step_lots, i.stops_level_points)
        is distinct from (excluded.digits, excluded.tick_size, excluded.tick_value, excluded.contract_size,
            excluded.volume_min_lots, excluded.volume_max_lots, excluded.volume_step_lots, excluded.stops_level_points)
$$;
comment on function ledger.store_instruments(text, jsonb, timestamptz) is 'Overwrites the contract specifications that changed.';

create function ledger.find_discrepancies(p_account_id text, p_positions jsonb, p_orders jsonb)
returns table (kind text, directive_no bigint, position_id numeric, symbol text, expected_volume_lots numeric, actual_volume_lots numeric)
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    with broker as (
        -- Only what carries our magic number; what the trader does by hand is the trader's.
        select p.directive_no, min(p.position_id) as position_id, min(p.symbol) as symbol, sum(p.volume_lots) as volume_lots
        from pg_catalog.jsonb_to_recordset(p_positions) p (directive_no bigint, position_id numeric, symbol text, volume_lots numeric)
        where p.directive_no is not null group by p.directive_no
    ), ledger_side as (
        select e.directive_no, e.position_id, e.symbol, e.volume_filled_lots - e.volume_closed_lots as volume_lots
        from ledger.exposures e
        -- A reserved exposure has no position yet, or one whose fill is still on its way here.
        where e.account_id = p_account_id and e.volume_filled_lots > 0
    ), known as (
        select o.directive_no from pg_catalog.jsonb_to_recordset(p_orders) o (directive_no bigint) where o.directive_no is not null
        union select d.directive_no from ledger.trade_directives d where d.account_id = p_account_id and d.status = 'acknowledged'
        union select d.target_directive_no from ledger.trade_directives d
            where d.account_id = p_account_id and d.status = 'acknowledged' and d.target_directive_no is not null
    )
    select case when b.directive_no is null then 'position_missing' when l.directive_no is null then 'position_unknown' else 'volume_differs' end,
        coalesce(l.directive_no, b.directive_no), coalesce(b.position_id, l.position_id), coalesce(l.symbol, b.symbol),
        l.volume_lots, b.volume_lots
    from ledger_side l full join broker b on b.directive_no = l.directive_no
    where l.volume_lots is distinct from b.volume_lots
        -- What an officer is working on right now differs for a moment by nature.
        and coalesce(l.directive_no, b.directive_no) not in (select k.directive_no from known k);
end
$$;
comment on function ledger.find_discrepancies(text, jsonb, jsonb) is 'Positions that ledger and broker do not agree on, by magic number.';

create function ledger.cancel_expired(p_account_id text, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Polls do not show what has expired, so nobody would ask for it again, and its reservation would count for ever.
    perform from ledger.trade_directives d
    where d.account_id = p_account_id and d.status = 'pending' and d.expires_at <= p_at
    order by d.directive_id for no key update;
    update ledger.trade_directives d set status = 'cancelled'
    where d.account_id = p_account_id and d.status = 'pending' and d.expires_at <= p_at;
end
$$;
comment on function ledger.cancel_expired(text, timestamptz) is 'Cancels an account''s pending directives that have expired.';

create function ledger.identities(p_account_id text, p_directive_nos bigint[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_no', r.directive_no,
            'directive_id', r.directive_id, 'status', d.status) order by r.directive_no), '[]')
        from ledger.directive_registry r
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = any (p_directive_nos) and r.account_id = p_account_id);
end
$$;
comment on function ledger.identities(text, bigint[]) is
    'Number, id and status of an account''s directives: what an officer that lost its files needs in order to report about the magic numbers it finds.';

create function api.sync_account(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_discrepancies jsonb;
begin
    perform ledger.seen(v_account_id, (p_request ->> 'instance_id')::uuid, v_at);
    perform ledger.store_account_state(v_account_id, p_request -> 'account', v_at);
    perform ledger.store_instruments(v_account_id, p_request -> 'instruments', v_at);
    perform ledger.cancel_expired(v_account_id, v_at);

    with found as (
        select * from ledger.find_discrepancies(v_account_id, p_request -> 'positions', p_request -> 'orders')
    ), noted as (
        insert into ledger.discrepancies (account_id, kind, directive_no, position_id, symbol, expected_volume_lots, actual_volume_lots, recorded_at)
        select v_account_id, f.kind, f.directive_no, f.position_id, f.symbol, f.expected_volume_lots, f.actual_volume_lots, v_at
        from found f order by f.directive_no
        on conflict do nothing
    )
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', f.kind, 'directive_no', f.directive_no,
        'position_id', f.position_id::text, 'symbol', f.symbol, 'expected_volume_lots', ledger.exact(f.expected_volume_lots),
        'actual_volume_lots', ledger.exact(f.actual_volume_lots)) order by f.directive_no), '[]')
    into v_discrepancies from found f;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'discrepancies', v_discrepancies,
        'directives', ledger.identities(v_account_id, array(
            select (n ->> 'directive_no')::bigint
            from pg_catalog.jsonb_array_elements((p_request -> 'positions') || (p_request -> 'orders') || v_discrepancies) n)));
end
$$;
comment on function api.sync_account(jsonb, timestamptz) is
    'officer: reports balance, instruments, positions and orders; answers where ledger and broker differ. Each difference is journaled once.';

grant execute on function ledger.store_account_state(text, jsonb, timestamptz), ledger.store_instruments(text, jsonb, timestamptz),
    ledger.cancel_expired(text, timestamptz), ledger.identities(text, bigint[]), ledger.find_discrepancies(text, jsonb, jsonb), api.sync_account(jsonb, timestamptz)
    to officer;
