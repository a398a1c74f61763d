-- The officer asks for work and commits to it.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.directive_document(p_directive ledger.trade_directives)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'directive_id', p_directive.directive_id, 'directive_no', p_directive.directive_no,
        'signal_id', p_directive.signal_id, 'strategy_id', p_directive.strategy_id, 'symbol', p_directive.symbol,
        'created_at', ledger.utc(p_directive.created_at), 'account_id', p_directive.account_id,
        'action', p_directive.action, 'side', p_directive.side, 'order_type', p_directive.order_type,
        'volume_lots', ledger.exact(p_directive.volume_lots), 'price', ledger.exact(p_directive.price),
        'stop_loss', ledger.exact(p_directive.stop_loss), 'take_profit', ledger.exact(p_directive.take_profit),
        'max_slippage_points', p_directive.max_slippage_points, 'target_directive_no', p_directive.target_directive_no,
        'priority', p_directive.priority, 'issued_at', ledger.utc(p_directive.issued_at),
        'expires_at', ledger.utc(p_directive.expires_at))
$$;
comment on function ledger.directive_document(ledger.trade_directives) is 'A directive as contracts/schemas/directive writes it.';

create function ledger.seen(p_account_id text, p_instance_id uuid, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- At most one write in five seconds. Looked up first: even an upsert that changes nothing locks the row,
    -- takes a transaction id and waits for the disk, at every poll of every officer.
    if exists (select from ledger.officer_instances i
        where (i.account_id, i.instance_id) = (p_account_id, p_instance_id) and i.last_seen_at >= p_at - interval '5 seconds') then
        return;
    end if;
    insert into ledger.officer_instances as i (account_id, instance_id, first_seen_at, last_seen_at)
    values (p_account_id, p_instance_id, p_at, p_at)
    on conflict (account_id, instance_id) do update set last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at);
end
$$;
comment on function ledger.seen(text, uuid, timestamptz) is 'Notes that an EA instance has called.';

create function ledger.holder(p_directive ledger.trade_directives)
returns ledger.directive_acknowledgements
language plpgsql
stable
set search_path = ''
as $$
declare
    v_holder ledger.directive_acknowledgements;
begin
    select * into v_holder from ledger.directive_acknowledgements k
    where (k.signal_id, k.symbol, k.created_at, k.directive_no)
        = (p_directive.signal_id, p_directive.symbol, p_directive.created_at, p_directive.directive_no)
    order by k.acknowledgement_no desc limit 1;
    return v_holder;
end
$$;
comment on function ledger.holder(ledger.trade_directives) is 'The newest acknowledgement of a directive: the instance that holds it.';

create function ledger.open_places(p_account_id text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select case when a.enabled and ledger.active_halt(a.account_id, null, null) is null
            then greatest(a.max_in_flight - (select count(*) from ledger.trade_directives d
                where d.account_id = a.account_id and d.status = 'acknowledged'), 0)
            else 0 end
        from ledger.accounts a where a.account_id = p_account_id);
end
$$;
comment on function ledger.open_places(text) is
    'How many opens an account may be offered now: none while it is disabled or halted, else what max_in_flight leaves.';

