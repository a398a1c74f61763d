-- What needs no function may run inside the database, where there is a scheduler: expiring, checkpoints, partitions.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.schedule_jobs()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_job record;
    v_jobs integer := 0;
begin
    -- A job runs as who scheduled it: the owner, who becomes the archivist for the one call.
    execute pg_catalog.format('grant archivist to %I with inherit false, set true', current_user);
    for v_job in
        select * from (values
            ('distortsignals_expire', '* * * * *', 'api.expire_directives()'),
            ('distortsignals_checkpoint', '* * * * *', 'api.make_checkpoint()'),
            ('distortsignals_premake', '17 * * * *', 'api.premake_partitions(now(), 4)')
        ) as t (name, schedule, call)
    loop
        execute 'select cron.schedule($1, $2, $3)'
        using v_job.name, v_job.schedule, pg_catalog.format('begin; set local role archivist; select %s; commit', v_job.call);
        v_jobs := v_jobs + 1;
    end loop;
    return v_jobs;
end
$$;
comment on function ledger.schedule_jobs() is
    'For the owner: has pg_cron cancel what expired, seal the journal (both each minute) and make partitions three months ahead; answers how many jobs. Safe to repeat. Where pg_cron is missing, Cloud Scheduler calls POST /archivist instead.';

do $$
begin
    if exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron') then
        create extension if not exists pg_cron with schema pg_catalog;
        perform ledger.schedule_jobs();
    end if;
exception when insufficient_privilege or feature_not_supported or object_not_in_prerequisite_state then
    -- The server has the files but does not let this database use them.
    raise notice 'pg_cron is not used: %', sqlerrm;
end
$$;
