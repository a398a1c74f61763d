-- Months: one partition of each story table per month of the story's created_at, made ahead of time.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.partitioned_months (
    month date primary key check (extract(day from month) = 1),
    made_at timestamptz not null default ledger.at()
);
alter table ledger.partitioned_months enable row level security;
comment on table ledger.partitioned_months is 'The months that have their partitions. A signal of any other month is refused.';
comment on column ledger.partitioned_months.month is 'First day of the month, UTC.';
comment on column ledger.partitioned_months.made_at is 'When its partitions were made.';

create function ledger.make_partition(p_table text, p_suffix text, p_from timestamptz, p_to timestamptz)
returns void
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
    v_partition text := p_table || '_' || p_suffix;
begin
    execute pg_catalog.format('create table if not exists ledger.%I partition of ledger.%I for values from (%L) to (%L)',
        v_partition, p_table, p_from, p_to);
    -- Neither policies nor truncate triggers are inherited: a partition without them would be a back door.
    execute pg_catalog.format('alter table ledger.%I enable row level security', v_partition);
    execute pg_catalog.format('create or replace trigger a_guard_truncate before truncate on ledger.%I
        for each statement execute function ledger.guard_row()', v_partition);
    execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_truncate', v_partition);
    execute pg_catalog.format('comment on table ledger.%I is %L', v_partition,
        pg_catalog.format('%s of stories created from %s up to %s.', p_table, p_from::date, p_to::date));
end
$$;
comment on function ledger.make_partition(text, text, timestamptz, timestamptz) is
    'Makes one partition, guarded like its parent. Made twice, it stays as it is.';

create function ledger.premake_partitions(p_from timestamptz, p_months integer)
returns integer
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
-- Each new partition locks its parent for a moment. Rather give up and be called again than let traffic queue behind.
set lock_timeout = '3s'
as $$
declare
    v_month timestamptz;
    v_table text;
    v_made integer := 0;
begin
    -- Two at once would both find a month missing, and the slower one fail.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.premake_partitions', 0));
    for v_month in
        select m from pg_catalog.generate_series(pg_catalog.date_trunc('month', p_from),
            pg_catalog.date_trunc('month', p_from) + (p_months - 1) * interval '1 month', interval '1 month') m
        where not exists (select from ledger.partitioned_months p where p.month = m::date)
    loop
        foreach v_table in array array['signal_outbox', 'risk_decisions', 'trade_directives',
            'directive_acknowledgements', 'execution_events', 'journal'] loop
            perform ledger.make_partition(v_table, pg_catalog.to_char(v_month, 'YYYY_MM'),
                v_month, v_month + interval '1 month');
        end loop;
        insert into ledger.partitioned_months (month) values (v_month::date);
        v_made := v_made + 1;
    end loop;
    return v_made;
end
$$;
comment on function ledger.premake_partitions(timestamptz, integer) is
    'Makes the partitions of p_months months from that of p_from on; answers how many months were new.';

select ledger.make_partition('journal', 'standing', 'epoch', timestamptz 'epoch' + interval '1 month');
select ledger.premake_partitions(now() - interval '1 month', 5);

create function api.premake_partitions(p_from timestamptz, p_months integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    if p_months is null or p_months not between 1 and 36
        or p_from is null or p_from not between '1971-01-01' and '2200-01-01' then
        perform ledger.refuse(422, 'months_invalid', 'From 1 to 36 months between 1971 and 2200 can be made in one call.', 'Ask for fewer.');
    end if;
    return pg_catalog.jsonb_build_object('made', ledger.premake_partitions(p_from, p_months));
end
$$;
comment on function api.premake_partitions(timestamptz, integer) is 'archivist: makes partitions ahead of time. Safe to call twice.';
grant execute on function ledger.premake_partitions(timestamptz, integer), api.premake_partitions(timestamptz, integer)
    to archivist;
