-- Checkpoints: one Merkle tree over the whole journal (RFC 6962), whose root is sealed again and again.
-- What a chain cannot show (a cut tail, a chain rewritten whole) no longer fits a root that is kept elsewhere.
set lock_timeout = '3s';
set statement_timeout = '60s';

create schema history;
revoke all on schema history from public;
grant usage on schema history to archivist, operator, auditor;
comment on schema history is 'The ledger for readers of the past. Never exposed over HTTP.';

create view history.journal with (security_invoker = true) as
    select journal_id, entity, key, sequence, event, created_at, actor, subject, request_id, recorded_at,
        contract_version, payload, previous_hash, hash, xid
    from ledger.journal;
grant select on history.journal to operator, auditor;
comment on view history.journal is 'The whole journal, wherever its rows are kept.';

-- The columns mean what they mean in ledger.journal.
do $$
declare
    v_column record;
begin
    for v_column in
        select a.attname as name, pg_catalog.col_description(a.attrelid, a.attnum) as meaning
        from pg_catalog.pg_attribute a
        where a.attrelid = 'ledger.journal'::regclass and a.attnum > 0 and not a.attisdropped
    loop
        execute pg_catalog.format('comment on column history.journal.%I is %L', v_column.name, v_column.meaning);
    end loop;
end
$$;

-- The order of the tree, so that a batch reads its own rows only, even if one transaction wrote millions.
-- A partitioned table's indexes are made and dropped in one go, and only so.
-- squawk-ignore require-concurrent-index-creation
create index journal_xid_journal_id on ledger.journal (xid, journal_id);
-- squawk-ignore require-concurrent-index-deletion
drop index ledger.journal_xid;

create table ledger.journal_epochs (
    epoch integer primary key check (epoch > 0),
    first_journal_id bigint not null,
    frontier xid8 not null,
    system_identifier bigint not null,
    started_at timestamptz not null
);
comment on table ledger.journal_epochs is 'The servers this ledger has lived on, one after the other: transaction ids of different epochs cannot be compared. Immutable.';
comment on column ledger.journal_epochs.epoch is 'From 1, without gaps.';
comment on column ledger.journal_epochs.first_journal_id is 'Rows below belong to earlier epochs; all of them were covered when this one began.';
comment on column ledger.journal_epochs.frontier is 'No transaction below it writes a row of this epoch.';
comment on column ledger.journal_epochs.system_identifier is 'Which server it is (pg_control_system): another one means that a dump was restored.';
comment on column ledger.journal_epochs.started_at is 'When it began.';

insert into ledger.journal_epochs (epoch, first_journal_id, frontier, system_identifier, started_at)
select 1, 1, '0', c.system_identifier, now() from pg_catalog.pg_control_system() c;

create table ledger.merkle_leaves (
    leaf_no bigint primary key check (leaf_no >= 0),
    journal_id bigint not null unique,
    created_at timestamptz not null,
    row_hash bytea not null check (octet_length(row_hash) = 32)
);
comment on table ledger.merkle_leaves is 'The leaves of the tree: one for each journal row that a checkpoint covers. Immutable.';
comment on column ledger.merkle_leaves.leaf_no is 'Its place in the tree, from 0 without gaps.';
comment on column ledger.merkle_leaves.journal_id is 'The journal row it stands for.';
comment on column ledger.merkle_leaves.created_at is 'That row''s created_at, to find its partition.';
comment on column ledger.merkle_leaves.row_hash is 'That row''s hash. The leaf''s own is SHA-256 of a zero byte, journal_id as 8 bytes big-endian, and this.';

create table ledger.merkle_nodes (
    level integer not null check (level > 0),
    node_no bigint not null check (node_no >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, node_no)
);
comment on table ledger.merkle_nodes is 'The roots of all complete subtrees, which never change while the tree grows. Immutable.';
comment on column ledger.merkle_nodes.level is 'Its height: it stands over 2^level leaves.';
comment on column ledger.merkle_nodes.node_no is 'Its place on its level, from 0: its leaves begin at node_no * 2^level.';
comment on column ledger.merkle_nodes.hash is 'SHA-256 of a one byte and the hashes of both children.';

