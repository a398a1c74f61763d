-- The audit trail: every change of every table above, append-only, hash-chained per entity.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.journal (
    journal_id bigint generated always as identity,
    entity text not null,
    key text not null,
    sequence integer not null check (sequence > 0),
    event text not null check (event ~ '^[a-z_]+\.[a-z_]+$'),
    created_at timestamptz not null,
    actor text not null,
    subject text,
    request_id text,
    recorded_at timestamptz not null,
    contract_version integer not null,
    -- json, not jsonb: it keeps the very bytes that were hashed.
    payload json not null,
    previous_hash bytea check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    xid xid8 not null default pg_current_xact_id(),
    primary key (journal_id, created_at),
    -- A chain that could fork would prove nothing.
    unique (entity, key, sequence, created_at),
    check ((sequence = 1) = (previous_hash is null))
) partition by range (created_at);
create index journal_xid on ledger.journal (xid);
comment on table ledger.journal is 'Every change, in the past tense. Immutable; each row seals the one before it of the same entity.';
comment on column ledger.journal.journal_id is 'Order of writing, with gaps where a transaction was rolled back.';
comment on column ledger.journal.entity is 'Whose chain this row continues: signal, decision, directive, account, ...';
comment on column ledger.journal.key is 'The entity''s key, its parts joined by a slash.';
comment on column ledger.journal.sequence is 'Its place in the entity''s chain, from 1 without gaps.';
comment on column ledger.journal.event is 'What happened: signal.published, directive.acknowledged, execution.order_filled, ...';
comment on column ledger.journal.created_at is 'The story''s created_at, which decides the partition; 1970-01-01 for what belongs to no story.';
comment on column ledger.journal.actor is 'The role that did it.';
comment on column ledger.journal.subject is 'Who in that role: the id of the API key.';
comment on column ledger.journal.request_id is 'The HTTP request it happened in.';
comment on column ledger.journal.recorded_at is 'When.';
comment on column ledger.journal.contract_version is 'The version of the contracts it was written under.';
comment on column ledger.journal.payload is 'The row as it then was, whole.';
comment on column ledger.journal.previous_hash is 'The hash of the row before it in the chain; null for the first.';
comment on column ledger.journal.hash is 'SHA-256 over ledger.netstrings of all columns above but journal_id, hashes in hex, times as ledger.utc().';
comment on column ledger.journal.xid is 'The transaction that wrote it: with pg_snapshot_xmin it tells what is complete.';

create function ledger.netstrings(variadic p_fields text[])
returns text
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.string_agg(
        coalesce(pg_catalog.octet_length(f)::text, '') || ':' || coalesce(f, '') || ',', '' order by n)
    from unnest(p_fields) with ordinality as fields (f, n)
$$;
comment on function ledger.netstrings(text[]) is
    'Fields as length:bytes, one after the other, so that no two lists of fields look alike; null is ":,". (D. J. Bernstein, Netstrings, 1997)';

create function ledger.record_in_journal()
returns trigger
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
    v_entity text := tg_argv[0];
    v_row jsonb := pg_catalog.to_jsonb(new);
    v_payload text := v_row::text;
    v_key text := (select pg_catalog.string_agg(v_row ->> c, '/' order by n)
        from pg_catalog.string_to_table(tg_argv[1], ',') with ordinality as columns (c, n));
    v_event text := case when tg_nargs = 4 then pg_catalog.format(tg_argv[2], v_row ->> tg_argv[3]) else tg_argv[2] end;
    -- Standing tables have no story; their chains all lie in one partition.
    v_created_at timestamptz := coalesce((v_row ->> 'created_at')::timestamptz, 'epoch');
    v_at timestamptz := ledger.at();
    v_actor text := ledger.actor();
    v_subject text := ledger.claim('sub');
    v_request_id text := ledger.request_id();
    v_sequence integer;
    v_previous bytea;
begin
    select j.sequence + 1, j.hash into v_sequence, v_previous from ledger.journal j
    where j.entity = v_entity and j.key = v_key and j.created_at = v_created_at
    order by j.sequence desc limit 1;
    v_sequence := coalesce(v_sequence, 1);

    insert into ledger.journal (entity, key, sequence, event, created_at, actor, subject, request_id, recorded_at,
        contract_version, payload, previous_hash, hash)
    values (v_entity, v_key, v_sequence, v_event, v_created_at, v_actor, v_subject, v_request_id, v_at,
        1, v_payload::json, v_previous,
        pg_catalog.sha256(pg_catalog.convert_to(ledger.netstrings(v_entity, v_key, v_sequence::text, v_event,
            ledger.utc(v_created_at), v_actor, v_subject, v_request_id, ledger.utc(v_at), '1', v_payload,
            pg_catalog.encode(v_previous, 'hex')), 'UTF8')));
    return null;
