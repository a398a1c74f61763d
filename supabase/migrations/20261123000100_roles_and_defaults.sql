-- Deny by default, then one role per actor. Everything after this file grants; nothing before it exists.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;

create schema if not exists ledger;
create schema if not exists api;
comment on schema ledger is 'The event ledger: tables, triggers and helpers. Never exposed over HTTP.';
comment on schema api is 'The only doors: one function per verb, exposed through PostgREST. Each returns jsonb.';

revoke all on schema ledger from public;
revoke all on schema api from public;

-- Roles belong to the server, not to the database, so they may already be there.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['generator', 'director', 'officer', 'feed', 'archivist', 'operator', 'auditor', 'gatekeeper'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
            execute pg_catalog.format('create role %I nologin noinherit', v_role);
        end if;
        -- PostgREST logs in as authenticator and becomes the role that the request's token names.
        execute pg_catalog.format('grant %I to authenticator', v_role);
        execute pg_catalog.format('grant usage on schema ledger, api to %I', v_role);
        -- No request may hold a lock, or a place in PostgREST's pool, longer than an EA waits for an answer.
        execute pg_catalog.format('alter role %I set statement_timeout = %L', v_role, '8s');
        execute pg_catalog.format('alter role %I set transaction_timeout = %L', v_role, '10s');
    end loop;
end
$$;

comment on role generator is 'DistortSignals actor: reads bars, publishes signals.';
comment on role director is 'DistortSignals actor: decides pending signals, issues directives.';
comment on role officer is 'DistortSignals actor: one MT5 account; polls, acknowledges, reports, syncs. Bound to its account_id claim.';
comment on role feed is 'DistortSignals actor: stores bars of a market-data provider.';
comment on role archivist is 'DistortSignals actor: makes partitions, archives.';
comment on role operator is 'DistortSignals actor: a person who opens accounts, issues keys, halts and resumes.';
comment on role auditor is 'DistortSignals actor: reads everything, writes nothing.';
comment on role gatekeeper is 'DistortSignals actor: resolves API keys for the HTTP functions, and nothing else.';
