-- How a month gets into the archive: one step after the other, each a transaction of its own, each safe to repeat.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.month_start(p_month date)
returns timestamptz
language sql
immutable
set search_path = ''
as $$
    select p_month::timestamp at time zone 'UTC'
$$;
comment on function ledger.month_start(date) is 'The first moment of a month, UTC.';

create function ledger.archive_before(p_retention_days integer, p_at timestamptz)
returns date
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- Within the window signals of that month may still be published.
    if p_retention_days is null or p_retention_days not between 1 and 36500
        or p_retention_days * interval '1 day' < (select signal_window from ledger.settings) then
        perform ledger.refuse(422, 'retention_invalid',
            'The retention is not a number of days from 1 to 36500, or shorter than the time in which signals may come late.',
            'Keep months at least as long as settings.signal_window.');
    end if;
    return pg_catalog.date_trunc('month', (p_at - p_retention_days * interval '1 day') at time zone 'UTC')::date;
end
$$;
comment on function ledger.archive_before(integer, timestamptz) is
    'Months before this one ended longer ago than the retention. Runs as the owner, who alone reads the settings.';

create function ledger.open_stories(p_month date, p_before date)
returns table (reason text, signal_id uuid, symbol text, created_at timestamptz, directive_no bigint, account_id text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_from timestamptz := ledger.month_start(p_month);
    v_to timestamptz := ledger.month_start((p_month + interval '1 month')::date);
begin
    return query
        select 'signal_pending', s.signal_id, s.symbol, s.created_at, null::bigint, null::text
        from ledger.signal_outbox s
        where s.created_at >= v_from and s.created_at < v_to and s.status = 'pending'
        union all
        select 'directive_' || d.status, d.signal_id, d.symbol, d.created_at, d.directive_no, d.account_id
        from ledger.trade_directives d
        where d.created_at >= v_from and d.created_at < v_to and d.status in ('pending', 'acknowledged')
        union all
        -- Of this month's positions: what is still at the broker, or waits there for its price.
        select case when e.volume_filled_lots > 0 then 'position_open' else 'order_open' end,
            r.signal_id, r.symbol, r.created_at, r.directive_no, r.account_id
        from ledger.exposures e
        join ledger.directive_registry r on r.directive_no = e.directive_no
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.created_at >= v_from and r.created_at < v_to
            and (e.volume_filled_lots > 0 or d.status not in ('pending', 'acknowledged'))
        union all
        -- Of positions of other months, closed or moved by this one: their volume is worked out from here.
        select 'position_open', d.signal_id, d.symbol, d.created_at, d.directive_no, d.account_id
        from ledger.exposures e
        join ledger.directive_registry r on r.directive_no = e.directive_no
        join ledger.trade_directives d on d.target_directive_no = e.directive_no
        where d.created_at >= v_from and d.created_at < v_to and (r.created_at < v_from or r.created_at >= v_to)
            and d.status not in ('pending', 'acknowledged')
        union all
        -- Of this month's positions, closed or moved by another: the retention counts from the last that touched them.
        select case when d.status in ('pending', 'acknowledged') then 'follow_up_unresolved' else 'follow_up_within_retention' end,
            o.signal_id, o.symbol, o.created_at, o.directive_no, o.account_id
        from ledger.trade_directives o
        join ledger.trade_directives d on d.target_directive_no = o.directive_no
        where o.created_at >= v_from and o.created_at < v_to and o.action = 'open'
            and (d.created_at < v_from or d.created_at >= v_to)
            and (d.status in ('pending', 'acknowledged') or d.created_at >= ledger.month_start(p_before));
end
$$;
comment on function ledger.open_stories(date, date) is
    'Why a month cannot go yet: its stories that are not over, or touch positions that are not. p_before is the first month within the retention.';

create function ledger.archive_waits_for_checkpoint(p_month date, p_from xid8)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select from ledger.journal j
        where j.created_at >= ledger.month_start(p_month)
            and j.created_at < ledger.month_start((p_month + interval '1 month')::date) and j.xid >= p_from
            and not exists (select from ledger.merkle_leaves l where l.journal_id = j.journal_id));