end
$$;
comment on function ledger.record_in_journal() is
    'Trigger: appends the changed row to its entity''s chain. Arguments: entity, key columns, event (with %s for the column named last).';

create function ledger.lock_chain()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Two reports for one directive would read the same last hash and fork its chain: the directive's row is the lock.
    perform from ledger.trade_directives d
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (new.signal_id, new.symbol, new.created_at, new.directive_no)
    for no key update;
    return new;
end
$$;
comment on function ledger.lock_chain() is 'Trigger: who writes about a directive waits for others who do.';

create function ledger.lock_halts()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- A halt has no row of its own before it is written; halts are rare, so they queue on the table's name.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.trading_halts', 0));
    return new;
end
$$;
comment on function ledger.lock_halts() is 'Trigger: halts and resumes are written one at a time.';

create trigger c_lock_chain before insert on ledger.directive_acknowledgements
    for each row execute function ledger.lock_chain();
create trigger c_lock_chain before insert on ledger.execution_events
    for each row execute function ledger.lock_chain();
create trigger c_lock_halts before insert on ledger.trading_halts
    for each row execute function ledger.lock_halts();

do $$
declare
    v_trigger record;
begin
    for v_trigger in
        select * from (values
            ('signal_outbox', 'insert', 'signal', 'signal_id', 'signal.published', null),
            ('signal_outbox', 'update', 'signal', 'signal_id', 'signal.%s', 'status'),
            ('risk_decisions', 'insert', 'decision', 'signal_id,account_id', 'decision.%s', 'outcome'),
            ('trade_directives', 'insert', 'directive', 'directive_no', 'directive.issued', null),
            ('trade_directives', 'update', 'directive', 'directive_no', 'directive.%s', 'status'),
            ('directive_acknowledgements', 'insert', 'directive', 'directive_no', 'acknowledgement.granted', null),
            ('execution_events', 'insert', 'directive', 'directive_no', 'execution.%s', 'kind'),
            ('unmatched_reports', 'insert', 'unmatched_report', 'account_id,event_id,content_hash', 'report.unmatched', null),
            ('discrepancies', 'insert', 'discrepancy', 'discrepancy_no', 'discrepancy.%s', 'kind'),
            ('lifecycle', 'insert', 'lifecycle', 'entity,from_status,to_status,role', 'lifecycle.extended', null),
            ('settings', 'update', 'settings', 'only_row', 'settings.changed', null),
            ('accounts', 'insert', 'account', 'account_id', 'account.opened', null),
            ('accounts', 'update', 'account', 'account_id', 'account.changed', null),
            ('strategies', 'insert', 'strategy', 'strategy_id', 'strategy.added', null),
            ('strategies', 'update', 'strategy', 'strategy_id', 'strategy.changed', null),
            ('subscriptions', 'insert', 'subscription', 'account_id,strategy_id', 'subscription.added', null),
            ('subscriptions', 'update', 'subscription', 'account_id,strategy_id', 'subscription.changed', null),
            ('trading_halts', 'insert', 'halt', 'scope,value', 'trading.%s', 'action'),
            ('api_keys', 'insert', 'api_key', 'key_id', 'api_key.issued', null),
            ('api_keys', 'update', 'api_key', 'key_id', 'api_key.revoked', null)
        ) as t (name, operation, entity, key, event, detail)
    loop
        execute pg_catalog.format('create trigger z_journal_%2$s after %2$s on ledger.%1$I
            for each row execute function ledger.record_in_journal(%3$L, %4$L, %5$L%6$s)',
            v_trigger.name, v_trigger.operation, v_trigger.entity, v_trigger.key, v_trigger.event,
            ', ' || pg_catalog.quote_literal(v_trigger.detail));
        -- The journal is kept even by a session that switches ordinary triggers off.
        execute pg_catalog.format('alter table ledger.%I enable always trigger z_journal_%s', v_trigger.name, v_trigger.operation);
    end loop;
end
$$;

create trigger a_guard_row before update or delete on ledger.journal
    for each row execute function ledger.guard_row();
alter table ledger.journal enable always trigger a_guard_row;
create trigger a_guard_truncate before truncate on ledger.journal
    for each statement execute function ledger.guard_row();
alter table ledger.journal enable always trigger a_guard_truncate;