create table ledger.checkpoints (
    checkpoint_no bigint primary key check (checkpoint_no > 0),
    tree_size bigint not null unique check (tree_size > 0),
    root_hash bytea not null check (octet_length(root_hash) = 32),
    epoch integer not null references ledger.journal_epochs,
    frontier xid8 not null,
    frontier_journal_id bigint not null,
    checkpointed_at timestamptz not null,
    previous_hash bytea check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    check ((checkpoint_no = 1) = (previous_hash is null))
);
comment on table ledger.checkpoints is 'Merkle roots over the journal''s beginning, each sealing the one before. Immutable. Copies outside the database make them evidence.';
comment on column ledger.checkpoints.checkpoint_no is 'From 1, without gaps.';
comment on column ledger.checkpoints.tree_size is 'How many leaves it covers: those below this number.';
comment on column ledger.checkpoints.root_hash is 'The Merkle tree hash of these leaves.';
comment on column ledger.checkpoints.epoch is 'The epoch whose transaction ids frontier is one of.';
comment on column ledger.checkpoints.frontier is 'Of this epoch it covers the rows whose (xid, journal_id) is not above (frontier, frontier_journal_id), and no others.';
comment on column ledger.checkpoints.frontier_journal_id is 'Where it stopped within transaction frontier; 0 if it has none of its rows.';
comment on column ledger.checkpoints.checkpointed_at is 'When it was made.';
comment on column ledger.checkpoints.previous_hash is 'The hash of the checkpoint before it; null for the first.';
comment on column ledger.checkpoints.hash is 'SHA-256 over ledger.netstrings of checkpoint_no, tree_size, root_hash, epoch, checkpointed_at and previous_hash, hashes in hex, times as ledger.utc().';

do $$
declare
    v_rule record;