end
$$;
comment on function ledger.archive_waits_for_checkpoint(date, xid8) is
    'Whether the journal of a month has a row of transaction p_from or later that no checkpoint covers.';

create function ledger.archive_signals(p_month date, p_max_signals integer)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_archived integer;
begin
    update ledger.signal_outbox s set status = 'archived'
    where s.created_at >= ledger.month_start(p_month) and s.created_at < ledger.month_start((p_month + interval '1 month')::date)
        and s.signal_id = any (array(
            select o.signal_id from ledger.signal_outbox o
            where o.created_at >= ledger.month_start(p_month)
                and o.created_at < ledger.month_start((p_month + interval '1 month')::date) and o.status = 'processed'
            limit p_max_signals for no key update));
    get diagnostics v_archived = row_count;
    return v_archived;
end
$$;
comment on function ledger.archive_signals(date, integer) is 'Archives up to so many processed signals of a month; answers how many.';

create function ledger.bound_partitions(p_month date)
returns boolean
language plpgsql
set search_path = ''
set lock_timeout = '3s'
as $$
declare
    v_table text;
    v_partition regclass;
    v_bounded boolean;
    v_added boolean := false;
begin
    -- Attaching a table reads all of it, unless a constraint already says what it holds. Validating one reads it
    -- as well, but keeps nobody waiting: so that is done before, a table at a time.
    foreach v_table in array ledger.story_tables() loop
        v_partition := ('ledger.' || v_table || pg_catalog.to_char(p_month, '_YYYY_MM'))::regclass;
        select c.convalidated into v_bounded from pg_catalog.pg_constraint c
        where c.conrelid = v_partition and c.conname = 'month_bounds';
        if v_bounded is null then
            execute pg_catalog.format('alter table %s add constraint month_bounds
                check (created_at >= %L and created_at < %L) not valid', v_partition,
                ledger.month_start(p_month), ledger.month_start((p_month + interval '1 month')::date));
            v_added := true;
        elsif not v_bounded and not v_added then
            execute pg_catalog.format('alter table %s validate constraint month_bounds', v_partition);
            return false;
        end if;
    end loop;
    return not v_added;
end
$$;
comment on function ledger.bound_partitions(date) is
    'Takes one step towards a month whose partitions can be attached elsewhere without being read; true once there is none left.';

create function ledger.move_partition(p_table text, p_month date)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_partition text := p_table || pg_catalog.to_char(p_month, '_YYYY_MM');
    v_key name;
begin
    execute pg_catalog.format('alter table ledger.%I detach partition ledger.%I', p_table, v_partition);
    -- Its foreign keys would hold the months of the tables they refer to.
    for v_key in
        select c.conname from pg_catalog.pg_constraint c
        where c.conrelid = ('ledger.' || v_partition)::regclass and c.contype = 'f' and c.conparentid = 0
    loop
        execute pg_catalog.format('alter table ledger.%I drop constraint %I', v_partition, v_key);
    end loop;
    execute pg_catalog.format('alter table ledger.%I set schema archive', v_partition);
    -- Detaching took the guards of its rows away; with the new parent come the parent's. Row level security and
    -- the guard against truncating are the partition's own and stay.
    execute pg_catalog.format('alter table archive.%I attach partition archive.%I for values from (%L) to (%L)',
        p_table, v_partition, ledger.month_start(p_month), ledger.month_start((p_month + interval '1 month')::date));
    execute pg_catalog.format('alter table archive.%I drop constraint month_bounds', v_partition);
end
$$;
comment on function ledger.move_partition(text, date) is 'Takes a month of one table from schema ledger to schema archive, as it is.';

create function ledger.lock_month(p_month date)
returns void
language plpgsql
set search_path = ''
-- Sixteen locks, one after the other, while traffic takes some of them in another order: to wait shorter in all
-- than the second after which PostgreSQL looks for circles means that it is never a caller who loses his request.
set lock_timeout = '50ms'
as $$
declare
    v_table text;
