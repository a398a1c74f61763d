-- Months that are over: the story tables once more, out of the way of trade but not out of sight.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.story_tables()
returns text[]
language sql
immutable
set search_path = ''
as $$
    select array['execution_events', 'directive_acknowledgements', 'trade_directives', 'risk_decisions',
        'signal_outbox', 'journal']
$$;
comment on function ledger.story_tables() is
    'The tables that have a partition for each month of stories; what refers to a row comes before it.';

create schema archive;
revoke all on schema archive from public;
grant usage on schema archive to archivist, operator, auditor;
comment on schema archive is 'Stories of months that are over: the same tables, the same rows, no longer in the way. Never exposed over HTTP.';

do $$
declare
    v_table text;
    v_columns text;
    v_column record;
begin
    foreach v_table in array ledger.story_tables() loop
        -- Same indexes and checks, or a month could not be attached as it is. No foreign keys: every row came
        -- from a table that has them, and here none changes or goes away alone.
        execute pg_catalog.format('create table archive.%1$I (like ledger.%1$I including all
            excluding identity excluding defaults) partition by range (created_at)', v_table);
        execute pg_catalog.format('comment on table archive.%1$I is %2$L', v_table,
            pg_catalog.format('%s of archived months; what its columns mean stands at ledger.%1$s. Immutable.', v_table));
        execute pg_catalog.format('create trigger a_guard_row before update or delete on archive.%I
            for each row execute function ledger.guard_row()', v_table);
        execute pg_catalog.format('alter table archive.%I enable always trigger a_guard_row', v_table);
        execute pg_catalog.format('create trigger a_guard_truncate before truncate on archive.%I
            for each statement execute function ledger.guard_row()', v_table);
        execute pg_catalog.format('alter table archive.%I enable always trigger a_guard_truncate', v_table);

        execute pg_catalog.format('alter table archive.%I enable row level security', v_table);
        execute pg_catalog.format('grant select on archive.%I to archivist, operator, auditor', v_table);
        execute pg_catalog.format('create policy archivist_operator_auditor_select on archive.%I
            for select to archivist, operator, auditor using (true)', v_table);
        execute pg_catalog.format('comment on policy archivist_operator_auditor_select on archive.%I is %L', v_table,
            'archivist, operator, auditor: select everything.');

        select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum) into v_columns
        from pg_catalog.pg_attribute a
        where a.attrelid = ('ledger.' || v_table)::regclass and a.attnum > 0 and not a.attisdropped;
        execute pg_catalog.format('create or replace view history.%1$I with (security_invoker = true) as
            select %2$s from ledger.%1$I union all select %2$s from archive.%1$I', v_table, v_columns);
        execute pg_catalog.format('grant select on history.%I to archivist, operator, auditor', v_table);
        execute pg_catalog.format('comment on view history.%I is %L', v_table,
            pg_catalog.format('%s of all months, archived or not.', v_table));
        for v_column in
            select a.attname as name, pg_catalog.col_description(a.attrelid, a.attnum) as meaning
            from pg_catalog.pg_attribute a
            where a.attrelid = ('ledger.' || v_table)::regclass and a.attnum > 0 and not a.attisdropped
        loop
            execute pg_catalog.format('comment on column history.%I.%I is %L', v_table, v_column.name, v_column.meaning);
        end loop;

        -- What the archivist judges a month by, and compares its export with.
        execute pg_catalog.format('grant select on ledger.%I to archivist', v_table);
        execute pg_catalog.format('create policy archivist_select on ledger.%I for select to archivist using (true)', v_table);
        execute pg_catalog.format('comment on policy archivist_select on ledger.%I is %L', v_table, 'archivist: select everything.');
    end loop;
end
$$;

create table ledger.archive_steps (
    step_no bigint generated always as identity primary key,
    month date not null references ledger.partitioned_months,
    step text not null check (step in ('chosen', 'signals_archived', 'checkpointed', 'moved',
        'exported', 'verified', 'dropped', 'restored')),
    export text check (export ~ '^[0-9a-f]{64}$'),
    details jsonb not null check (jsonb_typeof(details) = 'object'),
    recorded_at timestamptz not null default ledger.at(),
    check ((step in ('exported', 'verified', 'dropped', 'restored')) = (export is not null))
);
create index archive_steps_month on ledger.archive_steps (month, step_no);
comment on table ledger.archive_steps is 'How far each month is on its way into the archive, and out of it again; the newest row of a month is where it stands. Immutable.';
comment on column ledger.archive_steps.step_no is 'Order of recording.';
comment on column ledger.archive_steps.month is 'First day of the month, UTC.';
comment on column ledger.archive_steps.step is 'chosen, signals_archived, checkpointed, moved (into schema archive), exported (to files), verified (the files were read back), dropped (from the database), restored (from the files).';
comment on column ledger.archive_steps.export is 'SHA-256 of the export''s manifest, for the steps that are about one.';
comment on column ledger.archive_steps.details is 'The numbers the step was taken on.';
comment on column ledger.archive_steps.recorded_at is 'When.';

create trigger a_guard_row before update or delete on ledger.archive_steps
    for each row execute function ledger.guard_row();
alter table ledger.archive_steps enable always trigger a_guard_row;
create trigger a_guard_truncate before truncate on ledger.archive_steps
    for each statement execute function ledger.guard_row();
alter table ledger.archive_steps enable always trigger a_guard_truncate;
create trigger z_journal_insert after insert on ledger.archive_steps
    for each row execute function ledger.record_in_journal('archive', 'month', 'month.%s', 'step');
alter table ledger.archive_steps enable always trigger z_journal_insert;

-- Written by the functions that take the steps, as the owner, and by no role.
alter table ledger.archive_steps enable row level security;
grant select on ledger.archive_steps to archivist, operator, auditor;
create policy archivist_operator_auditor_select on ledger.archive_steps
    for select to archivist, operator, auditor using (true);
comment on policy archivist_operator_auditor_select on ledger.archive_steps is 'archivist, operator, auditor: select every step.';

create function ledger.archive_state(p_month date)
returns ledger.archive_steps
language plpgsql
stable
set search_path = ''
as $$
begin
    return (select s from ledger.archive_steps s where s.month = p_month order by s.step_no desc limit 1);
end
$$;
comment on function ledger.archive_state(date) is 'The last step a month has taken; all null where it has taken none.';

create function ledger.story_archived(p_created_at timestamptz)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return exists (select from ledger.archive_steps s
        where s.month = pg_catalog.date_trunc('month', p_created_at at time zone 'UTC')::date
            and s.step in ('moved', 'restored'));
end
$$;
comment on function ledger.story_archived(timestamptz) is
    'Whether the stories of this created_at have left the ledger for the archive. Runs as the owner: officers have to know, and see nothing of the archive.';
grant execute on function ledger.story_archived(timestamptz) to officer;

insert into ledger.lifecycle (entity, from_status, to_status, role, because) values
    ('directive', 'pending', 'cancelled', 'archivist', 'it had expired and no officer asked for it');

-- A late report about an archived story has no directive to move along. It is kept where facts without one are.
-- squawk-ignore ban-drop-constraint
alter table ledger.unmatched_reports drop constraint unmatched_reports_reason_check;
-- A small table, for few reports fit nowhere.
-- squawk-ignore constraint-missing-not-valid
alter table ledger.unmatched_reports add constraint unmatched_reports_reason_check
    check (reason in ('unknown_directive', 'event_conflict', 'story_archived'));
comment on column ledger.unmatched_reports.reason is 'unknown_directive, event_conflict, or story_archived: its directive lies in the archive.';
