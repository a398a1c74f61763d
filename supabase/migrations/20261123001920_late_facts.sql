-- What happens to those who come after their story has left for the archive: they are answered, and facts are kept.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.archived_status(p_directive_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return (
        select a.status from ledger.directive_registry r
        join archive.trade_directives a on (a.signal_id, a.symbol, a.created_at, a.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_id = p_directive_id and r.account_id = ledger.account_id());
end
$$;
comment on function ledger.archived_status(uuid) is
    'The final status of an archived directive of the caller''s account; null where the archive has none, or none any more. Runs as the owner: officers do not read the archive.';

create function ledger.archived_anomalies(p_event_id uuid)
returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return (select max(e.anomalies) from archive.execution_events e
        where e.account_id = ledger.account_id() and e.event_id = p_event_id);
end
$$;
comment on function ledger.archived_anomalies(uuid) is
    'What was unexpected about an archived event of the caller''s account when it came. Runs as the owner: officers do not read the archive.';
grant execute on function ledger.archived_status(uuid), ledger.archived_anomalies(uuid) to officer;

create or replace function ledger.check_signal_times(p_signals jsonb, p_at timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_window interval := (select signal_window from ledger.settings);
    v_signal record;
begin
    for v_signal in select s.* from pg_catalog.jsonb_to_recordset(p_signals) s (signal_id uuid, created_at timestamptz) loop
        if v_signal.created_at not between p_at - v_window and p_at + v_window then
            perform ledger.refuse(422, 'signal_outside_present',
                pg_catalog.format('Signal %s is of %s, too far from %s.', v_signal.signal_id,
                    ledger.utc(v_signal.created_at), ledger.utc(p_at)),
                'Check the clock of the bars'' source; history is replayed on a ledger under simulated time.');
        end if;
        if ledger.story_archived(v_signal.created_at) then
            perform ledger.refuse(409, 'month_archived',
                pg_catalog.format('Signal %s is of %s, and that month is in the archive.', v_signal.signal_id, ledger.utc(v_signal.created_at)),
                'Nothing can be added to it any more; check the clock of the bars'' source.');
        end if;
        if not exists (select from ledger.partitioned_months m
            where m.month = pg_catalog.date_trunc('month', v_signal.created_at at time zone 'UTC')::date) then
            perform ledger.refuse(503, 'partition_missing',
                pg_catalog.format('There is no partition for %s yet.', ledger.utc(v_signal.created_at)),
                'Let the archivist make partitions (premake_partitions), then send the same again.');
        end if;
    end loop;
end
$$;

create or replace function api.poll_directives(p_request jsonb, p_at timestamptz default null)
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

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_id', u.id,
        'status', coalesce(t.status, ledger.archived_status(r.directive_id))) order by u.id), '[]')
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

create or replace function ledger.identities(p_account_id text, p_directive_nos bigint[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_no', r.directive_no,
            'directive_id', r.directive_id, 'status', s.status) order by r.directive_no), '[]')
        from ledger.directive_registry r
        left join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        cross join lateral (select coalesce(d.status, ledger.archived_status(r.directive_id)) as status) s
        where r.directive_no = any (p_directive_nos) and r.account_id = p_account_id and s.status is not null);
end
$$;

create or replace function ledger.report_execution(p_document jsonb, p_instance_id uuid, p_at timestamptz)
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
    v_archived boolean := false;
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
    if v_directive.status is null then
        v_archived := exists (select from ledger.directive_registry r
            where r.directive_id = v_directive_id and r.account_id = v_event.account_id and ledger.story_archived(r.created_at));
    end if;

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
    elsif v_archived and v_outcome = 'duplicate' and not exists (select from ledger.unmatched_reports u
        where (u.account_id, u.event_id, u.content_hash) = (v_event.account_id, v_event.event_id, v_hash)) then
        -- It was recorded while its story was here, and went to the archive with it.
        v_event.anomalies := coalesce(ledger.archived_anomalies(v_event.event_id), '{}');
    elsif v_archived then
        v_event.anomalies := array['late'];
        perform ledger.keep_unmatched(v_event, v_canonical, v_hash, 'story_archived');
        v_outcome := 'unmatched';
    elsif v_directive.status is null then
        v_event.anomalies := array['unknown_directive'];
        perform ledger.keep_unmatched(v_event, v_canonical, v_hash, 'unknown_directive');
        -- Sent again, an unmatched report is still unmatched: that is the first answer.
        v_outcome := 'unmatched';
    end if;
    return pg_catalog.jsonb_build_object('event_id', v_event.event_id, 'outcome', v_outcome,
        'directive_status', case when v_archived then ledger.archived_status(v_directive_id) else v_directive.status end, 'anomalies', pg_catalog.to_jsonb(v_event.anomalies));
end
$$;

create or replace function ledger.follow_execution()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_opened ledger.trade_directives;
    v_volume record;
begin
    -- The directive that opened the position: the reported one, or the one it targets.
    select o.* into v_opened from ledger.trade_directives d
    join ledger.directive_registry r on r.directive_no = coalesce(d.target_directive_no, d.directive_no)
    join ledger.trade_directives o on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (new.signal_id, new.symbol, new.created_at, new.directive_no);
    select * into v_volume from ledger.position_volume(v_opened.directive_no);

    if v_volume.filled_lots > v_volume.closed_lots
        and not exists (select from ledger.exposures e where e.directive_no = v_opened.directive_no)
        and exists (select from archive.trade_directives a where a.target_directive_no = v_opened.directive_no) then
        -- What closed it lies in the archive, so its volume cannot be worked out from here. Should the broker
        -- hold any of it after all, the next sync says so.
        return null;
    elsif v_volume.filled_lots > v_volume.closed_lots then
        -- A fill may come after the directive was given up: then its exposure comes back.
        insert into ledger.exposures as e (directive_no, account_id, strategy_id, symbol, side,
            volume_directed_lots, volume_filled_lots, volume_closed_lots, position_id)
        values (v_opened.directive_no, v_opened.account_id, v_opened.strategy_id, v_opened.symbol, v_opened.side,
            v_opened.volume_lots, v_volume.filled_lots, v_volume.closed_lots, new.position_id)
        on conflict (directive_no) do update
            set volume_filled_lots = excluded.volume_filled_lots, volume_closed_lots = excluded.volume_closed_lots,
                position_id = coalesce(excluded.position_id, e.position_id), changed_at = ledger.at();
    elsif v_volume.filled_lots > 0
        -- A correction may take a fill back altogether.
        or new.references_event_id is not null
        -- Nothing was filled and nothing will be: a placed order that the broker let go of or turned down.
        or new.directive_no = v_opened.directive_no and new.kind in ('order_cancelled', 'order_failed', 'order_rejected') then
        delete from ledger.exposures where directive_no = v_opened.directive_no;
    end if;
    return null;
end
$$;