begin
    foreach v_table in array array['accounts', 'strategies', 'directive_registry', 'event_registry'] || ledger.story_tables() loop
        execute pg_catalog.format('lock table only ledger.%I in access exclusive mode', v_table);
    end loop;
    foreach v_table in array ledger.story_tables() loop
        execute pg_catalog.format('lock table ledger.%I in access exclusive mode', v_table || pg_catalog.to_char(p_month, '_YYYY_MM'));
    end loop;
end
$$;
comment on function ledger.lock_month(date) is
    'All that moving a month touches: its partitions, their parents, and what their foreign keys refer to.';

create function ledger.move_month(p_month date, p_before date)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_frontier xid8 := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
    v_table text;
begin
    if ledger.archive_waits_for_checkpoint(p_month, '0') then
        return 'checkpoint';
    end if;
    -- Five attempts of less than a second, with time for traffic in between; then it is left to the next call.
    for v_attempt in 1 .. 5 loop
        begin
            perform ledger.lock_month(p_month);
            -- Looked at again, for now nobody writes any more.
            if exists (select from ledger.open_stories(p_month, p_before)) then
                return 'open_stories';
            elsif ledger.archive_waits_for_checkpoint(p_month, v_frontier) then
                return 'checkpoint';
            end if;
            -- Whether a month is still referred to is checked row by row; without these the planner may rather
            -- read all other months, which hold no such row by their bounds.
            perform pg_catalog.set_config('enable_hashjoin', 'off', true);
            perform pg_catalog.set_config('enable_mergejoin', 'off', true);
            foreach v_table in array ledger.story_tables() loop
                perform ledger.move_partition(v_table, p_month);
            end loop;
            return null;
        exception when lock_not_available then
            null;
        end;
        perform pg_catalog.pg_sleep(0.2);
    end loop;
    return 'lock';
end
$$;
comment on function ledger.move_month(date, date) is
    'Moves all six tables of a month in one transaction, so that a story is either here or there. Answers what it waits for: null when done.';

create function ledger.export_counts(p_month date)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_table text;
    v_count bigint;
    v_counts jsonb := '{}';
begin
    foreach v_table in array ledger.story_tables() loop
        execute pg_catalog.format('select count(*) from archive.%I', v_table || pg_catalog.to_char(p_month, '_YYYY_MM')) into v_count;
        v_counts := v_counts || pg_catalog.jsonb_build_object(v_table, v_count);
    end loop;
    return v_counts;
end
$$;
comment on function ledger.export_counts(date) is 'How many rows of each table an archived month has.';

create function ledger.drop_month(p_month date)
returns void
language plpgsql
set search_path = ''
set lock_timeout = '3s'
as $$
declare
    v_table text;
begin
    -- A late report about the position would find only half of what became of it, and take it for open.
    if exists (
        select from archive.trade_directives a
        join ledger.directive_registry r on r.directive_no = a.target_directive_no
        join ledger.trade_directives o on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where a.created_at >= ledger.month_start(p_month) and a.created_at < ledger.month_start((p_month + interval '1 month')::date)
    ) then
        perform ledger.refuse(409, 'month_still_needed', pg_catalog.format('%s closes positions of a month that is not archived yet.', p_month),
            'Archive the months before it first.');
    end if;
    foreach v_table in array ledger.story_tables() loop
        execute pg_catalog.format('drop table archive.%I', v_table || pg_catalog.to_char(p_month, '_YYYY_MM'));
    end loop;
end
$$;
comment on function ledger.drop_month(date) is
    'Drops the rows of an archived month. Registries, leaves, nodes and checkpoints stay: they prove what the export holds.';

