-- What the broker did. Commands may be refused; facts may not.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.event_document(p_event ledger.execution_events, p_directive_id uuid)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'event_id', p_event.event_id, 'directive_id', p_directive_id, 'kind', p_event.kind, 'status', p_event.status,
        'order_ticket', p_event.order_ticket::text, 'deal_ticket', p_event.deal_ticket::text,
        'position_id', p_event.position_id::text, 'price', ledger.exact(p_event.price),
        'volume_lots', ledger.exact(p_event.volume_lots), 'commission', ledger.exact(p_event.commission),
        'swap', ledger.exact(p_event.swap), 'profit', ledger.exact(p_event.profit), 'reason', p_event.reason,
        'retcode', p_event.retcode, 'code', p_event.code, 'message', p_event.message,
        'occurred_at', ledger.utc(p_event.occurred_at), 'references_event_id', p_event.references_event_id)
$$;
comment on function ledger.event_document(ledger.execution_events, uuid) is
    'An event as contracts/schemas/execution_event writes it: what its content hash is taken of.';

create function ledger.settled_status(p_directive ledger.trade_directives, p_kind text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when p_kind in ('order_rejected', 'order_failed') then 'failed'
        when p_kind = 'order_cancelled' then 'cancelled'
        when p_kind = 'outcome_unknown' then null
        when p_directive.action = 'open' and p_kind in ('order_filled', 'position_closed') then 'completed'
        when p_directive.action = 'open' and p_directive.order_type <> 'market' and p_kind = 'order_placed' then 'completed'
        when p_directive.action = 'close' and p_kind = 'position_closed' then 'completed'
        when p_directive.action = 'modify' and p_kind = 'position_modified' then 'completed'
    end
$$;
comment on function ledger.settled_status(ledger.trade_directives, text) is
    'The final status that an event brings an acknowledged directive to; null where it settles nothing.';

create function ledger.anomalies(p_directive ledger.trade_directives, p_event ledger.execution_events)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.array_agg(a.code order by a.code), '{}')
        from ledger.position_volume(coalesce(p_directive.target_directive_no, p_directive.directive_no)) v,
        lateral (values
            ('late', p_directive.status in ('failed', 'cancelled')
                or p_directive.status = 'completed' and p_event.kind in ('order_rejected', 'order_failed', 'outcome_unknown')),
            ('never_acknowledged', p_directive.status = 'pending'),
            ('other_instance', (ledger.holder(p_directive)).instance_id <> p_event.instance_id),
            -- A correction stands in for what it corrects, so its volume is not on top.
        ('volume_exceeds_directive', p_event.references_event_id is null and case p_event.kind
                when 'order_filled' then p_directive.volume_lots < v.filled_lots + p_event.volume_lots
                -- Unless its fill is still on its way here.
                when 'position_closed' then v.filled_lots > 0 and v.filled_lots < v.closed_lots + p_event.volume_lots end)
        ) as a (code, is_so) where a.is_so);
end
$$;
comment on function ledger.anomalies(ledger.trade_directives, ledger.execution_events) is 'What is unexpected about an event. It is stored all the same.';

create function ledger.keep_unmatched(p_event ledger.execution_events, p_document jsonb, p_hash bytea, p_reason text)
returns void
language sql
set search_path = ''
as $$
    insert into ledger.unmatched_reports (account_id, event_id, content_hash, instance_id, reason, report, recorded_at)
    values (p_event.account_id, p_event.event_id, p_hash, p_event.instance_id, p_reason, p_document, p_event.recorded_at)
    on conflict do nothing
$$;
comment on function ledger.keep_unmatched(ledger.execution_events, jsonb, bytea, text) is 'Keeps a report that fits nowhere, once.';

