-- Limits of a desk: losses, exposure, groups, margin, spread, hours and news. Null is no limit.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.are_sessions(p_sessions jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_session jsonb;
begin
    if pg_catalog.jsonb_typeof(p_sessions) <> 'array' or pg_catalog.jsonb_array_length(p_sessions) not between 1 and 50 then
        return false;
    end if;
    for v_session in select s from pg_catalog.jsonb_array_elements(p_sessions) s loop
        if (coalesce(v_session ->> 'day', '') in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
            and v_session ->> 'opens' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
            and v_session ->> 'closes' ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
            and (v_session ->> 'opens')::time < (v_session ->> 'closes')::time) is not true then
            return false;
        end if;
    end loop;
    return true;
end
$$;
comment on function ledger.are_sessions(jsonb) is
    'Whether this is a list of weekly windows: [{"day": "mon", "opens": "07:00", "closes": "16:00"}], UTC, each within one day.';

alter table ledger.accounts
    add column max_open_positions_currency integer check (max_open_positions_currency >= 0),
    add column max_open_positions_group integer check (max_open_positions_group >= 0),
    add column max_net_exposure_currency numeric check (max_net_exposure_currency > 0 and max_net_exposure_currency < 'Infinity'),
    add column max_daily_loss numeric check (max_daily_loss > 0 and max_daily_loss <= 1),
    add column max_drawdown numeric check (max_drawdown > 0 and max_drawdown <= 1),
    add column max_spread_points integer check (max_spread_points >= 0),
    add column max_margin_use numeric check (max_margin_use > 0 and max_margin_use <= 1),
    -- As many closes as one decision reads.
    add column max_consecutive_losses integer check (max_consecutive_losses between 1 and 100),
    add column cool_down_seconds integer check (cool_down_seconds > 0),
    add column sessions jsonb check (ledger.are_sessions(sessions)),
    add column opposite_positions text check (opposite_positions in ('hedge', 'ignore', 'reverse')),
    add column allow_duplicates boolean,
    add column equity_marks_since timestamptz;
-- Both columns are new, so no row can break it.
-- squawk-ignore constraint-missing-not-valid
alter table ledger.accounts add constraint accounts_cool_down_check
    check ((max_consecutive_losses is null) = (cool_down_seconds is null));
comment on column ledger.accounts.max_open_positions_currency is 'How many positions, reserved ones included, may have one currency in their symbol; null: any number.';
comment on column ledger.accounts.max_open_positions_group is 'How many positions may be in the symbols of one correlation group; null: any number.';
comment on column ledger.accounts.max_net_exposure_currency is 'How much of one currency may be held or owed on balance, as a multiple of equity; null: any amount.';
comment on column ledger.accounts.max_daily_loss is 'The loss since the day (UTC) began that stops opens, as a fraction of the equity it began with; null: none does.';
comment on column ledger.accounts.max_drawdown is 'The loss from the highest equity that stops opens, as a fraction of it; null: none does.';
comment on column ledger.accounts.max_spread_points is 'The widest spread to open at, points; null: any.';
comment on column ledger.accounts.max_margin_use is 'How much margin may be in use after an open, as a fraction of equity; null: the broker decides.';
comment on column ledger.accounts.max_consecutive_losses is 'After so many closes in a row at a loss the account cools down; null: it never does.';
comment on column ledger.accounts.cool_down_seconds is 'How long after the last of those losses nothing is opened.';
comment on column ledger.accounts.sessions is 'The weekly windows, UTC, in which positions may be opened; null: at any time.';
comment on column ledger.accounts.opposite_positions is 'What an open does where its strategy holds the other side of the symbol: hedge (as null), ignore the signal, or reverse, which closes it first.';
comment on column ledger.accounts.allow_duplicates is 'False: no open where the strategy holds this side of the symbol already. Null as true.';
comment on column ledger.accounts.equity_marks_since is 'Equity of before is forgotten: highest equity and start of day begin anew with the next sync. For after a withdrawal, or a drawdown that was looked into.';

alter table ledger.subscriptions
    add column allocation numeric check (allocation > 0 and allocation <= 1),
    add column max_open_positions_strategy integer check (max_open_positions_strategy >= 0);
comment on column ledger.subscriptions.allocation is 'The fraction of the account''s equity that the strategy sizes from; null: all of it.';
comment on column ledger.subscriptions.max_open_positions_strategy is 'How many positions, reserved ones included, the account may hold of this strategy; null: any number.';

grant update (max_open_positions_currency, max_open_positions_group, max_net_exposure_currency, max_daily_loss, max_drawdown,
    max_spread_points, max_margin_use, max_consecutive_losses, cool_down_seconds, sessions, opposite_positions,
    allow_duplicates, equity_marks_since) on ledger.accounts to operator;
grant update (allocation, max_open_positions_strategy) on ledger.subscriptions to operator;

drop trigger a_guard_row on ledger.accounts;
create trigger a_guard_row before update or delete on ledger.accounts
    for each row execute function ledger.guard_row('broker', 'enabled', 'risk_per_trade', 'min_strength',
        'max_signal_age_seconds', 'max_open_positions_account', 'max_open_positions_symbol', 'volume_max_lots',
        'directive_ttl_seconds', 'max_slippage_points', 'max_state_age_seconds', 'max_in_flight', 'takeover_seconds',
        'max_open_positions_currency', 'max_open_positions_group', 'max_net_exposure_currency', 'max_daily_loss',
        'max_drawdown', 'max_spread_points', 'max_margin_use', 'max_consecutive_losses', 'cool_down_seconds', 'sessions',
        'opposite_positions', 'allow_duplicates', 'equity_marks_since');
alter table ledger.accounts enable always trigger a_guard_row;
drop trigger a_guard_row on ledger.subscriptions;
create trigger a_guard_row before update or delete on ledger.subscriptions
    for each row execute function ledger.guard_row('risk_multiplier', 'enabled', 'allocation', 'max_open_positions_strategy');
alter table ledger.subscriptions enable always trigger a_guard_row;

create table ledger.correlation_groups (
    group_id text primary key check (group_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    symbols text[] not null check (cardinality(symbols) <= 100 and array_position(symbols, null) is null),
    recorded_at timestamptz not null default ledger.at()
);
comment on table ledger.correlation_groups is 'Symbols that the operator expects to move together; accounts limit how many positions they hold in a group. Changes are journaled.';
comment on column ledger.correlation_groups.group_id is 'Its name.';
comment on column ledger.correlation_groups.symbols is 'Its symbols; none of them once the group is given up.';
comment on column ledger.correlation_groups.recorded_at is 'When it was first saved.';

create table ledger.news_windows (
    currency text not null check (currency ~ '^[A-Za-z0-9][A-Za-z0-9._#+-]{0,31}$'),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    label text not null check (label <> '' and length(label) <= 200),
    enabled boolean not null,
    recorded_at timestamptz not null default ledger.at(),
    primary key (currency, starts_at, ends_at),
    check (starts_at < ends_at and ends_at <= starts_at + interval '7 days')
);
create index news_windows_ends_at on ledger.news_windows (ends_at) where enabled;
comment on table ledger.news_windows is 'Times at which nothing is opened in a currency, for any account. Changes are journaled.';
comment on column ledger.news_windows.currency is 'The currency; or a symbol, where that is no currency pair.';
comment on column ledger.news_windows.starts_at is 'Its first moment.';
comment on column ledger.news_windows.ends_at is 'The first moment after it.';
comment on column ledger.news_windows.label is 'What is expected, for people.';
comment on column ledger.news_windows.enabled is 'False: it was called off.';
comment on column ledger.news_windows.recorded_at is 'When it was first saved.';

create table ledger.equity_marks (
    account_id text primary key references ledger.accounts,
    day date not null,
    equity numeric not null check (equity > '-Infinity' and equity < 'Infinity'),
    day_start_equity numeric not null check (day_start_equity > '-Infinity' and day_start_equity < 'Infinity'),
    high_water_equity numeric not null check (high_water_equity > '-Infinity' and high_water_equity < 'Infinity'),
    since timestamptz not null
) with (fillfactor = 70);
comment on table ledger.equity_marks is 'What losses of each account are counted from; overwritten by syncs. The numbers a decision used are copied into it.';
comment on column ledger.equity_marks.account_id is 'The account.';
comment on column ledger.equity_marks.day is 'The day (UTC) of the newest sync.';
comment on column ledger.equity_marks.equity is 'The equity of the newest sync, deposit currency.';
comment on column ledger.equity_marks.day_start_equity is 'The equity that day began with: the last one reported before it, or else its first.';
comment on column ledger.equity_marks.high_water_equity is 'The highest equity reported.';
comment on column ledger.equity_marks.since is 'Since when; equity of before does not count.';

do $$
declare
    v_rule record;
    v_policy text;
begin
    for v_rule in
        select * from (values
            ('correlation_groups', 'select', 'director, operator, auditor', null, 'true', 'every group'),
            ('correlation_groups', 'insert', 'operator', null, 'true', 'any group'),
            ('correlation_groups', 'update', 'operator', 'symbols', 'true', 'the symbols of any group'),
            ('news_windows', 'select', 'director, operator, auditor', null, 'true', 'every window'),
            ('news_windows', 'insert', 'operator', null, 'true', 'any window'),
            ('news_windows', 'update', 'operator', 'label, enabled', 'true', 'any window'),
            ('equity_marks', 'select', 'director, operator, auditor', null, 'true', 'every account''s marks'),
            ('equity_marks', 'select', 'officer', null, 'account_id = (select ledger.account_id())', 'its own account''s marks'),
            ('equity_marks', 'insert', 'officer', null, 'account_id = (select ledger.account_id())', 'its own account''s marks'),
            ('equity_marks', 'update', 'officer', null, 'account_id = (select ledger.account_id())', 'its own account''s marks')
        ) as t (name, command, roles, columns, condition, words)
    loop
        execute pg_catalog.format('alter table ledger.%I enable row level security', v_rule.name);
        execute pg_catalog.format('grant %s%s on ledger.%I to %s',
            v_rule.command, ' (' || v_rule.columns || ')', v_rule.name, v_rule.roles);
        v_policy := pg_catalog.replace(v_rule.roles, ', ', '_') || '_' || v_rule.command;
        execute pg_catalog.format('create policy %I on ledger.%I for %s to %s %s', v_policy, v_rule.name,
            v_rule.command, v_rule.roles,
            case v_rule.command
                when 'insert' then pg_catalog.format('with check (%s)', v_rule.condition)
                when 'update' then pg_catalog.format('using (%s) with check (%1$s)', v_rule.condition)
                else pg_catalog.format('using (%s)', v_rule.condition)
            end);
        execute pg_catalog.format('comment on policy %I on ledger.%I is %L', v_policy, v_rule.name,
            pg_catalog.format('%s: %s %s.', v_rule.roles, v_rule.command, v_rule.words));
    end loop;
end
$$;

do $$
declare
    v_table record;
begin
    for v_table in
        select * from (values
            ('correlation_groups', 'correlation_group', 'group_id', '''symbols'''),
            ('news_windows', 'news_window', 'currency,starts_at,ends_at', '''label'', ''enabled''')
        ) as t (name, entity, key, may_change)
    loop
        execute pg_catalog.format('create trigger a_guard_row before update or delete on ledger.%I
            for each row execute function ledger.guard_row(%s)', v_table.name, v_table.may_change);
        execute pg_catalog.format('create trigger a_guard_truncate before truncate on ledger.%I
            for each statement execute function ledger.guard_row()', v_table.name);
        execute pg_catalog.format('create trigger z_journal_insert after insert on ledger.%I
            for each row execute function ledger.record_in_journal(%L, %L, %L)',
            v_table.name, v_table.entity, v_table.key, v_table.entity || '.added');
        execute pg_catalog.format('create trigger z_journal_update after update on ledger.%I
            for each row execute function ledger.record_in_journal(%L, %L, %L)',
            v_table.name, v_table.entity, v_table.key, v_table.entity || '.changed');
        execute pg_catalog.format('alter table ledger.%I enable always trigger a_guard_row, enable always trigger a_guard_truncate,
            enable always trigger z_journal_insert, enable always trigger z_journal_update', v_table.name);
    end loop;
end
$$;

-- Who has synchronised before is not to wait for the next sync.
insert into ledger.equity_marks (account_id, day, equity, day_start_equity, high_water_equity, since)
select s.account_id, (s.reported_at at time zone 'UTC')::date, s.equity, s.equity, s.equity, s.reported_at from ledger.account_states s;