create function ledger.take_archive_step(p_month date, p_step text, p_before date, p_max_signals integer, p_export text, p_details jsonb)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_open record;
begin
    case p_step
        when 'chosen' then
            select * into v_open from ledger.open_stories(p_month, p_before) limit 1;
            if p_month >= p_before or found then
                return case when found then 'open_stories' else 'retention' end;
            end if;
        when 'signals_archived' then
            if ledger.archive_signals(p_month, p_max_signals) = p_max_signals then
                return 'more';
            end if;
        when 'checkpointed' then
            if ledger.archive_waits_for_checkpoint(p_month, '0') then
                return 'checkpoint';
            end if;
        when 'moved' then
            if not ledger.bound_partitions(p_month) then
                return 'more';
            end if;
            return ledger.move_month(p_month, p_before);
        when 'exported', 'verified' then
            if p_details -> 'rows' is distinct from ledger.export_counts(p_month) then
                perform ledger.refuse(409, 'export_differs',
                    pg_catalog.format('The export of %s has other numbers of rows than the archive.', p_month), 'Export the month again.');
            end if;
        when 'dropped' then
            perform ledger.drop_month(p_month);
    end case;
    return null;
end
$$;
comment on function ledger.take_archive_step(date, text, date, integer, text, jsonb) is
    'Does what a step is, or a part of it. Answers null when done, "more" to be called again, or what it waits for.';

create function ledger.archive_step(p_month date, p_step text, p_before date, p_max_signals integer, p_export text, p_details jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_steps constant text[] := array['chosen', 'signals_archived', 'checkpointed', 'moved', 'exported', 'verified', 'dropped'];
    v_step integer := pg_catalog.array_position(v_steps, p_step);
    v_last ledger.archive_steps;
    v_done integer;
    v_waits_for text;
begin
    if v_step is null or (v_step > 4) <> (p_export is not null) then
        perform ledger.refuse(422, 'archive_step_invalid', 'There is no such step, or the export it is about is not named.',
            'Name a step of ledger.archive_steps, with the SHA-256 of a manifest from "exported" on.');
    elsif not exists (select from ledger.partitioned_months m where m.month = p_month) then
        perform ledger.refuse(404, 'month_unknown', pg_catalog.format('The ledger has no month %s.', p_month), 'Name the first day of one of its months.');
    elsif not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('ledger.archive_step', 0)) then
        -- Nobody waits: whoever has the lock does what this call would do.
        return pg_catalog.jsonb_build_object('month', p_month, 'step', p_step, 'recorded', false, 'waits_for', 'another_archivist');
    end if;

    v_last := ledger.archive_state(p_month);
    -- What was restored stands where it stood after it was moved.
    v_done := case v_last.step when 'restored' then 4 else coalesce(pg_catalog.array_position(v_steps, v_last.step), 0) end;
    if v_step <= v_done and (v_step <= 4 or v_last.export = p_export) then
        return pg_catalog.jsonb_build_object('month', p_month, 'step', p_step, 'recorded', true, 'waits_for', null);
    elsif v_step <= 4 and v_step <> v_done + 1
        or v_step = 5 and v_done not between 4 and 6
        or v_step > 5 and (v_step, p_export) is distinct from (v_done + 1, v_last.export) then
        perform ledger.refuse(409, 'archive_step_out_of_order',
            pg_catalog.format('%s is at the step "%s", which "%s" does not follow.', p_month, coalesce(v_last.step, 'none'), p_step),
            'Take the steps in their order, the last three for one export.');
    end if;

    v_waits_for := ledger.take_archive_step(p_month, p_step, p_before, p_max_signals, p_export, p_details);
    if v_waits_for is null then
        insert into ledger.archive_steps (month, step, export, details) values (p_month, p_step, p_export, p_details);
    end if;
    return pg_catalog.jsonb_build_object('month', p_month, 'step', p_step, 'recorded', v_waits_for is null,
        'waits_for', nullif(v_waits_for, 'more'));
end
$$;
comment on function ledger.archive_step(date, text, date, integer, text, jsonb) is
    'Takes a step, or a part of it, and records it once it is whole. Runs as the owner: partitions are the owner''s to move.';

