-- What a monitoring system asks each minute: numbers of the whole ledger, nobody's trades.
set lock_timeout = '3s';
set statement_timeout = '60s';

do $$
begin
    -- Roles belong to the server, not to the database, so it may already be there.
    if not exists (select from pg_catalog.pg_roles where rolname = 'monitor') then
        create role monitor nologin noinherit;
    end if;
end
$$;
grant monitor to authenticator;
grant usage on schema ledger, api to monitor;
alter role monitor set statement_timeout = '8s';
alter role monitor set transaction_timeout = '10s';
comment on role monitor is 'DistortSignals actor: a monitoring system; reads the numbers of the ledger, and nothing else.';

-- Wider than it was, on a table of few rows.
-- squawk-ignore ban-drop-constraint
alter table ledger.api_keys drop constraint api_keys_role_check;
-- squawk-ignore constraint-missing-not-valid
alter table ledger.api_keys add constraint api_keys_role_check
    check (role in ('generator', 'director', 'officer', 'feed', 'archivist', 'operator', 'auditor', 'monitor'));

alter table ledger.officer_instances add column calls_noted bigint not null default 1 check (calls_noted > 0);
comment on column ledger.officer_instances.calls_noted is 'How often last_seen_at was written: at most once in five seconds, so it grows steadily while the EA calls, and how fast says no more than that.';

create or replace function ledger.seen(p_account_id text, p_instance_id uuid, p_at timestamptz)
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
    -- The count rides on the write that is made anyway. To count every poll would be a write for every poll.
    insert into ledger.officer_instances as i (account_id, instance_id, first_seen_at, last_seen_at, calls_noted)
    values (p_account_id, p_instance_id, p_at, p_at, 1)
    on conflict (account_id, instance_id) do update
        set last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at), calls_noted = i.calls_noted + 1;
end
$$;

create function ledger.table_metrics()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- From PostgreSQL's own statistics: nothing is counted and no table read. A partition that is archived takes its
    -- numbers along, so each is told by itself: in a sum, that would look like a counter that began anew.
    return (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'table', coalesce(p.relname, s.relname), 'partition', case when p.oid is null then '' else s.relname end,
            'inserted', s.n_tup_ins, 'updated', s.n_tup_upd, 'deleted', s.n_tup_del, 'dead', s.n_dead_tup,
            'bytes', pg_catalog.pg_total_relation_size(s.relid)) order by s.relname), '[]')
        from pg_catalog.pg_stat_all_tables s
        join pg_catalog.pg_class c on c.oid = s.relid and c.relkind = 'r'
        left join pg_catalog.pg_inherits i on i.inhrelid = s.relid
        left join pg_catalog.pg_class p on p.oid = i.inhparent
        where s.schemaname = 'ledger');
end
$$;
comment on function ledger.table_metrics() is
    'Rows written, dead rows and size of every table and partition that is not archived.';

create function ledger.queue_metrics(p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Each reads only what waits, through its partial index.
    return (
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('queue', q.queue, 'depth', q.depth,
            'oldest_seconds', coalesce(greatest(extract(epoch from p_at - q.oldest), 0), 0)) order by q.queue)
        from (
            select 'signals_pending' as queue, count(*) as depth, min(s.recorded_at) as oldest
            from ledger.signal_outbox s where s.status = 'pending'
            union all
            select 'directives_pending', count(*), min(d.issued_at)
            from ledger.trade_directives d where d.status = 'pending'
            union all
            select 'directives_unresolved', count(*), min(k.acknowledged_at)
            from ledger.trade_directives d cross join lateral ledger.holder(d) k where d.status = 'acknowledged'
            union all
            select 'outcomes_unknown', count(*), min(u.recorded_at)
            from ledger.trade_directives d cross join lateral (
                select min(e.recorded_at) as recorded_at from ledger.execution_events e
                where (e.signal_id, e.symbol, e.created_at, e.directive_no) = (d.signal_id, d.symbol, d.created_at, d.directive_no)
                    and e.kind = 'outcome_unknown') u
            where d.status = 'acknowledged' and u.recorded_at is not null
            union all
            select 'reservations', count(*), min(e.changed_at) from ledger.exposures e where e.volume_filled_lots = 0
            union all
            select 'positions', count(*), min(e.changed_at) from ledger.exposures e where e.volume_filled_lots > 0
        ) q);
end
$$;
comment on function ledger.queue_metrics(timestamptz) is 'How much waits at each place of a story, and since when the oldest.';

create function ledger.latency_metrics(p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    c_window constant interval := interval '5 minutes';
    -- Read backwards along the journal's key: at most so many rows, whatever the rate and the history.
    c_rows constant integer := 5000;
begin
    return (
        with newest as materialized (
            select j.event, j.payload, j.recorded_at from ledger.journal j order by j.journal_id desc limit c_rows
        ), latencies as (
            select 'ack' as what, extract(epoch from k.acknowledged_at - d.issued_at) as seconds
            from newest n
            cross join lateral pg_catalog.json_populate_record(null::ledger.directive_acknowledgements, n.payload) k
            join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no)
                = (k.signal_id, k.symbol, k.created_at, k.directive_no)
            where n.event = 'acknowledgement.granted' and n.recorded_at > p_at - c_window and not k.takeover
            union all
            select 'report', extract(epoch from e.recorded_at - e.occurred_at)
            from newest n
            cross join lateral pg_catalog.json_populate_record(null::ledger.execution_events, n.payload) e
            where n.event like 'execution.%' and n.recorded_at > p_at - c_window
        )
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('what', w.what, 'count', q.count, 'quantiles', q.quantiles) order by w.what)
        from (values ('ack'), ('report')) w (what)
        cross join lateral (
            select count(*) as count, pg_catalog.percentile_cont(array[0.5, 0.9, 0.99])
                within group (order by greatest(l.seconds, 0)::double precision) as quantiles
            from latencies l where l.what = w.what) q);
