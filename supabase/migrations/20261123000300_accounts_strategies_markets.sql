-- Who trades, what is traded, by which rules: the standing tables that stories refer to.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.accounts (
    account_id text primary key check (account_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    broker text not null,
    login bigint not null check (login > 0),
    server text not null,
    currency text not null check (currency ~ '^[A-Z]{3,8}$'),
    enabled boolean not null,
    risk_per_trade numeric not null check (risk_per_trade > 0 and risk_per_trade <= 1),
    min_strength numeric not null check (min_strength between 0 and 1),
    max_signal_age_seconds integer not null check (max_signal_age_seconds > 0),
    max_open_positions_account integer not null check (max_open_positions_account >= 0),
    max_open_positions_symbol integer not null check (max_open_positions_symbol >= 0),
    volume_max_lots numeric not null check (volume_max_lots > 0 and volume_max_lots < 'Infinity'),
    directive_ttl_seconds integer not null check (directive_ttl_seconds > 0),
    max_slippage_points integer not null check (max_slippage_points between 0 and 100000),
    max_state_age_seconds integer not null check (max_state_age_seconds > 0),
    max_in_flight integer not null check (max_in_flight > 0),
    -- Last-seen times are exact to five seconds; less than ten would take over from an EA that is alive.
    takeover_seconds integer not null check (takeover_seconds >= 10),
    recorded_at timestamptz not null default ledger.at(),
    unique (server, login)
);
comment on table ledger.accounts is 'One MT5 account and the limits the director decides by. Changes are journaled.';
comment on column ledger.accounts.account_id is 'Our name for the account; the claim that binds its officer.';
comment on column ledger.accounts.broker is 'The broker''s name, for people.';
comment on column ledger.accounts.login is 'The MT5 login number.';
comment on column ledger.accounts.server is 'The MT5 trade server, as the terminal names it.';
comment on column ledger.accounts.currency is 'The deposit currency, ISO 4217 or the broker''s own code.';
comment on column ledger.accounts.enabled is 'False: no opens are decided or granted; closes still are.';
comment on column ledger.accounts.risk_per_trade is 'What one trade may lose at its stop loss, as a fraction of equity.';
comment on column ledger.accounts.min_strength is 'Signals weaker than this are declined, 0 to 1.';
comment on column ledger.accounts.max_signal_age_seconds is 'Signals older than this are declined.';
comment on column ledger.accounts.max_open_positions_account is 'How many positions, reserved ones included, the account may hold.';
comment on column ledger.accounts.max_open_positions_symbol is 'How many of them in one symbol.';
comment on column ledger.accounts.volume_max_lots is 'The most one directive may open, lots.';
comment on column ledger.accounts.directive_ttl_seconds is 'How long an opening directive stays good.';
comment on column ledger.accounts.max_slippage_points is 'The deviation a market order may be filled with, points.';
comment on column ledger.accounts.max_state_age_seconds is 'How old the officer''s last sync may be when a trade is sized by it.';
comment on column ledger.accounts.max_in_flight is 'How many acknowledged directives may be without a result; opens beyond that are not offered.';
comment on column ledger.accounts.takeover_seconds is 'How long an EA instance must be silent before another may take over its directives.';
comment on column ledger.accounts.recorded_at is 'When the account was opened here.';

create table ledger.strategies (
    strategy_id text primary key check (strategy_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    kind text not null check (kind ~ '^[a-z][a-z0-9_]{0,63}$'),
    symbols text[] not null check (cardinality(symbols) between 1 and 100),
    timeframe text not null check (timeframe in ('M1', 'M5', 'M15', 'M30', 'H1', 'H4', 'D1')),
    bar_source text not null check (bar_source = 'feed' or bar_source ~ '^account:[a-z0-9]'),
    parameters jsonb not null check (jsonb_typeof(parameters) = 'object'),
    warm_up_bars integer not null check (warm_up_bars between 1 and 5000),
    enabled boolean not null,
    recorded_at timestamptz not null default ledger.at()
);
comment on table ledger.strategies is 'A configured strategy: a kind from functions/generator/strategies with its parameters. Changes are journaled.';
comment on column ledger.strategies.strategy_id is 'Its name; part of every signal_id it makes.';
comment on column ledger.strategies.kind is 'Which strategy module runs.';
comment on column ledger.strategies.symbols is 'The symbols it watches.';
comment on column ledger.strategies.timeframe is 'The bars it reads.';
comment on column ledger.strategies.bar_source is 'Whose bars: the feed''s, or one account''s own.';
comment on column ledger.strategies.parameters is 'Its parameters, validated by the kind''s model before they are saved.';
comment on column ledger.strategies.warm_up_bars is 'How many closed bars one evaluation reads, computed from the parameters.';
comment on column ledger.strategies.enabled is 'False: the generator passes it over, so it makes no closes either: only stops end what it opened.';
comment on column ledger.strategies.recorded_at is 'When it was first saved.';

create table ledger.subscriptions (
    account_id text not null references ledger.accounts,
    strategy_id text not null references ledger.strategies,
    risk_multiplier numeric not null default 1 check (risk_multiplier > 0 and risk_multiplier <= 10),
    enabled boolean not null,
    recorded_at timestamptz not null default ledger.at(),
    primary key (account_id, strategy_id)
);
create index subscriptions_strategy_id on ledger.subscriptions (strategy_id) where enabled;
comment on table ledger.subscriptions is 'Which account follows which strategy. Changes are journaled.';
comment on column ledger.subscriptions.account_id is 'The account that follows.';
comment on column ledger.subscriptions.strategy_id is 'The strategy it follows.';
comment on column ledger.subscriptions.risk_multiplier is 'Scales the account''s risk_per_trade for this strategy.';
comment on column ledger.subscriptions.enabled is 'False: no opens are decided for the account; what is open is still closed and modified.';
comment on column ledger.subscriptions.recorded_at is 'When it was first made.';

create table ledger.account_states (
    account_id text primary key references ledger.accounts,
    balance numeric not null check (balance > '-Infinity' and balance < 'Infinity'),
    equity numeric not null check (equity > '-Infinity' and equity < 'Infinity'),
    margin numeric not null check (margin > '-Infinity' and margin < 'Infinity'),
    free_margin numeric not null check (free_margin > '-Infinity' and free_margin < 'Infinity'),
    currency text not null,
    leverage integer not null,
    hedging boolean not null,
    trade_allowed boolean not null,
    server_time_offset_seconds integer not null,
    reported_at timestamptz not null default ledger.at()
) with (fillfactor = 70);
comment on table ledger.account_states is 'What each account''s officer last reported; overwritten. The numbers a decision used are copied into it.';
comment on column ledger.account_states.account_id is 'The account.';
comment on column ledger.account_states.balance is 'Balance, deposit currency.';
comment on column ledger.account_states.equity is 'Equity, deposit currency; sizing starts from it.';
comment on column ledger.account_states.margin is 'Margin in use, deposit currency.';
comment on column ledger.account_states.free_margin is 'Free margin, deposit currency.';
comment on column ledger.account_states.currency is 'Deposit currency as the terminal reports it.';
comment on column ledger.account_states.leverage is 'Leverage, 100 for 1:100.';
comment on column ledger.account_states.hedging is 'Whether the account keeps several positions per symbol; version 1 needs it.';
comment on column ledger.account_states.trade_allowed is 'Whether terminal, account and EA may all trade.';
comment on column ledger.account_states.server_time_offset_seconds is 'Trade server time minus UTC, seconds.';
comment on column ledger.account_states.reported_at is 'When the officer reported this.';

create table ledger.instruments (
    account_id text not null references ledger.accounts,
    symbol text not null,
    digits integer not null check (digits between 0 and 10),
    tick_size numeric not null check (tick_size > 0 and tick_size < 'Infinity'),
    tick_value numeric not null check (tick_value > 0 and tick_value < 'Infinity'),
    contract_size numeric not null check (contract_size > 0 and contract_size < 'Infinity'),
    volume_min_lots numeric not null check (volume_min_lots > 0 and volume_min_lots < 'Infinity'),
    volume_max_lots numeric not null check (volume_max_lots > 0 and volume_max_lots < 'Infinity'),
    volume_step_lots numeric not null check (volume_step_lots > 0 and volume_step_lots < 'Infinity'),
    stops_level_points integer not null check (stops_level_points >= 0),
    reported_at timestamptz not null default ledger.at(),
    primary key (account_id, symbol)
) with (fillfactor = 70);
comment on table ledger.instruments is 'Contract specification per account and symbol as the broker reports it; overwritten.';
comment on column ledger.instruments.account_id is 'The account.';
comment on column ledger.instruments.symbol is 'The symbol under the ledger''s name, without the broker''s prefix or suffix.';
comment on column ledger.instruments.digits is 'Decimal places of a price; one point is 10^-digits.';
comment on column ledger.instruments.tick_size is 'The smallest price step.';
comment on column ledger.instruments.tick_value is 'What one tick of one lot is worth, deposit currency.';
comment on column ledger.instruments.contract_size is 'Units of the base asset in one lot.';
comment on column ledger.instruments.volume_min_lots is 'The smallest order, lots.';
comment on column ledger.instruments.volume_max_lots is 'The largest order, lots.';
comment on column ledger.instruments.volume_step_lots is 'The step between volumes, lots.';
comment on column ledger.instruments.stops_level_points is 'How close to the price a stop may be, points.';
comment on column ledger.instruments.reported_at is 'When the officer reported this.';

create table ledger.officer_instances (
    account_id text not null references ledger.accounts,
    instance_id uuid not null,
    first_seen_at timestamptz not null default ledger.at(),
    last_seen_at timestamptz not null default ledger.at(),
    primary key (account_id, instance_id)
) with (fillfactor = 70);
comment on table ledger.officer_instances is 'Each running EA of an account and when it last called; overwritten every few seconds. Takeover depends on it.';
comment on column ledger.officer_instances.account_id is 'The account.';
comment on column ledger.officer_instances.instance_id is 'The EA''s own id, kept in its data folder.';
comment on column ledger.officer_instances.first_seen_at is 'Its first call.';
comment on column ledger.officer_instances.last_seen_at is 'Its last call, to within five seconds.';

create table ledger.bars (
    source text not null,
    symbol text not null,
    timeframe text not null check (timeframe in ('M1', 'M5', 'M15', 'M30', 'H1', 'H4', 'D1')),
    opened_at timestamptz not null,
    open numeric not null check (open > 0 and open < 'Infinity'),
    high numeric not null check (high > '-Infinity' and high < 'Infinity'),
    low numeric not null check (low > 0 and low < 'Infinity'),
    close numeric not null check (close > 0 and close < 'Infinity'),
    tick_volume bigint not null check (tick_volume >= 0),
    spread_points integer not null check (spread_points >= 0),
    recorded_at timestamptz not null default ledger.at(),
    primary key (source, symbol, timeframe, opened_at),
    check (high >= greatest(open, close, low) and low <= least(open, close))
);
comment on table ledger.bars is 'Closed bars per source. Too voluminous to journal; a signal records the indicators it was made from.';
comment on column ledger.bars.source is 'feed, or account:<account_id>: an officer can only speak for its own broker''s prices.';
comment on column ledger.bars.symbol is 'The symbol under the ledger''s name.';
comment on column ledger.bars.timeframe is 'Its length.';
comment on column ledger.bars.opened_at is 'When it began, UTC.';
comment on column ledger.bars.open is 'First bid.';
comment on column ledger.bars.high is 'Highest bid.';
comment on column ledger.bars.low is 'Lowest bid.';
comment on column ledger.bars.close is 'Last bid.';
comment on column ledger.bars.tick_volume is 'Number of ticks.';
comment on column ledger.bars.spread_points is 'Spread at the close, points.';
comment on column ledger.bars.recorded_at is 'When it was stored.';

create table ledger.trading_halts (
    halt_no bigint generated always as identity primary key,
    scope text not null check (scope in ('global', 'account', 'symbol', 'strategy')),
    value text not null check ((scope = 'global') = (value = '')),
    action text not null check (action in ('halted', 'resumed')),
    reason text not null check (reason <> ''),
    recorded_at timestamptz not null default ledger.at()
);
create index trading_halts_latest on ledger.trading_halts (scope, value, halt_no desc);
comment on table ledger.trading_halts is 'Halts and resumes, append-only; the newest row of a scope and value tells. Opens stop, closes never do.';
comment on column ledger.trading_halts.halt_no is 'Order of recording.';
comment on column ledger.trading_halts.scope is 'What is halted: everything, an account, a symbol or a strategy.';
comment on column ledger.trading_halts.value is 'Which one; empty for global.';
comment on column ledger.trading_halts.action is 'halted or resumed.';
comment on column ledger.trading_halts.reason is 'Why, in the operator''s words.';
comment on column ledger.trading_halts.recorded_at is 'When.';

create table ledger.api_keys (
    key_id text primary key check (key_id ~ '^[a-z0-9]{12}$'),
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    role text not null check (role in ('generator', 'director', 'officer', 'feed', 'archivist', 'operator', 'auditor')),
    account_id text references ledger.accounts,
    label text not null,
    recorded_at timestamptz not null default ledger.at(),
    expires_at timestamptz,
    revoked_at timestamptz,
    check ((role = 'officer') = (account_id is not null))
);
create index api_keys_account_id on ledger.api_keys (account_id);
comment on table ledger.api_keys is 'API keys as hashes of 256-bit random secrets: nothing here can be used to call.';
comment on column ledger.api_keys.key_id is 'The public half of the key.';
comment on column ledger.api_keys.secret_hash is 'SHA-256 of the secret half.';
comment on column ledger.api_keys.role is 'The actor its holder is.';
comment on column ledger.api_keys.account_id is 'The one account an officer''s key is bound to.';
comment on column ledger.api_keys.label is 'What it is for, in the operator''s words.';
comment on column ledger.api_keys.recorded_at is 'When it was issued.';
comment on column ledger.api_keys.expires_at is 'When it ends by itself.';
comment on column ledger.api_keys.revoked_at is 'When it was revoked; never taken back.';