create function api.archive_step(p_month date, p_step text, p_retention_days integer default 90, p_max_signals integer default 1000,
    p_export text default null, p_details jsonb default '{}', p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_before date := ledger.archive_before(p_retention_days, ledger.begin(p_at));
begin
    if p_max_signals is null or p_max_signals not between 1 and 10000 then
        perform ledger.refuse(422, 'batch_invalid', 'From 1 to 10000 signals can be archived in one call.', 'Ask for fewer.');
    end if;
    return ledger.archive_step(p_month, p_step, v_before, p_max_signals, p_export,
        p_details || case when p_step in ('chosen', 'moved') then pg_catalog.jsonb_build_object('retention_days', p_retention_days) else '{}' end);
end
$$;
comment on function api.archive_step(date, text, integer, integer, text, jsonb, timestamptz) is
    'archivist: takes one step of one month, or a part of it. recorded says whether the step is whole; if not, waits_for says for what, and null to call again. Safe to repeat.';

create function api.archive_candidates(p_retention_days integer default 90, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_before date := ledger.archive_before(p_retention_days, v_at);
begin
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'months', coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('month', m.month,
            'step', (ledger.archive_state(m.month)).step,
            'open_count', (select count(*) from ledger.open_stories(m.month, v_before)),
            'open_stories', coalesce((
                select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('reason', o.reason, 'signal_id', o.signal_id,
                    'symbol', o.symbol, 'created_at', ledger.utc(o.created_at), 'directive_no', o.directive_no,
                    'account_id', o.account_id))
                from (select * from ledger.open_stories(m.month, v_before) s
                    order by s.created_at, s.signal_id, s.directive_no, s.reason limit 100) o), '[]')) order by m.month)
        from ledger.partitioned_months m
        where m.month < v_before
            and coalesce((ledger.archive_state(m.month)).step in ('chosen', 'signals_archived', 'checkpointed'), true)), '[]'));
end
$$;
comment on function api.archive_candidates(integer, timestamptz) is
    'archivist: the months that ended longer ago than the retention and are not in the archive yet, oldest first, with the step they stand at and the stories that keep them (at most 100 named). One keeps its whole month.';

create function ledger.restore_month(p_month date, p_export text, p_details jsonb)
returns void
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
    v_table text;
    v_partition text;
begin
    foreach v_table in array ledger.story_tables() loop
        v_partition := v_table || pg_catalog.to_char(p_month, '_YYYY_MM');
        if pg_catalog.to_regclass('ledger.' || v_partition) is not null or pg_catalog.to_regclass('archive.' || v_partition) is not null then
            perform ledger.refuse(409, 'month_present', pg_catalog.format('This ledger has %s already.', p_month),
                'Restore a month that was dropped, or into a ledger that never had it.');
        end if;
        execute pg_catalog.format('create table archive.%I partition of archive.%I for values from (%L) to (%L)',
            v_partition, v_table, ledger.month_start(p_month), ledger.month_start((p_month + interval '1 month')::date));
        execute pg_catalog.format('alter table archive.%I enable row level security', v_partition);
        execute pg_catalog.format('create trigger a_guard_truncate before truncate on archive.%I
            for each statement execute function ledger.guard_row()', v_partition);
        execute pg_catalog.format('alter table archive.%I enable always trigger a_guard_truncate', v_partition);
        execute pg_catalog.format('comment on table archive.%I is %L', v_partition,
            pg_catalog.format('%s of stories created from %s up to %s.', v_table, p_month, (p_month + interval '1 month')::date));
    end loop;
    insert into ledger.partitioned_months (month) values (p_month) on conflict do nothing;
    insert into ledger.archive_steps (month, step, export, details) values (p_month, 'restored', p_export, p_details);
end
$$;
comment on function ledger.restore_month(date, text, jsonb) is
    'For the owner: makes the archive''s partitions of a month, empty, to be filled from an export in the same transaction.';

create function ledger.expire_directives(p_at timestamptz, p_max_directives integer)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_cancelled integer;
begin
    -- What somebody else has locked is being looked after: to wait for it could be to wait in a circle.
    update ledger.trade_directives d set status = 'cancelled'
    where d.status = 'pending' and d.directive_no = any (array(
        select p.directive_no from ledger.trade_directives p
        where p.status = 'pending' and p.expires_at <= p_at
        limit p_max_directives for no key update skip locked));
    get diagnostics v_cancelled = row_count;
    return v_cancelled;
end
$$;
comment on function ledger.expire_directives(timestamptz, integer) is
    'Cancels up to so many expired pending directives of all accounts; answers how many. Runs as the owner: only for this may an archivist touch a directive.';

create function api.expire_directives(p_max_directives integer default 1000, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_cancelled integer;
begin
    if p_max_directives is null or p_max_directives not between 1 and 10000 then
        perform ledger.refuse(422, 'batch_invalid', 'From 1 to 10000 directives can be cancelled in one call.', 'Ask for fewer.');
    end if;
    v_cancelled := ledger.expire_directives(v_at, p_max_directives);
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'cancelled', v_cancelled,
        'remaining', v_cancelled = p_max_directives);
end
$$;
comment on function api.expire_directives(integer, timestamptz) is
    'archivist: cancels pending directives that have expired, also of accounts whose officer never comes back. Safe to repeat.';

create function api.unresolved_directives(p_older_than_seconds integer default 900, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    return (
        with stale as (
            select d.directive_id, d.directive_no, d.account_id, d.symbol, d.action, k.acknowledged_at
            from ledger.trade_directives d
            cross join lateral (
                select max(a.acknowledged_at) as acknowledged_at from ledger.directive_acknowledgements a
                where (a.signal_id, a.symbol, a.created_at, a.directive_no) = (d.signal_id, d.symbol, d.created_at, d.directive_no)
            ) k
            where d.status = 'acknowledged' and k.acknowledged_at <= v_at - p_older_than_seconds * interval '1 second'
        )
        select pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'count', (select count(*) from stale),
            'directives', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_id', s.directive_id,
                'directive_no', s.directive_no, 'account_id', s.account_id, 'symbol', s.symbol, 'action', s.action,
                'acknowledged_at', ledger.utc(s.acknowledged_at)) order by s.acknowledged_at, s.directive_no), '[]'))
        from (select * from stale order by acknowledged_at, directive_no limit 100) s);
