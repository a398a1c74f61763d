-- The door before the doors: API keys and health.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function api.resolve_api_key(p_key_id text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object('key_id', k.key_id, 'secret_hash', pg_catalog.encode(k.secret_hash, 'hex'),
        'role', k.role, 'account_id', k.account_id, 'revoked', k.revoked_at is not null, 'expires_at', ledger.utc(k.expires_at))
    from ledger.api_keys k where k.key_id = p_key_id
$$;
comment on function api.resolve_api_key(text) is
    'gatekeeper: what a key may do, and the hash to compare its secret with; null for an unknown key.';

create function ledger.migration()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- The Supabase CLI's own record of what was applied; named at run time, for it makes the table as it goes.
    return (select max(version) from supabase_migrations.schema_migrations);
end
$$;
comment on function ledger.migration() is 'The newest migration applied.';

create function ledger.health()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object('migration', ledger.migration(), 'simulated_time', s.simulated_time,
        'partitions_until', (select ledger.utc((max(m.month) + interval '1 month') at time zone 'UTC') from ledger.partitioned_months m),
        'at', ledger.utc(pg_catalog.now()))
    from ledger.settings s
$$;
comment on function ledger.health() is 'Newest migration, kind of time, and how far partitions reach.';

create function api.health()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select ledger.health()
$$;
comment on function api.health() is 'gatekeeper: what an uptime check wants to know. Says nothing about anybody''s trades.';

grant execute on function api.resolve_api_key(text), ledger.health(), api.health() to gatekeeper;