create function ledger.move_directive(p_directive ledger.trade_directives, p_status text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update ledger.trade_directives d set status = p_status
    where (d.signal_id, d.symbol, d.created_at, d.directive_no)
        = (p_directive.signal_id, p_directive.symbol, p_directive.created_at, p_directive.directive_no);
end
$$;
comment on function ledger.move_directive(ledger.trade_directives, text) is 'Changes a directive''s status; the lifecycle guard decides whether it may.';

create function ledger.apply_event(p_directive ledger.trade_directives, p_event ledger.execution_events)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_status text := p_directive.status;
    v_settled text := ledger.settled_status(p_directive, p_event.kind);
begin
    if v_status = 'pending' then
        -- An officer traded without asking. It did happen, so nobody else may be granted it any more.
        perform ledger.move_directive(p_directive, 'acknowledged');
        perform ledger.grant_ack(p_directive, p_event.instance_id, p_event.recorded_at);
        v_status := 'acknowledged';
    end if;
    insert into ledger.execution_events select p_event.*;
    if v_status = 'acknowledged' and v_settled is not null then
        perform ledger.move_directive(p_directive, v_settled);
        v_status := v_settled;
    end if;
    return v_status;
end
$$;
comment on function ledger.apply_event(ledger.trade_directives, ledger.execution_events) is
    'Stores an event and moves its directive along; answers the status the directive then has.';

create function ledger.report_execution(p_document jsonb, p_instance_id uuid, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_event ledger.execution_events := pg_catalog.jsonb_populate_record(null::ledger.execution_events, p_document);
    v_directive_id uuid := p_document ->> 'directive_id';
    v_directive ledger.trade_directives;
    v_canonical jsonb;
    v_hash bytea;
    v_outcome text := 'recorded';
begin
    v_event.account_id := ledger.account_id();
    v_event.instance_id := p_instance_id;
    v_event.recorded_at := p_at;
    v_event.anomalies := '{}';
    v_canonical := ledger.event_document(v_event, v_directive_id);
    v_hash := ledger.content_hash(v_canonical);

    select d.* into v_directive from ledger.directive_registry r
    join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where r.directive_id = v_directive_id and r.account_id = v_event.account_id;

    insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)
    values (v_event.account_id, v_event.event_id, v_hash, v_directive_id)
    on conflict do nothing;
    if not found then
        v_outcome := case when exists (select from ledger.event_registry g
            where (g.account_id, g.event_id, g.content_hash) = (v_event.account_id, v_event.event_id, v_hash))
            then 'duplicate' else 'conflict' end;
        -- The first answer again, anomalies included.
        select coalesce(max(e.anomalies), '{}') into v_event.anomalies from ledger.execution_events e
        where e.account_id = v_event.account_id and e.event_id = v_event.event_id and v_outcome = 'duplicate';
    elsif v_directive.status is null then
        v_outcome := 'unmatched';
    else
        v_event.signal_id := v_directive.signal_id;
        v_event.symbol := v_directive.symbol;
        v_event.created_at := v_directive.created_at;
        v_event.directive_no := v_directive.directive_no;
        v_event.anomalies := ledger.anomalies(v_directive, v_event);
        v_directive.status := ledger.apply_event(v_directive, v_event);
    end if;

    if v_outcome = 'conflict' then
        v_event.anomalies := array['event_conflict'];
        perform ledger.keep_unmatched(v_event, v_canonical, v_hash, 'event_conflict');
    elsif v_directive.status is null then
        v_event.anomalies := array['unknown_directive'];
        perform ledger.keep_unmatched(v_event, v_canonical, v_hash, 'unknown_directive');
        -- Sent again, an unmatched report is still unmatched: that is the first answer.
        v_outcome := 'unmatched';
    end if;
    return pg_catalog.jsonb_build_object('event_id', v_event.event_id, 'outcome', v_outcome,
        'directive_status', v_directive.status, 'anomalies', pg_catalog.to_jsonb(v_event.anomalies));
end
$$;
comment on function ledger.report_execution(jsonb, uuid, timestamptz) is
    'Takes one event in: recorded, duplicate, conflict or unmatched. The caller holds the lock of its directive.';

create function api.report_executions(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_document jsonb;
    v_results jsonb := '[]';
begin
    perform ledger.seen(v_account_id, (p_request ->> 'instance_id')::uuid, v_at);
    -- One report of an account at a time: two that bring the same unknown events in another order would wait in a circle.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.report_executions/' || v_account_id, 0));
    -- Positions, then directives, in one order for everyone (ack uses the same), then the events in the order they happened.
    perform ledger.lock_positions(array(select (e ->> 'directive_id')::uuid from pg_catalog.jsonb_array_elements(p_request -> 'events') e));
    perform from ledger.directive_registry r
    join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where r.account_id = v_account_id
        and r.directive_id in (select (e ->> 'directive_id')::uuid from pg_catalog.jsonb_array_elements(p_request -> 'events') e)
    order by r.directive_id
    for no key update of d;

    for v_document in select e from pg_catalog.jsonb_array_elements(p_request -> 'events') with ordinality as events (e, n) order by n loop
        v_results := v_results || ledger.report_execution(v_document, (p_request ->> 'instance_id')::uuid, v_at);
    end loop;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'results', v_results);
end
$$;
comment on function api.report_executions(jsonb, timestamptz) is
    'officer: stores what happened at the broker, expected or not, and moves directives along. Safe to repeat.';

grant execute on function ledger.event_document(ledger.execution_events, uuid),
    ledger.settled_status(ledger.trade_directives, text), ledger.anomalies(ledger.trade_directives, ledger.execution_events),
    ledger.keep_unmatched(ledger.execution_events, jsonb, bytea, text), ledger.move_directive(ledger.trade_directives, text),
    ledger.apply_event(ledger.trade_directives, ledger.execution_events),
    ledger.report_execution(jsonb, uuid, timestamptz), api.report_executions(jsonb, timestamptz)
    to officer;