end
$$;
comment on function api.unresolved_directives(integer, timestamptz) is
    'archivist, operator, auditor: directives acknowledged so long ago and still without a result, oldest first, at most 100 of them. They are never issued again: their order may lie at the broker.';

grant execute on function ledger.archive_before(integer, timestamptz), ledger.month_start(date), ledger.open_stories(date, date),
    ledger.archive_state(date), ledger.archive_step(date, text, date, integer, text, jsonb),
    ledger.expire_directives(timestamptz, integer), api.archive_step(date, text, integer, integer, text, jsonb, timestamptz),
    api.archive_candidates(integer, timestamptz), api.expire_directives(integer, timestamptz)
    to archivist;
grant execute on function api.unresolved_directives(integer, timestamptz) to archivist, operator, auditor;

-- An export says which schema it was made of.
grant execute on function ledger.migration() to archivist;

-- open_stories looks up which positions are still open.
grant select on ledger.exposures, ledger.directive_registry to archivist;
create policy archivist_select on ledger.exposures for select to archivist using (true);
comment on policy archivist_select on ledger.exposures is 'archivist: select every exposure.';
create policy archivist_select on ledger.directive_registry for select to archivist using (true);
comment on policy archivist_select on ledger.directive_registry is 'archivist: select every directive.';

-- Called for the archivist's function like every other door, with the time of the request; the arguments it had
-- before still do.
-- squawk-ignore ban-drop-function
drop function api.premake_partitions(timestamptz, integer);
create function api.premake_partitions(p_from timestamptz, p_months integer, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform ledger.begin(p_at);
    if p_months is null or p_months not between 1 and 36
        or p_from is null or p_from not between '1971-01-01' and '2200-01-01' then
        perform ledger.refuse(422, 'months_invalid', 'From 1 to 36 months between 1971 and 2200 can be made in one call.', 'Ask for fewer.');
    end if;
    return pg_catalog.jsonb_build_object('made', ledger.premake_partitions(p_from, p_months));
end
$$;
comment on function api.premake_partitions(timestamptz, integer, timestamptz) is 'archivist: makes partitions ahead of time. Safe to call twice.';
grant execute on function api.premake_partitions(timestamptz, integer, timestamptz) to archivist;