end
$$;
comment on function ledger.latency_metrics(timestamptz) is
    'Median, 90 and 99 percent of two latencies among the newest 5,000 journal rows of the last five minutes: issue to first acknowledgement, and broker to ledger.';

create function ledger.officer_metrics(p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    -- Series by account for so many, always the same ones. Counts by silence cover all, however many there are.
    c_most constant integer := 1000;
begin
    return (
        with accounts as materialized (
            select a.account_id, a.enabled, i.last_seen_at, i.calls_noted,
                pg_catalog.row_number() over (order by a.account_id) as n
            from ledger.accounts a
            left join (select o.account_id, max(o.last_seen_at) as last_seen_at, sum(o.calls_noted) as calls_noted
                from ledger.officer_instances o group by o.account_id) i on i.account_id = a.account_id
        )
        select pg_catalog.jsonb_build_object(
            'enabled', count(*) filter (where c.enabled), 'disabled', count(*) filter (where not c.enabled),
            'silent_for', pg_catalog.jsonb_build_object(
                'under_15_seconds', count(*) filter (where c.enabled and p_at - c.last_seen_at < interval '15 seconds'),
                'under_1_minute', count(*) filter (where c.enabled and p_at - c.last_seen_at >= interval '15 seconds' and p_at - c.last_seen_at < interval '1 minute'),
                'under_5_minutes', count(*) filter (where c.enabled and p_at - c.last_seen_at >= interval '1 minute' and p_at - c.last_seen_at < interval '5 minutes'),
                'under_1_hour', count(*) filter (where c.enabled and p_at - c.last_seen_at >= interval '5 minutes' and p_at - c.last_seen_at < interval '1 hour'),
                'longer', count(*) filter (where c.enabled and p_at - c.last_seen_at >= interval '1 hour'),
                'never_seen', count(*) filter (where c.enabled and c.last_seen_at is null)),
            'without_series', greatest(count(*) - c_most, 0),
            'accounts', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('account_id', c.account_id,
                'last_seen', extract(epoch from c.last_seen_at), 'calls_noted', c.calls_noted) order by c.account_id)
                filter (where c.n <= c_most and c.last_seen_at is not null), '[]'))
        from accounts c);
end
$$;
comment on function ledger.officer_metrics(timestamptz) is
    'How many enabled accounts'' officers have been silent for how long, and when each of the first thousand accounts by name last called.';

create function ledger.checkpoint_metrics(p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_last ledger.checkpoints := ledger.last_checkpoint();
    v_oldest ledger.journal := ledger.oldest_uncovered();
begin
    return pg_catalog.jsonb_build_object(
        'checkpoint_no', coalesce(v_last.checkpoint_no, 0), 'tree_size', coalesce(v_last.tree_size, 0),
        'lag_seconds', coalesce(greatest(extract(epoch from p_at - v_oldest.recorded_at), 0), 0),
        -- Bounded: a ledger that was never checkpointed is told as a hundred thousand rows behind.
        'lag_rows', (select count(*) from (select from ledger.journal j
            where v_oldest.xid is not null and j.xid >= v_oldest.xid and (j.xid, j.journal_id) >= (v_oldest.xid, v_oldest.journal_id)
            limit 100000) rows));
end
$$;
comment on function ledger.checkpoint_metrics(timestamptz) is 'How large the Merkle tree is and how far the journal is ahead of it.';

create function ledger.finding_metrics(p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', c.kind, 'severity', c.severity, 'count', c.count)
            order by c.kind, c.severity), '[]')
        from (select f ->> 'kind' as kind, f ->> 'severity' as severity, count(*) as count
            from pg_catalog.jsonb_array_elements(api.doctor(p_at) -> 'findings') f group by 1, 2) c);
end
$$;
comment on function ledger.finding_metrics(timestamptz) is 'What api.doctor finds, counted; at most 100 of a kind.';

create function ledger.metrics(p_at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    return pg_catalog.jsonb_build_object(
        'at', extract(epoch from v_at),
        'tables', ledger.table_metrics(),
        -- The numbers given out; a transaction that is rolled back leaves a gap.
        'journal_rows', coalesce(pg_catalog.pg_sequence_last_value(pg_catalog.pg_get_serial_sequence('ledger.journal', 'journal_id')::regclass), 0),
        'queues', ledger.queue_metrics(v_at),
        'latencies', ledger.latency_metrics(v_at),
        'officers', ledger.officer_metrics(v_at),
        'checkpoints', ledger.checkpoint_metrics(v_at),
        'findings', ledger.finding_metrics(p_at),
        'partitions_until', (select extract(epoch from (max(m.month) + interval '1 month') at time zone 'UTC') from ledger.partitioned_months m),
        'database_bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
        -- An open writer holds checkpoints up, an open snapshot keeps dead rows.
        'oldest_transaction_seconds', (select coalesce(extract(epoch from max(pg_catalog.clock_timestamp() - a.xact_start)), 0)
            from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' and a.datname = pg_catalog.current_database()),
        'simulated_time', (select s.simulated_time from ledger.settings s));
end
$$;
comment on function ledger.metrics(timestamptz) is
    'Everything GET /metrics tells. Runs as the owner: a monitoring system may have the numbers without the rows.';

create function api.metrics(p_at timestamptz default null)
returns jsonb
language sql
set search_path = ''
as $$
    select ledger.metrics(p_at)
$$;
comment on function api.metrics(timestamptz) is 'monitor: counts, ages, sizes and latencies of the ledger. Nothing in it grows with the history.';

grant execute on function ledger.metrics(timestamptz), api.metrics(timestamptz) to monitor;
