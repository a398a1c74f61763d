-- What is wrong with the ledger itself, and the one question that a person asks: what needs me?
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.find_missing_partitions(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
set timezone = 'UTC'
as $$
begin
    -- The archivist keeps three months ahead: five weeks mean that it has not run for long, one that signals will be refused.
    return query
    select 'partitions_missing', case when m.until <= p_at + interval '7 days' then 'critical' else 'warning' end,
        pg_catalog.to_char(m.until, 'YYYY-MM'), m.until,
        pg_catalog.format('The ledger has no partitions from %s on; signals of that time are refused with partition_missing.', m.until::date),
        'scripts/distort partitions make --months 6, and see why the archivist has made none.'
    from (select coalesce(min(g), p_at)::timestamptz as until
        -- The first month from the present one on that is not there.
        from pg_catalog.generate_series(pg_catalog.date_trunc('month', p_at), pg_catalog.date_trunc('month', p_at) + interval '2 months', interval '1 month') g
        where not exists (select from ledger.partitioned_months p where p.month = g::date)
        having min(g) is not null) m
    where m.until <= p_at + interval '35 days'
    limit p_most;
end
$$;
comment on function ledger.find_missing_partitions(timestamptz, integer) is 'partitions_missing: within five weeks there is a month without partitions.';

create function ledger.oldest_uncovered()
returns ledger.journal
language plpgsql
stable
set search_path = ''
as $$
declare
    v_epoch ledger.journal_epochs := (select e from ledger.journal_epochs e order by e.epoch desc limit 1);
    v_last ledger.checkpoints := ledger.last_checkpoint();
    v_continues boolean := v_last.epoch is not distinct from v_epoch.epoch;
    v_after xid8 := case when v_continues then v_last.frontier else v_epoch.frontier end;
    v_row ledger.journal;
begin
    select * into v_row from ledger.journal j
    where j.xid >= v_after and j.journal_id >= v_epoch.first_journal_id
        and (j.xid, j.journal_id) > (v_after, case when v_continues then v_last.frontier_journal_id else 0 end)
    order by j.xid, j.journal_id limit 1;
    return v_row;
end
$$;
comment on function ledger.oldest_uncovered() is 'The journal row that has waited longest for a checkpoint, all null where none waits.';

create function ledger.owner_facts(out simulated_time boolean, out restored boolean)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    select s.simulated_time,
        (select e.system_identifier from ledger.journal_epochs e order by e.epoch desc limit 1)
            <> (select c.system_identifier from pg_catalog.pg_control_system() c)
    into simulated_time, restored from ledger.settings s;
end
$$;
comment on function ledger.owner_facts() is
    'What only the owner can read and doctor must know: whether callers may say what time it is, and whether a dump was restored here without a new epoch.';

create function ledger.find_late_checkpoints(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
declare
    v_row ledger.journal := ledger.oldest_uncovered();
    v_last ledger.checkpoints := ledger.last_checkpoint();
begin
    if (ledger.owner_facts()).restored then
        return next row('epoch_ended', 'critical', 'journal', coalesce(v_last.checkpointed_at, p_at),
            'This database was restored on another server, where the transaction ids in its journal say nothing; no checkpoint can be made.',
            'As the owner of the database, once: select ledger.start_epoch();')::ledger.finding;
    elsif v_row.recorded_at <= p_at - interval '5 minutes' then
        -- The archivist makes one each minute.
        return next row('checkpoint_late', case when v_row.recorded_at <= p_at - interval '1 hour' then 'critical' else 'warning' end,
            'journal row ' || v_row.journal_id, v_row.recorded_at,
            pg_catalog.format('Journal row %s has waited %s for a checkpoint; the newest is %s.', v_row.journal_id,
                ledger.lasting(v_row.recorded_at, p_at), coalesce('number ' || v_last.checkpoint_no || ' of ' || ledger.utc(v_last.checkpointed_at), 'yet to be made')),
            'Call the archivist (POST /archivist, as the scheduler does) and read its log; a transaction that is left open holds checkpoints up (select pid, xact_start, query from pg_stat_activity order by xact_start).'
            )::ledger.finding;
    end if;
end
$$;
comment on function ledger.find_late_checkpoints(timestamptz, integer) is
    'checkpoint_late: a journal row that nothing seals yet. epoch_ended: nothing will until a new epoch is begun.';

create function ledger.find_stuck_archives(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- The archivist goes on each minute. A moved month may rest; an export that was not read back may not be relied on.
    return query
    select 'archive_stuck', 'warning', s.month::text, s.recorded_at,
        pg_catalog.format('The archiving of %s stopped %s ago after the step "%s".', s.month, ledger.lasting(s.recorded_at, p_at), s.step),
        case s.step when 'exported' then 'scripts/distort archive verify --from PLACE: an export counts once it has been read back.'
            else 'scripts/distort archive status says what the month waits for; scripts/distort archive run goes on with it.' end
    from ledger.partitioned_months m
    cross join lateral ledger.archive_state(m.month) s
    where s.step in ('chosen', 'signals_archived', 'checkpointed') and s.recorded_at <= p_at - interval '1 hour'
        or s.step = 'exported' and s.recorded_at <= p_at - interval '1 day'
    order by s.month limit p_most;
end
$$;
comment on function ledger.find_stuck_archives(timestamptz, integer) is 'archive_stuck: a month that is neither here nor in the archive, or whose export nobody has verified.';

create function ledger.find_halts(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- One look-up for each thing that can be halted, however many halts there ever were.
    return query
    select 'trading_halted', 'info', pg_catalog.rtrim(s.scope || ' ' || s.value), h.recorded_at,
        pg_catalog.format('Opens are halted (%s) for %s: %s. Closes go on.', pg_catalog.rtrim(s.scope || ' ' || s.value),
            ledger.lasting(h.recorded_at, p_at), h.reason),
        pg_catalog.format('When the reason is gone: scripts/distort resume %s --reason "..."', pg_catalog.rtrim(s.scope || ' ' || s.value))
    from (
        select 'global' as scope, '' as value
        union all select 'account', a.account_id from ledger.accounts a
        union all select 'strategy', t.strategy_id from ledger.strategies t
        union all select distinct 'symbol', y from ledger.strategies t, unnest(t.symbols) y
    ) s
    cross join lateral (select * from ledger.trading_halts l
        where l.scope = s.scope and l.value = s.value order by l.halt_no desc limit 1) h
    where h.action = 'halted'
    order by h.recorded_at, h.halt_no limit p_most;
end
$$;
comment on function ledger.find_halts(timestamptz, integer) is 'trading_halted: the halts in force.';

create function ledger.find_standing_settings(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    (select 'account_disabled', 'info', a.account_id, a.recorded_at,
        pg_catalog.format('Account %s is disabled: no opens are decided or granted, closes are.', a.account_id),
        pg_catalog.format('To trade again: scripts/distort account change %s --enabled', a.account_id)
    from ledger.accounts a where not a.enabled order by a.account_id limit p_most)
    union all
    (select 'simulated_time',
        -- Who asks about a simulated moment knows; who asks about the present finds a ledger that believes its callers.
        case when p_at = pg_catalog.now() then 'critical' else 'info' end, 'ledger.settings', p_at,
        'This ledger lets its callers say what time it is; that is for replays and tests.',
        'On a ledger that trades, as the owner of the database: update ledger.settings set simulated_time = false;'
    from ledger.owner_facts() f where f.simulated_time)
    union all
    (select case when k.expires_at <= p_at then 'api_key_expired' else 'api_key_expiring' end,
        case when k.expires_at <= p_at then 'warning' else 'info' end, k.key_id, k.expires_at,
        pg_catalog.format('Key %s (%s%s, "%s") %s %s.', k.key_id, k.role, coalesce(' of account ' || k.account_id, ''), k.label,
            case when k.expires_at <= p_at then 'expired at' else 'expires at' end, ledger.utc(k.expires_at)),
        pg_catalog.format('scripts/distort key issue %s%s, hand it over, then: scripts/distort key revoke %s', k.role,
            coalesce(' --account ' || k.account_id, ''), k.key_id)
    from ledger.api_keys k
    where k.revoked_at is null and k.expires_at between p_at - interval '30 days' and p_at + interval '14 days'
    order by k.expires_at, k.key_id limit p_most);
end
$$;
comment on function ledger.find_standing_settings(timestamptz, integer) is
    'account_disabled, simulated_time, api_key_expired, api_key_expiring: how the ledger is set up. Keys are told of from 14 days before their end to 30 after.';

create function api.doctor(p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    -- Of each kind so many are told, the oldest first: more would be read by nobody, and the answer stays small.
    c_most constant integer := 100;
    -- A finder that finds several kinds reads enough for all of them.
    c_read constant integer := 301;
    v_answer jsonb;
begin
    with found as (
        select * from ledger.find_undecided_signals(v_at, c_read)
        union all select * from ledger.find_waiting_directives(v_at, c_read)
        union all select * from ledger.find_unresolved_directives(v_at, c_read)
        union all select * from ledger.find_odd_reports(v_at, c_read)
        union all select * from ledger.find_rejections(v_at, c_read)
        union all select * from ledger.find_silent_officers(v_at, c_read)
        union all select * from ledger.find_two_terminals(v_at, c_read)
        union all select * from ledger.find_standing_discrepancies(v_at, c_read)
        union all select * from ledger.find_missing_partitions(v_at, c_read)
        union all select * from ledger.find_late_checkpoints(v_at, c_read)
        union all select * from ledger.find_stuck_archives(v_at, c_read)
        union all select * from ledger.find_halts(v_at, c_read)
        union all select * from ledger.find_standing_settings(v_at, c_read)
    ), numbered as (
        select f.*, pg_catalog.row_number() over (partition by f.kind order by f.since, f.subject) as n from found f
    )
    select pg_catalog.jsonb_build_object('at', ledger.utc(v_at),
        'findings', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', n.kind, 'severity', n.severity,
            'subject', n.subject, 'since', ledger.utc(n.since), 'explanation', n.explanation, 'remedy', n.remedy)
            order by pg_catalog.array_position(array['critical', 'warning', 'info'], n.severity), n.kind, n.since, n.subject)
            filter (where n.n <= c_most), '[]'),
        'most_per_kind', c_most,
        'cut', coalesce((select pg_catalog.jsonb_agg(distinct c.kind order by c.kind) from numbered c where c.n > c_most), '[]'))
    into v_answer from numbered n;
    return v_answer;
end
$$;
comment on function api.doctor(timestamptz) is
    'operator, auditor: everything that is stuck, with what to do about it. At most 100 of a kind, the oldest; "cut" names the kinds that have more.';

grant execute on function ledger.find_missing_partitions(timestamptz, integer), ledger.archive_state(date),
    ledger.find_stuck_archives(timestamptz, integer), ledger.oldest_uncovered(), ledger.owner_facts(),
    ledger.find_late_checkpoints(timestamptz, integer), ledger.find_halts(timestamptz, integer),
    ledger.find_standing_settings(timestamptz, integer), api.doctor(timestamptz)
    to operator, auditor;