begin
    for v_rule in
        select * from (values
            ('journal_epochs', 'operator, auditor', 'every epoch'),
            ('merkle_leaves', 'archivist, operator, auditor', 'every leaf'),
            ('merkle_nodes', 'archivist, operator, auditor', 'every node'),
            ('checkpoints', 'archivist, operator, auditor', 'every checkpoint')
        ) as t (name, roles, words)
    loop
        execute pg_catalog.format('create trigger a_guard_row before update or delete on ledger.%I
            for each row execute function ledger.guard_row()', v_rule.name);
        execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_row', v_rule.name);
        execute pg_catalog.format('create trigger a_guard_truncate before truncate on ledger.%I
            for each statement execute function ledger.guard_row()', v_rule.name);
        execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_truncate', v_rule.name);

        -- Read by those who check; written by the functions below, as the owner, and by no role.
        execute pg_catalog.format('alter table ledger.%I enable row level security', v_rule.name);
        execute pg_catalog.format('grant select on ledger.%I to %s', v_rule.name, v_rule.roles);
        execute pg_catalog.format('create policy %I on ledger.%I for select to %s using (true)',
            pg_catalog.replace(v_rule.roles, ', ', '_') || '_select', v_rule.name, v_rule.roles);
        execute pg_catalog.format('comment on policy %I on ledger.%I is %L',
            pg_catalog.replace(v_rule.roles, ', ', '_') || '_select', v_rule.name,
            pg_catalog.format('%s: select %s.', v_rule.roles, v_rule.words));
    end loop;
end
$$;

create function ledger.merkle_hash(p_from bigint, p_to bigint)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
declare
    v_hash bytea;
    v_peak bytea;
begin
    -- The binary digits of a size are the complete subtrees it consists of. The smallest stands at the right.
    for v_level in 0 .. 62 loop
        exit when (p_to - p_from) >> v_level = 0;
        continue when ((p_to - p_from) >> v_level) & 1 = 0;
        if v_level = 0 then
            select pg_catalog.sha256('\x00'::bytea || pg_catalog.int8send(l.journal_id) || l.row_hash) into strict v_peak
            from ledger.merkle_leaves l where l.leaf_no = p_to - 1;
        else
            select n.hash into strict v_peak
            from ledger.merkle_nodes n where n.level = v_level and n.node_no = (p_to >> v_level) - 1;
        end if;
        v_hash := case when v_hash is null then v_peak else pg_catalog.sha256('\x01'::bytea || v_peak || v_hash) end;
    end loop;
    return v_hash;
end
$$;
comment on function ledger.merkle_hash(bigint, bigint) is
    'MTH(D[p_from:p_to]) of RFC 6962. p_from is a multiple of the least power of two that is not below the number of leaves.';

create function ledger.merkle_split(p_from bigint, p_to bigint)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_half bigint := 1;
begin
    while v_half * 2 < p_to - p_from loop
        v_half := v_half * 2;
    end loop;
    return p_from + v_half;
end
$$;
comment on function ledger.merkle_split(bigint, bigint) is
    'Where RFC 6962 divides the leaves from p_from up to p_to: after the largest power of two below their number.';

create function ledger.complete_nodes(p_from bigint, p_to bigint)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_level integer := 1;
begin
    insert into ledger.merkle_nodes (level, node_no, hash)
    select 1, l.leaf_no >> 1, pg_catalog.sha256('\x01'::bytea || pg_catalog.string_agg(
        pg_catalog.sha256('\x00'::bytea || pg_catalog.int8send(l.journal_id) || l.row_hash), '' order by l.leaf_no))
    from ledger.merkle_leaves l
    where l.leaf_no >= (p_from >> 1) << 1 and l.leaf_no < (p_to >> 1) << 1
    group by l.leaf_no >> 1;

    while p_to >> (v_level + 1) > 0 loop
        insert into ledger.merkle_nodes (level, node_no, hash)
        select v_level + 1, n.node_no >> 1,
            pg_catalog.sha256('\x01'::bytea || pg_catalog.string_agg(n.hash, '' order by n.node_no))
        from ledger.merkle_nodes n
        where n.level = v_level and n.node_no >= (p_from >> (v_level + 1)) << 1
            and n.node_no < (p_to >> (v_level + 1)) << 1
        group by n.node_no >> 1;
        v_level := v_level + 1;
    end loop;
end
$$;
comment on function ledger.complete_nodes(bigint, bigint) is
    'Stores the subtrees that became complete when the tree grew from p_from to p_to leaves, a level at a time.';

create function ledger.checkpoint_document(p_checkpoint ledger.checkpoints)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select case when p_checkpoint.checkpoint_no is not null then pg_catalog.jsonb_build_object(
        'checkpoint_no', p_checkpoint.checkpoint_no,
        'tree_size', p_checkpoint.tree_size,
        'root_hash', pg_catalog.encode(p_checkpoint.root_hash, 'hex'),
        'epoch', p_checkpoint.epoch,
        'checkpointed_at', ledger.utc(p_checkpoint.checkpointed_at),
        'previous_hash', pg_catalog.encode(p_checkpoint.previous_hash, 'hex'),
        'hash', pg_catalog.encode(p_checkpoint.hash, 'hex')) end
$$;
comment on function ledger.checkpoint_document(ledger.checkpoints) is
    'A checkpoint as it is told, null for none: all that its hash covers, and the hash.';

create function ledger.last_checkpoint()
returns ledger.checkpoints
language plpgsql
stable
set search_path = ''
as $$
begin
    return (select c from ledger.checkpoints c order by c.checkpoint_no desc limit 1);
end
$$;
comment on function ledger.last_checkpoint() is 'The newest checkpoint, all null where there is none.';

create function ledger.seal_checkpoint(p_last ledger.checkpoints, p_added bigint, p_epoch integer,
    p_frontier xid8, p_frontier_journal_id bigint)
returns ledger.checkpoints
language plpgsql
set search_path = ''
as $$
declare
    v_size bigint := coalesce(p_last.tree_size, 0) + p_added;
    v_new ledger.checkpoints;
begin
    perform ledger.complete_nodes(v_size - p_added, v_size);

    v_new.checkpoint_no := coalesce(p_last.checkpoint_no, 0) + 1;
    v_new.tree_size := v_size;
    v_new.root_hash := ledger.merkle_hash(0, v_size);
    v_new.epoch := p_epoch;
    v_new.frontier := p_frontier;
    v_new.frontier_journal_id := p_frontier_journal_id;
    v_new.checkpointed_at := ledger.at();
    v_new.previous_hash := p_last.hash;
    v_new.hash := pg_catalog.sha256(pg_catalog.convert_to(ledger.netstrings(v_new.checkpoint_no::text,
        v_size::text, pg_catalog.encode(v_new.root_hash, 'hex'), p_epoch::text, ledger.utc(v_new.checkpointed_at),
        pg_catalog.encode(v_new.previous_hash, 'hex')), 'UTF8'));
    insert into ledger.checkpoints select v_new.*;
    return v_new;
end
$$;
comment on function ledger.seal_checkpoint(ledger.checkpoints, bigint, integer, xid8, bigint) is
    'Makes the checkpoint after p_last, which the last p_added leaves were added to.';

create function ledger.lock_checkpoints()
returns ledger.journal_epochs
language plpgsql
set search_path = ''
as $$
begin
    -- Two at once would give the same number to different leaves.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.checkpoints', 0));
    return (select e from ledger.journal_epochs e order by e.epoch desc limit 1);
end
$$;
comment on function ledger.lock_checkpoints() is 'Waits until nobody else makes a checkpoint; then answers the present epoch.';

create function ledger.complete_rows(p_epoch ledger.journal_epochs, p_after xid8, p_after_journal_id bigint,
    p_below xid8, p_max_rows integer)
returns table (xid xid8, journal_id bigint, created_at timestamptz, hash bytea)
language plpgsql
stable
set search_path = ''
-- Along the index, whatever is known of the journal: sorting a long backlog for each batch would never end.
set enable_sort = off
as $$
begin
    return query
        select j.xid, j.journal_id, j.created_at, j.hash from ledger.journal j
        where (j.xid, j.journal_id) > (p_after, p_after_journal_id) and j.xid < p_below
            and j.journal_id >= p_epoch.first_journal_id
        order by j.xid, j.journal_id limit p_max_rows;
end
$$;
comment on function ledger.complete_rows(ledger.journal_epochs, xid8, bigint, xid8, integer) is
    'Journal rows of an epoch after (p_after, p_after_journal_id) and below transaction p_below, in the order of the tree.';

create function ledger.add_checkpoint(p_max_leaves integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_epoch ledger.journal_epochs := ledger.lock_checkpoints();
    v_last ledger.checkpoints := ledger.last_checkpoint();
    v_new ledger.checkpoints;
    v_continues boolean := v_last.epoch is not distinct from v_epoch.epoch;
    v_after xid8 := case when v_continues then v_last.frontier else v_epoch.frontier end;
    v_after_journal_id bigint := case when v_continues then v_last.frontier_journal_id else 0 end;
    v_size bigint := coalesce(v_last.tree_size, 0);
    v_below xid8;
    v_added bigint;
    v_remaining boolean := false;
begin
    if v_epoch.system_identifier <> (select c.system_identifier from pg_catalog.pg_control_system() c) then
        perform ledger.refuse(409, 'epoch_ended',
            'This ledger was restored on another server, where the transaction ids in its journal say nothing.',
            'Let the owner of the database run "select ledger.start_epoch()" once.');
    end if;
    -- Every transaction below is over. Taken before the rows are read: one that ends in between waits for the next checkpoint.
    v_below := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());

    insert into ledger.merkle_leaves (leaf_no, journal_id, created_at, row_hash)
    select v_size - 1 + pg_catalog.row_number() over (order by r.xid, r.journal_id), r.journal_id, r.created_at, r.hash
    from ledger.complete_rows(v_epoch, v_after, v_after_journal_id, v_below, p_max_leaves) r;
    get diagnostics v_added = row_count;
    if v_added = 0 then
        return pg_catalog.jsonb_build_object('made', false, 'checkpoint', ledger.checkpoint_document(v_last),
            'leaves_added', 0, 'remaining', false);
    end if;

    v_after := v_below;
    v_after_journal_id := 0;
    if v_added = p_max_leaves then
        -- Cut, perhaps within a transaction: the next checkpoint goes on after this very row.
        select j.xid, j.journal_id into strict v_after, v_after_journal_id
        from ledger.merkle_leaves l join ledger.journal j using (journal_id, created_at)
        where l.leaf_no = v_size + v_added - 1;
        v_remaining := exists (select from ledger.complete_rows(v_epoch, v_after, v_after_journal_id, v_below, 1));
    end if;
    v_new := ledger.seal_checkpoint(v_last, v_added, v_epoch.epoch, v_after, v_after_journal_id);
    return pg_catalog.jsonb_build_object('made', true, 'checkpoint', ledger.checkpoint_document(v_new),
        'leaves_added', v_added, 'remaining', v_remaining);
end
$$;
comment on function ledger.add_checkpoint(integer) is
    'Covers up to so many journal rows of transactions that are over. Runs as the owner: no role may write leaves, nodes or checkpoints itself.';

create function ledger.start_epoch()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_ending ledger.journal_epochs := ledger.lock_checkpoints();
    v_last ledger.checkpoints := ledger.last_checkpoint();
    v_added bigint;
begin
    -- Waits for every writer and keeps new ones waiting, so that all rows there are may be covered, whatever their xid.
    lock table ledger.journal in share mode;
    insert into ledger.merkle_leaves (leaf_no, journal_id, created_at, row_hash)
    select coalesce(v_last.tree_size, 0) - 1 + pg_catalog.row_number() over (order by j.xid, j.journal_id),
        j.journal_id, j.created_at, j.hash
    from ledger.journal j
    where j.journal_id >= v_ending.first_journal_id
        and not exists (select from ledger.merkle_leaves l where l.journal_id = j.journal_id);
    get diagnostics v_added = row_count;
    if v_added > 0 then
        -- Above every transaction: the whole epoch.
        perform ledger.seal_checkpoint(v_last, v_added, v_ending.epoch, '18446744073709551615', 0);
    end if;

    insert into ledger.journal_epochs (epoch, first_journal_id, frontier, system_identifier, started_at)
    select v_ending.epoch + 1, coalesce((select max(j.journal_id) from ledger.journal j), 0) + 1,
        pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()), c.system_identifier, ledger.at()
    from pg_catalog.pg_control_system() c;
    return v_ending.epoch + 1;
end
$$;
comment on function ledger.start_epoch() is
    'For the owner, after a dump was restored on another server and before anybody writes: covers what the old epoch left and begins the next; answers its number.';

create function api.make_checkpoint(p_max_leaves integer default 50000, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform ledger.begin(p_at);
    -- So many fit into the time a request has, several times over.
    if p_max_leaves is null or p_max_leaves not between 1 and 100000 then
        perform ledger.refuse(422, 'leaves_invalid', 'From 1 to 100000 leaves can be added in one call.',
            'Ask for fewer, and again while the answer says "remaining".');
    end if;
    return ledger.add_checkpoint(p_max_leaves);
end
$$;
comment on function api.make_checkpoint(integer, timestamptz) is
    'archivist: seals all journal rows of finished transactions that no checkpoint covers yet. Without new rows there is no new checkpoint, and the last is answered.';

create function ledger.checkpoint(p_checkpoint_no bigint)
returns ledger.checkpoints
language plpgsql
stable
set search_path = ''
as $$
declare
    v_checkpoint ledger.checkpoints;
begin
    if p_checkpoint_no is null then
        v_checkpoint := ledger.last_checkpoint();
    else
        select * into v_checkpoint from ledger.checkpoints c where c.checkpoint_no = p_checkpoint_no;
    end if;
    if v_checkpoint.checkpoint_no is null then
        perform ledger.refuse(404, 'checkpoint_unknown',
            pg_catalog.format('There is no checkpoint%s.', coalesce(' ' || p_checkpoint_no, '')),
            'Have one made, or name one that exists.');
    end if;
    return v_checkpoint;
end
$$;
comment on function ledger.checkpoint(bigint) is 'The checkpoint of this number, the last one for null; refuses where there is none.';

create function api.inclusion_proof(p_journal_id bigint, p_checkpoint_no bigint default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_checkpoint ledger.checkpoints := ledger.checkpoint(p_checkpoint_no);
    v_leaf ledger.merkle_leaves;
    v_from bigint := 0;
    v_to bigint := v_checkpoint.tree_size;
    v_split bigint;
    v_path jsonb := '[]';
begin
    select * into v_leaf from ledger.merkle_leaves l
    where l.journal_id = p_journal_id and l.leaf_no < v_checkpoint.tree_size;
    if not found then
        perform ledger.refuse(404, 'journal_row_uncovered',
            pg_catalog.format('Journal row %s is not covered by checkpoint %s.', p_journal_id, v_checkpoint.checkpoint_no),
            'Check the number, name a later checkpoint, or have a new one made.');
    end if;
    -- PATH(m, D[n]) from the root down, so each hash goes in front of those found before.
    while v_to - v_from > 1 loop
        v_split := ledger.merkle_split(v_from, v_to);
        if v_leaf.leaf_no < v_split then
            v_path := pg_catalog.to_jsonb(pg_catalog.encode(ledger.merkle_hash(v_split, v_to), 'hex')) || v_path;
            v_to := v_split;
        else
            v_path := pg_catalog.to_jsonb(pg_catalog.encode(ledger.merkle_hash(v_from, v_split), 'hex')) || v_path;
            v_from := v_split;
        end if;
    end loop;
    return pg_catalog.jsonb_build_object('journal_id', p_journal_id, 'row_hash', pg_catalog.encode(v_leaf.row_hash, 'hex'),
        'leaf_no', v_leaf.leaf_no, 'checkpoint', ledger.checkpoint_document(v_checkpoint), 'path', v_path);
end
$$;
comment on function api.inclusion_proof(bigint, bigint) is
    'archivist, operator, auditor: the audit path of RFC 6962 (2.1.1) from a journal row to the root of a checkpoint, the last unless one is named.';

create function api.consistency_proof(p_from bigint, p_to bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_old ledger.checkpoints := ledger.checkpoint(p_from);
    v_new ledger.checkpoints := ledger.checkpoint(p_to);
    v_from bigint := 0;
    v_to bigint := v_new.tree_size;
    v_split bigint;
    v_path jsonb := '[]';
begin
    if v_old.tree_size > v_new.tree_size then
        perform ledger.refuse(422, 'checkpoints_reversed',
            pg_catalog.format('Checkpoint %s is later than checkpoint %s.', v_old.checkpoint_no, v_new.checkpoint_no),
            'Name the earlier one first.');
    end if;
    -- PROOF(m, D[n]) from the root down, so each hash goes in front of those found before.
    while v_to > v_old.tree_size loop
        v_split := ledger.merkle_split(v_from, v_to);
        if v_old.tree_size <= v_split then
            v_path := pg_catalog.to_jsonb(pg_catalog.encode(ledger.merkle_hash(v_split, v_to), 'hex')) || v_path;
            v_to := v_split;
        else
            v_path := pg_catalog.to_jsonb(pg_catalog.encode(ledger.merkle_hash(v_from, v_split), 'hex')) || v_path;
            v_from := v_split;
        end if;
    end loop;
    -- Ending at the left border, what is left is the old root, which the reader has.
    if v_from > 0 then
        v_path := pg_catalog.to_jsonb(pg_catalog.encode(ledger.merkle_hash(v_from, v_to), 'hex')) || v_path;
    end if;
    return pg_catalog.jsonb_build_object('from', ledger.checkpoint_document(v_old),
        'to', ledger.checkpoint_document(v_new), 'path', v_path);
end
$$;
comment on function api.consistency_proof(bigint, bigint) is
    'archivist, operator, auditor: the proof of RFC 6962 (2.1.2) that the later checkpoint covers all that the earlier one did. Null stands for the last.';

grant execute on function ledger.add_checkpoint(integer), api.make_checkpoint(integer, timestamptz) to archivist;
grant execute on function ledger.checkpoint(bigint), ledger.last_checkpoint(), ledger.checkpoint_document(ledger.checkpoints),
    ledger.merkle_hash(bigint, bigint), ledger.merkle_split(bigint, bigint),
    api.inclusion_proof(bigint, bigint), api.consistency_proof(bigint, bigint)
    to archivist, operator, auditor;
