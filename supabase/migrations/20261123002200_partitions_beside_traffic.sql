-- Making partitions while everybody trades: all locks first and none waited for long, so that nobody waits in a circle.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.lock_story_tables()
returns void
language plpgsql
set search_path = ''
-- Ten locks, one after the other, while traffic takes some of them in another order: to wait shorter in all than
-- the second after which PostgreSQL looks for circles means that it is never a caller who loses his request.
set lock_timeout = '50ms'
as $$
declare
    v_table text;
begin
    foreach v_table in array array['accounts', 'strategies', 'directive_registry', 'event_registry'] || ledger.story_tables() loop
        execute pg_catalog.format('lock table only ledger.%I in access exclusive mode', v_table);
    end loop;
end
$$;
comment on function ledger.lock_story_tables() is
    'All that a new month touches: the parents of its partitions, and what their foreign keys refer to. Fails rather than wait.';

create or replace function ledger.premake_partitions(p_from timestamptz, p_months integer)
returns integer
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
    v_month timestamptz;
    v_missing timestamptz[];
    v_table text;
begin
    -- Two at once would both find a month missing, and the slower one fail.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.premake_partitions', 0));
    v_missing := array(
        select m from pg_catalog.generate_series(pg_catalog.date_trunc('month', p_from),
            pg_catalog.date_trunc('month', p_from) + (p_months - 1) * interval '1 month', interval '1 month') m
        where not exists (select from ledger.partitioned_months p where p.month = m::date));
    -- Most calls end here, and have locked nothing that anybody needs.
    if v_missing = '{}' then
        return 0;
    end if;
    -- Attempts of half a second at most, with time for traffic in between; then the caller has to call again.
    for v_attempt in 1 .. 8 loop
        begin
            perform ledger.lock_story_tables();
            exit;
        exception when lock_not_available then
            if v_attempt = 8 then
                raise;
            end if;
        end;
        perform pg_catalog.pg_sleep(0.2);
    end loop;
    foreach v_month in array v_missing loop
        foreach v_table in array ledger.story_tables() loop
            perform ledger.make_partition(v_table, pg_catalog.to_char(v_month, 'YYYY_MM'),
                v_month, v_month + interval '1 month');
        end loop;
        insert into ledger.partitioned_months (month) values (v_month::date);
    end loop;
    return pg_catalog.cardinality(v_missing);
end
$$;
comment on function ledger.premake_partitions(timestamptz, integer) is
    'Makes the partitions of p_months months from that of p_from on; answers how many months were new.';
