-- The law: which status may follow which, for whom; and that nothing else ever changes.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.lifecycle (
    entity text not null check (entity in ('signal', 'directive')),
    from_status text not null,
    to_status text not null,
    role text not null,
    because text not null,
    primary key (entity, from_status, to_status, role)
);
comment on table ledger.lifecycle is 'Every status change there is, and who may make it. The guard trigger, the tests and the diagram in docs/database.md read it.';
comment on column ledger.lifecycle.entity is 'signal or directive.';
comment on column ledger.lifecycle.from_status is 'The status before; empty for a new row.';
comment on column ledger.lifecycle.to_status is 'The status after.';
comment on column ledger.lifecycle.role is 'The actor that may do it.';
comment on column ledger.lifecycle.because is 'When it does.';

insert into ledger.lifecycle (entity, from_status, to_status, role, because) values
    ('signal', '', 'pending', 'generator', 'published'),
    ('signal', 'pending', 'processed', 'director', 'every subscribed account has its decision'),
    ('signal', 'processed', 'archived', 'archivist', 'its month is archived'),
    ('directive', '', 'pending', 'director', 'issued'),
    ('directive', 'pending', 'acknowledged', 'officer', 'granted to one instance'),
    ('directive', 'pending', 'cancelled', 'officer', 'it had expired when its officer asked for it or synced'),
    ('directive', 'pending', 'cancelled', 'director', 'a close overtook it before any officer took it'),
    ('directive', 'acknowledged', 'completed', 'officer', 'the commanded action succeeded'),
    ('directive', 'acknowledged', 'failed', 'officer', 'rejected, failed, or absent at the broker'),
    ('directive', 'acknowledged', 'cancelled', 'officer', 'given up before it was sent');

create function ledger.guard_lifecycle()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_entity text := tg_argv[0];
    v_from text := '';
begin
    if tg_op = 'UPDATE' then
        v_from := old.status;
    end if;
    if not exists (
        select from ledger.lifecycle l
        where (l.entity, l.from_status, l.to_status, l.role) = (v_entity, v_from, new.status, ledger.actor())
    ) then
        perform ledger.refuse(409, 'lifecycle_violation',
            pg_catalog.format('%s may not take a %s from "%s" to "%s".', ledger.actor(), v_entity, v_from, new.status),
            'See ledger.lifecycle for the changes there are.');
    end if;
    return new;
end
$$;
comment on function ledger.guard_lifecycle() is 'Trigger: a status only moves along ledger.lifecycle, for the role named there. Argument: the entity.';

create function ledger.guard_row()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- As text: for jsonb 1.0 and 1.000 are the same, for evidence they are not.
    if tg_op = 'UPDATE' and (pg_catalog.to_jsonb(old) - tg_argv)::text = (pg_catalog.to_jsonb(new) - tg_argv)::text then
        return new;
    end if;
    perform ledger.refuse(409, 'immutable_row',
        pg_catalog.format('%s of %I.%I is refused: what the ledger has recorded stays as it is.',
            tg_op, tg_table_schema, tg_table_name),
        'Record a new fact that refers to the old one.');
    return null;
end
$$;
comment on function ledger.guard_row() is 'Trigger: no row is deleted, no table truncated, and no column changed but those named as arguments.';

-- Which columns of which table may change after insert. "enable always": a session that sets
-- session_replication_role, as a restore does, does not get around it. TRUNCATE passes row triggers by,
-- so it has one of its own; each partition gets its own too, where it is made.
do $$
declare
    v_table record;
begin
    for v_table in
        select * from (values
            ('signal_outbox', array['status']),
            ('trade_directives', array['status']),
            ('risk_decisions', array[]::text[]),
            ('directive_acknowledgements', array[]::text[]),
            ('execution_events', array[]::text[]),
            ('signal_registry', array[]::text[]),
            ('directive_registry', array[]::text[]),
            ('event_registry', array[]::text[]),
            ('unmatched_reports', array[]::text[]),
            ('discrepancies', array[]::text[]),
            ('trading_halts', array[]::text[]),
            ('bars', array[]::text[]),
            ('lifecycle', array[]::text[]),
            ('settings', array['simulated_time', 'poll_busy_ms', 'poll_idle_ms', 'signal_window']),
            ('api_keys', array['revoked_at']),
            ('accounts', array['broker', 'enabled', 'risk_per_trade', 'min_strength', 'max_signal_age_seconds',
                'max_open_positions_account', 'max_open_positions_symbol', 'volume_max_lots', 'directive_ttl_seconds',
                'max_slippage_points', 'max_state_age_seconds', 'max_in_flight', 'takeover_seconds']),
            ('strategies', array['symbols', 'bar_source', 'parameters', 'warm_up_bars', 'enabled']),
            ('subscriptions', array['risk_multiplier', 'enabled'])
        ) as t (name, may_change)
    loop
        execute pg_catalog.format('create trigger a_guard_row before update or delete on ledger.%I
            for each row execute function ledger.guard_row(%s)', v_table.name,
            (select pg_catalog.string_agg(pg_catalog.quote_literal(c), ', ') from unnest(v_table.may_change) c));
        execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_row', v_table.name);
        execute pg_catalog.format('create trigger a_guard_truncate before truncate on ledger.%I
            for each statement execute function ledger.guard_row()', v_table.name);
        execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_truncate', v_table.name);
    end loop;
end
$$;

create trigger b_guard_lifecycle before insert or update of status on ledger.signal_outbox
    for each row execute function ledger.guard_lifecycle('signal');
alter table ledger.signal_outbox enable always trigger b_guard_lifecycle;
create trigger b_guard_lifecycle before insert or update of status on ledger.trade_directives
    for each row execute function ledger.guard_lifecycle('directive');
alter table ledger.trade_directives enable always trigger b_guard_lifecycle;

create function ledger.guard_revocation()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        perform ledger.refuse(409, 'immutable_row', 'A revoked key stays revoked.', 'Issue a new key.');
    end if;
    return new;
end
$$;
comment on function ledger.guard_revocation() is 'Trigger: a key is revoked once and never again valid.';
create trigger b_guard_revocation before update on ledger.api_keys
    for each row execute function ledger.guard_revocation();
alter table ledger.api_keys enable always trigger b_guard_revocation;
