-- Who is calling, what time it is, and how a call is refused: the words every later file uses.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.settings (
    only_row boolean primary key default true check (only_row),
    simulated_time boolean not null default false,
    poll_busy_ms integer not null default 500 check (poll_busy_ms between 50 and 60000),
    poll_idle_ms integer not null default 2000 check (poll_idle_ms between 50 and 600000),
    signal_window interval not null default interval '7 days' check (signal_window > interval '0')
);
insert into ledger.settings default values;
alter table ledger.settings enable row level security;

comment on table ledger.settings is 'One row of settings that only the owner of the database can read or change.';
comment on column ledger.settings.only_row is 'Always true: the key that keeps this table at one row.';
comment on column ledger.settings.simulated_time is 'Whether callers may say what time it is (p_at). True for replays and tests, never on a production ledger.';
comment on column ledger.settings.poll_busy_ms is 'What an officer with work at hand waits before the next poll, milliseconds.';
comment on column ledger.settings.poll_idle_ms is 'What an idle officer waits before the next poll, milliseconds.';
comment on column ledger.settings.signal_window is 'How far from the present a signal''s created_at may lie, either way.';

create function ledger.refuse(p_status integer, p_code text, p_detail text, p_hint text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
    raise exception using
        errcode = 'PT' || p_status, message = p_code, detail = p_detail, hint = coalesce(p_hint, '');
end
$$;
comment on function ledger.refuse(integer, text, text, text) is
    'Refuses the call: PostgREST answers with p_status; p_code is one of contracts/problems.json, p_detail a sentence, p_hint what to do.';

create function ledger.begin(p_at timestamptz)
returns timestamptz
language plpgsql
security definer
set search_path = ''
as $$
begin
    if p_at is null then
        return pg_catalog.now();
    end if;
    if not (select simulated_time from ledger.settings) then
        perform ledger.refuse(400, 'simulated_time_disabled', 'This ledger keeps real time and takes none from its callers.',
            'Send the request without a simulated time.');
    end if;
    perform pg_catalog.set_config('ledger.at', p_at::text, true);
    return p_at;
end
$$;
comment on function ledger.begin(timestamptz) is
    'First line of every api function: the time of this call. p_at where settings.simulated_time allows it, else the transaction''s own.';

create function ledger.at()
returns timestamptz
language sql
stable
security definer
set search_path = ''
as $$
    -- A session may set ledger.at to anything; only a ledger under simulated time believes it.
    select case when simulated_time
        then coalesce(nullif(pg_catalog.current_setting('ledger.at', true), '')::timestamptz, pg_catalog.now())
        else pg_catalog.now() end
    from ledger.settings
$$;
comment on function ledger.at() is 'The time of this call, as ledger.begin() settled it.';

create function ledger.poll_after_ms(p_busy boolean)
returns integer
language sql
stable
security definer
set search_path = ''
as $$
    select case when p_busy then poll_busy_ms else poll_idle_ms end from ledger.settings
$$;
comment on function ledger.poll_after_ms(boolean) is 'How long an officer should wait before its next poll, milliseconds.';

create function ledger.actor()
returns text
language sql
stable
set search_path = ''
as $$
    -- The setting "role" survives security definer functions, where current_user is their owner.
    select coalesce(nullif(pg_catalog.current_setting('role', true), 'none'), session_user::text)
$$;
comment on function ledger.actor() is 'The role that makes this call, whoever''s function it runs in.';

create function ledger.claim(p_name text)
returns text
language sql
stable
set search_path = ''
as $$
    select nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> p_name
$$;
comment on function ledger.claim(text) is 'A claim of the caller''s token, null where there is none.';

create function ledger.account_id()
returns text
language sql
stable
set search_path = ''
as $$
    select ledger.claim('account_id')
$$;
comment on function ledger.account_id() is 'The account that the calling officer''s token is bound to. Every officer policy compares with it.';

create function ledger.own_account()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    if ledger.account_id() is null then
        perform ledger.refuse(403, 'permission_denied', 'This call is bound to an account, and the token names none.',
            'Use the API key of an account''s officer.');
    end if;
    return ledger.account_id();
end
$$;
comment on function ledger.own_account() is 'account_id(), refusing callers that have none.';

create function ledger.request_id()
returns text
language sql
stable
set search_path = ''
as $$
    select nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb ->> 'x-request-id'
$$;
comment on function ledger.request_id() is 'The X-Request-Id header of the call, null outside HTTP.';

create function ledger.utc(p_time timestamptz)
returns text
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.regexp_replace(
        pg_catalog.to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '\.?0+Z$', 'Z')
$$;
comment on function ledger.utc(timestamptz) is 'A time as the contracts write it: UTC, Z, a fraction only where there is one.';

create function ledger.exact(p_number numeric)
returns text
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.trim_scale(p_number)::text
$$;
comment on function ledger.exact(numeric) is 'A number as the contracts write it: a string without trailing zeros, so that no reader rounds it.';

create function ledger.content_hash(p_content jsonb)
returns bytea
language sql
immutable
set search_path = ''
as $$
    -- jsonb orders keys and PostgreSQL prints it in one way, so equal content has one text.
    select pg_catalog.sha256(pg_catalog.convert_to(p_content::text, 'UTF8'))
$$;
comment on function ledger.content_hash(jsonb) is
    'SHA-256 of a document, to tell a retry from other content under the same key. Numbers must already be ledger.exact().';

grant execute on function ledger.refuse(integer, text, text, text), ledger.begin(timestamptz), ledger.at(),
    ledger.actor(), ledger.claim(text), ledger.account_id(), ledger.request_id(), ledger.utc(timestamptz),
    ledger.exact(numeric), ledger.content_hash(jsonb)
    to generator, director, officer, feed, archivist, operator, auditor, gatekeeper;
grant execute on function ledger.own_account(), ledger.poll_after_ms(boolean) to officer;