create function api.poll_directives(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_instance_id uuid := p_request ->> 'instance_id';
    v_places bigint := ledger.open_places(v_account_id);
    v_most integer := p_request ->> 'max_directives';
    v_directives jsonb;
    v_unresolved jsonb;
    v_settled jsonb;
begin
    perform ledger.seen(v_account_id, v_instance_id, v_at);

    select coalesce(pg_catalog.jsonb_agg(ledger.directive_document(d) order by d.action = 'open', d.priority desc, d.issued_at, d.directive_no), '[]')
    into v_directives
    from (
        (select * from ledger.trade_directives t
        where t.account_id = v_account_id and t.status = 'pending' and t.action <> 'open'
            and (t.expires_at is null or t.expires_at > v_at)
        order by t.priority desc, t.issued_at, t.directive_no limit v_most)
        union all
        (select * from ledger.trade_directives t
        where t.account_id = v_account_id and t.status = 'pending' and t.action = 'open' and t.expires_at > v_at
            and ledger.active_halt(t.account_id, t.symbol, t.strategy_id) is null
        order by t.priority desc, t.issued_at, t.directive_no limit least(v_places, v_most))
        limit v_most
    ) d;

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive', ledger.directive_document(t),
        'acknowledged_by', k.instance_id, 'acknowledged_at', ledger.utc(k.acknowledged_at),
        'takeover', k.instance_id <> v_instance_id) order by t.directive_no), '[]')
    into v_unresolved
    from ledger.trade_directives t cross join lateral ledger.holder(t) k
    where t.account_id = v_account_id and t.status = 'acknowledged';

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_id', u.id, 'status', t.status) order by u.id), '[]')
    into v_settled
    from pg_catalog.jsonb_array_elements_text(p_request -> 'unresolved') u (id)
    left join ledger.directive_registry r on r.directive_id = u.id::uuid and r.account_id = v_account_id
    left join ledger.trade_directives t
        on (t.signal_id, t.symbol, t.created_at, t.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where t.status is distinct from 'acknowledged';

    return pg_catalog.jsonb_build_object(
        'server_time', ledger.utc(v_at),
        'halted', ledger.active_halt(v_account_id, null, null) is not null,
        'poll_after_ms', ledger.poll_after_ms(v_directives <> '[]' or v_unresolved <> '[]'),
        'in_flight', pg_catalog.jsonb_array_length(v_unresolved),
        'directives', v_directives, 'unresolved', v_unresolved, 'settled', v_settled);
end
$$;
comment on function api.poll_directives(jsonb, timestamptz) is
    'officer: this account''s pending directives, closes first, and what is still unresolved. Changes nothing but the last-seen time.';

create function ledger.refuse_ack(p_directive_id uuid, p_code text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object('directive_id', p_directive_id, 'outcome', 'refused', 'code', p_code,
        'takeover', false, 'directive', null)
$$;
comment on function ledger.refuse_ack(uuid, text) is 'One refused item of an ack answer.';

create function ledger.grant_ack(p_directive ledger.trade_directives, p_instance_id uuid, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_holder ledger.directive_acknowledgements := ledger.holder(p_directive);
    v_silent_since timestamptz;
begin
    if v_holder.instance_id is distinct from p_instance_id then
        if v_holder.instance_id is not null then
            select i.last_seen_at into v_silent_since from ledger.officer_instances i
            where (i.account_id, i.instance_id) = (p_directive.account_id, v_holder.instance_id);
            if greatest(v_silent_since, v_holder.acknowledged_at) > p_at - (select a.takeover_seconds * interval '1 second'
                    from ledger.accounts a where a.account_id = p_directive.account_id) then
                return ledger.refuse_ack(p_directive.directive_id, 'directive_taken');
            end if;
        end if;
        insert into ledger.directive_acknowledgements (signal_id, symbol, created_at, directive_no, acknowledgement_no,
            account_id, instance_id, takeover, acknowledged_at)
        values (p_directive.signal_id, p_directive.symbol, p_directive.created_at, p_directive.directive_no,
            coalesce(v_holder.acknowledgement_no, 0) + 1, p_directive.account_id, p_instance_id,
            v_holder.instance_id is not null, p_at)
        returning * into v_holder;
    end if;
    return pg_catalog.jsonb_build_object('directive_id', p_directive.directive_id, 'outcome', 'granted', 'code', null,
        'takeover', v_holder.takeover, 'directive', ledger.directive_document(p_directive));
end
$$;
comment on function ledger.grant_ack(ledger.trade_directives, uuid, timestamptz) is
    'Grants an acknowledged directive: again to the instance that holds it, to another only when that one has fallen silent.';

create function ledger.acknowledge_directive(p_directive_id uuid, p_instance_id uuid, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_key ledger.directive_registry;
    v_directive ledger.trade_directives;
begin
    select * into v_key from ledger.directive_registry where directive_id = p_directive_id and account_id = ledger.account_id();
    -- The lock that makes "exactly one ack wins" true: the second asker waits here and then reads what the first one did.
    select * into v_directive from ledger.trade_directives d
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (v_key.signal_id, v_key.symbol, v_key.created_at, v_key.directive_no)
    for no key update;

    case
        when v_directive.status is null then
            return ledger.refuse_ack(p_directive_id, 'directive_unknown');
        when v_directive.status = 'cancelled' then
            return ledger.refuse_ack(p_directive_id, 'directive_cancelled');
        when v_directive.status in ('completed', 'failed') then
            return ledger.refuse_ack(p_directive_id, 'directive_finished');
        when v_directive.status = 'acknowledged' then
            return ledger.grant_ack(v_directive, p_instance_id, p_at);
        when v_directive.expires_at <= p_at then
            update ledger.trade_directives d set status = 'cancelled'
            where (d.signal_id, d.symbol, d.created_at, d.directive_no)
                = (v_directive.signal_id, v_directive.symbol, v_directive.created_at, v_directive.directive_no);
            return ledger.refuse_ack(p_directive_id, 'directive_expired');
        when v_directive.action = 'open' and (
            ledger.active_halt(v_directive.account_id, v_directive.symbol, v_directive.strategy_id) is not null
            or not (select a.enabled from ledger.accounts a where a.account_id = v_directive.account_id)) then
            return ledger.refuse_ack(p_directive_id, 'trading_halted');
        else
            update ledger.trade_directives d set status = 'acknowledged'
            where (d.signal_id, d.symbol, d.created_at, d.directive_no)
                = (v_directive.signal_id, v_directive.symbol, v_directive.created_at, v_directive.directive_no);
            return ledger.grant_ack(v_directive, p_instance_id, p_at);
    end case;
end
$$;
comment on function ledger.acknowledge_directive(uuid, uuid, timestamptz) is 'Grants or refuses one directive to one EA instance.';

create function api.acknowledge_directives(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_instance_id uuid := p_request ->> 'instance_id';
    v_id uuid;
    v_results jsonb := '{}';
begin
    perform ledger.seen(v_account_id, v_instance_id, v_at);
    -- In one order for everyone: two terminals that ask for the same directives must not wait for each other in a circle.
    for v_id in select distinct i::uuid as id from pg_catalog.jsonb_array_elements_text(p_request -> 'directive_ids') i order by id loop
        v_results := v_results || pg_catalog.jsonb_build_object(v_id,
            ledger.acknowledge_directive(v_id, v_instance_id, v_at));
    end loop;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'results', (
        select pg_catalog.jsonb_agg(v_results -> i order by n)
        from pg_catalog.jsonb_array_elements_text(p_request -> 'directive_ids') with ordinality as ids (i, n)));
end
$$;
comment on function api.acknowledge_directives(jsonb, timestamptz) is
    'officer: the one moment of commitment. Each directive is granted to one instance, once; asked again by the same, granted again while it has no result.';

grant execute on function ledger.directive_document(ledger.trade_directives), ledger.seen(text, uuid, timestamptz),
    ledger.holder(ledger.trade_directives), ledger.open_places(text), api.poll_directives(jsonb, timestamptz),
    ledger.refuse_ack(uuid, text), ledger.grant_ack(ledger.trade_directives, uuid, timestamptz),
    ledger.acknowledge_directive(uuid, uuid, timestamptz), api.acknowledge_directives(jsonb, timestamptz)
    to officer;
