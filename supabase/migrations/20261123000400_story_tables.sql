-- The ledger proper. A story is (signal_id, symbol, created_at): one signal and all that followed from it.
-- Every row carries the story key, and all of a story lies in the partitions of its month.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.signal_registry (
    signal_id uuid primary key,
    symbol text not null,
    created_at timestamptz not null,
    content_hash bytea not null
);
comment on table ledger.signal_registry is 'One row per signal_id ever published, so that the same id under another created_at is seen, and look-ups find their partition.';
comment on column ledger.signal_registry.signal_id is 'The signal.';
comment on column ledger.signal_registry.symbol is 'Story key.';
comment on column ledger.signal_registry.created_at is 'Story key.';
comment on column ledger.signal_registry.content_hash is 'SHA-256 of what was published first.';

create table ledger.signal_outbox (
    signal_id uuid not null,
    symbol text not null check (symbol ~ '^[A-Za-z0-9][A-Za-z0-9._#+-]{0,31}$'),
    created_at timestamptz not null,
    strategy_id text not null references ledger.strategies,
    timeframe text not null,
    action text not null check (action in ('open', 'close', 'modify')),
    side text check (side in ('buy', 'sell')),
    strength numeric not null check (strength between 0 and 1),
    entry_price numeric check (entry_price > 0 and entry_price < 'Infinity'),
    stop_loss numeric check (stop_loss > 0 and stop_loss < 'Infinity'),
    take_profit numeric check (take_profit > 0 and take_profit < 'Infinity'),
    expires_at timestamptz not null check (expires_at > created_at),
    indicators jsonb not null,
    status text not null default 'pending' check (status in ('pending', 'processed', 'archived')),
    recorded_at timestamptz not null default ledger.at(),
    primary key (signal_id, symbol, created_at),
    check (action <> 'open' or (side is not null and entry_price is not null and stop_loss is not null)),
    check (action <> 'modify' or coalesce(stop_loss, take_profit) is not null)
) partition by range (created_at);
create index signal_outbox_pending on ledger.signal_outbox (status, created_at) where status = 'pending';
create index signal_outbox_strategy_id on ledger.signal_outbox (strategy_id, created_at);
comment on table ledger.signal_outbox is 'Published signals: the source of truth every story begins with.';
comment on column ledger.signal_outbox.signal_id is 'Story key. UUIDv5 of strategy, symbol, timeframe and bar close: made twice, it is the same.';
comment on column ledger.signal_outbox.symbol is 'Story key. The symbol under the ledger''s name.';
comment on column ledger.signal_outbox.created_at is 'Story key. The moment the signal is about: the close of its bar.';
comment on column ledger.signal_outbox.strategy_id is 'The strategy that made it.';
comment on column ledger.signal_outbox.timeframe is 'The bars it was made from.';
comment on column ledger.signal_outbox.action is 'open, close or modify.';
comment on column ledger.signal_outbox.side is 'buy or sell; for close and modify null means both.';
comment on column ledger.signal_outbox.strength is 'How sure the strategy is, 0 to 1.';
comment on column ledger.signal_outbox.entry_price is 'The price it was made at.';
comment on column ledger.signal_outbox.stop_loss is 'Stop loss price.';
comment on column ledger.signal_outbox.take_profit is 'Take profit price.';
comment on column ledger.signal_outbox.expires_at is 'After this nobody may open on it.';
comment on column ledger.signal_outbox.indicators is 'The indicator values it was made from.';
comment on column ledger.signal_outbox.status is 'pending, processed, archived; the only column that changes.';
comment on column ledger.signal_outbox.recorded_at is 'When it was stored.';

create table ledger.risk_decisions (
    signal_id uuid not null,
    symbol text not null,
    created_at timestamptz not null,
    account_id text not null references ledger.accounts,
    outcome text not null check (outcome in ('issued', 'declined')),
    reason text not null check (reason ~ '^[a-z][a-z0-9_]{0,63}$'),
    numbers jsonb not null check (jsonb_typeof(numbers) = 'object'),
    rechecked boolean not null,
    decided_at timestamptz not null default ledger.at(),
    primary key (signal_id, symbol, created_at, account_id),
    foreign key (signal_id, symbol, created_at) references ledger.signal_outbox,
    check ((outcome = 'issued') = (reason = 'issued'))
) partition by range (created_at);
create index risk_decisions_account_id on ledger.risk_decisions (account_id, created_at);
comment on table ledger.risk_decisions is 'One row per signal and subscribed account: issued or declined, why, and the numbers it was decided on. Immutable.';
comment on column ledger.risk_decisions.signal_id is 'Story key.';
comment on column ledger.risk_decisions.symbol is 'Story key.';
comment on column ledger.risk_decisions.created_at is 'Story key.';
comment on column ledger.risk_decisions.account_id is 'The account it was decided for.';
comment on column ledger.risk_decisions.outcome is 'issued or declined.';
comment on column ledger.risk_decisions.reason is 'The rule that decided; issued where none objected.';
comment on column ledger.risk_decisions.numbers is 'Every number the decision was made from.';
comment on column ledger.risk_decisions.rechecked is 'True: the director would have issued, and the check inside the transaction declined.';
comment on column ledger.risk_decisions.decided_at is 'When.';

create table ledger.directive_registry (
    directive_no bigint generated always as identity primary key check (directive_no between 1 and 1099511627775),
    directive_id uuid not null unique,
    signal_id uuid not null,
    symbol text not null,
    created_at timestamptz not null,
    account_id text not null references ledger.accounts
);
create index directive_registry_account_id on ledger.directive_registry (account_id);
comment on table ledger.directive_registry is 'One row per directive ever issued: numbers it, and finds its partition.';
comment on column ledger.directive_registry.directive_no is 'The number in the magic number at the broker; below 2^40.';
comment on column ledger.directive_registry.directive_id is 'The directive''s id in messages; follows from story key, account and target.';
comment on column ledger.directive_registry.signal_id is 'Story key.';
comment on column ledger.directive_registry.symbol is 'Story key.';
comment on column ledger.directive_registry.created_at is 'Story key.';
comment on column ledger.directive_registry.account_id is 'The account it commands.';

create table ledger.trade_directives (
    signal_id uuid not null,
    symbol text not null,
    created_at timestamptz not null,
    directive_no bigint not null,
    directive_id uuid not null,
    account_id text not null,
    strategy_id text not null,
    action text not null check (action in ('open', 'close', 'modify')),
    side text not null check (side in ('buy', 'sell')),
    order_type text not null check (order_type in ('market', 'limit', 'stop')),
    volume_lots numeric check (volume_lots > 0 and volume_lots < 'Infinity'),
    price numeric check (price > 0 and price < 'Infinity'),
    stop_loss numeric check (stop_loss > 0 and stop_loss < 'Infinity'),
    take_profit numeric check (take_profit > 0 and take_profit < 'Infinity'),
    max_slippage_points integer not null check (max_slippage_points between 0 and 100000),
    target_directive_no bigint references ledger.directive_registry,
    priority integer not null check (priority between 0 and 9),
    status text not null default 'pending'
        check (status in ('pending', 'acknowledged', 'completed', 'failed', 'cancelled')),
    issued_at timestamptz not null default ledger.at(),
    expires_at timestamptz,
    -- With account_id, so that what refers to a directive can only do so under the account it commands.
    primary key (signal_id, symbol, created_at, directive_no, account_id),
    -- One command per story, account and target position, whoever decides and however often.
    unique nulls not distinct (signal_id, symbol, created_at, account_id, target_directive_no),
    foreign key (directive_no) references ledger.directive_registry,
    foreign key (signal_id, symbol, created_at, account_id) references ledger.risk_decisions,
    check ((action = 'open') = (target_directive_no is null)),
    check (action <> 'open' or (volume_lots is not null and expires_at is not null)),
    check ((order_type = 'market') = (price is null))
) partition by range (created_at);
create index trade_directives_pending on ledger.trade_directives (account_id, status, created_at) where status = 'pending';
create index trade_directives_acknowledged on ledger.trade_directives (account_id, status, created_at)
    where status = 'acknowledged';
create index trade_directives_target on ledger.trade_directives (target_directive_no)
    where target_directive_no is not null;
comment on table ledger.trade_directives is 'Commands from the director to one account''s officer.';
comment on column ledger.trade_directives.signal_id is 'Story key.';
comment on column ledger.trade_directives.symbol is 'Story key.';
comment on column ledger.trade_directives.created_at is 'Story key.';
comment on column ledger.trade_directives.directive_no is 'Its number; the magic number at the broker is 0x4453 << 40 | directive_no.';
comment on column ledger.trade_directives.directive_id is 'Its id in messages.';
comment on column ledger.trade_directives.account_id is 'The account it commands.';
comment on column ledger.trade_directives.strategy_id is 'The strategy whose signal led to it.';
comment on column ledger.trade_directives.action is 'open a position, close one, or modify its stops.';
comment on column ledger.trade_directives.side is 'buy or sell; for close and modify the side of the position.';
comment on column ledger.trade_directives.order_type is 'market, limit or stop.';
comment on column ledger.trade_directives.volume_lots is 'How much, lots; null on a close means all of it.';
comment on column ledger.trade_directives.price is 'The price of a limit or stop order.';
comment on column ledger.trade_directives.stop_loss is 'Stop loss price.';
comment on column ledger.trade_directives.take_profit is 'Take profit price.';
comment on column ledger.trade_directives.max_slippage_points is 'The deviation a fill may have, points.';
comment on column ledger.trade_directives.target_directive_no is 'The directive that opened the position to close or modify.';
comment on column ledger.trade_directives.priority is 'Higher goes first, 0 to 9.';
comment on column ledger.trade_directives.status is 'pending, acknowledged, completed, failed, cancelled; the only column that changes.';
comment on column ledger.trade_directives.issued_at is 'When the director issued it.';
comment on column ledger.trade_directives.expires_at is 'After this it may not be acknowledged; closes never expire.';

create table ledger.directive_acknowledgements (
    signal_id uuid not null,
    symbol text not null,
    created_at timestamptz not null,
    directive_no bigint not null,
    acknowledgement_no integer not null check (acknowledgement_no > 0),
    account_id text not null,
    instance_id uuid not null,
    takeover boolean not null,
    acknowledged_at timestamptz not null default ledger.at(),
    -- Two instances that both believe they won cannot both write the same number.
    primary key (signal_id, symbol, created_at, directive_no, acknowledgement_no),
    foreign key (signal_id, symbol, created_at, directive_no, account_id) references ledger.trade_directives,
    check (takeover = (acknowledgement_no > 1))
) partition by range (created_at);
create index directive_acknowledgements_account_id on ledger.directive_acknowledgements (account_id, created_at);
comment on table ledger.directive_acknowledgements is 'Who was granted a directive, in order; the highest number holds it. Immutable.';
comment on column ledger.directive_acknowledgements.signal_id is 'Story key.';
comment on column ledger.directive_acknowledgements.symbol is 'Story key.';
comment on column ledger.directive_acknowledgements.created_at is 'Story key.';
comment on column ledger.directive_acknowledgements.directive_no is 'The directive.';
comment on column ledger.directive_acknowledgements.acknowledgement_no is '1 for the first grant, more for takeovers.';
comment on column ledger.directive_acknowledgements.account_id is 'The account.';
comment on column ledger.directive_acknowledgements.instance_id is 'The EA instance that was granted it.';
comment on column ledger.directive_acknowledgements.takeover is 'Whether it was taken from an instance that had fallen silent.';
comment on column ledger.directive_acknowledgements.acknowledged_at is 'When.';

create table ledger.event_registry (
    account_id text not null references ledger.accounts,
    event_id uuid not null,
    content_hash bytea not null,
    directive_id uuid not null,
    primary key (account_id, event_id)
);
comment on table ledger.event_registry is 'One row per event_id an account ever reported: tells a retry from other content under the same id.';
comment on column ledger.event_registry.account_id is 'The account; ids of one account never collide with another''s.';
comment on column ledger.event_registry.event_id is 'The id the EA made.';
comment on column ledger.event_registry.content_hash is 'SHA-256 of what was reported first.';
comment on column ledger.event_registry.directive_id is 'The directive the report names, known or not.';

create table ledger.execution_events (
    signal_id uuid not null,
    symbol text not null,
    created_at timestamptz not null,
    directive_no bigint not null,
    event_id uuid not null,
    account_id text not null,
    instance_id uuid not null,
    kind text not null check (kind in ('order_filled', 'order_placed', 'order_rejected', 'order_failed',
        'order_cancelled', 'position_closed', 'position_modified', 'outcome_unknown')),
    status text not null check (status in ('success', 'failed', 'rejected')),
    order_ticket numeric(20),
    deal_ticket numeric(20),
    position_id numeric(20),
    price numeric check (price > '-Infinity' and price < 'Infinity'),
    volume_lots numeric check (volume_lots >= 0 and volume_lots < 'Infinity'),
    commission numeric check (commission > '-Infinity' and commission < 'Infinity'),
    swap numeric check (swap > '-Infinity' and swap < 'Infinity'),
    profit numeric check (profit > '-Infinity' and profit < 'Infinity'),
    reason text check (reason in ('expert', 'stop_loss', 'take_profit', 'stop_out', 'client', 'other')),
    retcode bigint,
    code text,
    message text,
    anomalies text[] not null,
    references_event_id uuid,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default ledger.at(),
    primary key (signal_id, symbol, created_at, directive_no, event_id),
    foreign key (signal_id, symbol, created_at, directive_no, account_id) references ledger.trade_directives,
    foreign key (account_id, event_id) references ledger.event_registry,
    check (kind not in ('order_filled', 'position_closed') or (price is not null and volume_lots is not null))
) partition by range (created_at);
create index execution_events_event_id on ledger.execution_events (account_id, event_id);
create index execution_events_status on ledger.execution_events (status, created_at) where status <> 'success';
comment on table ledger.execution_events is 'Facts from officers. Immutable; a correction is a new row with references_event_id.';
comment on column ledger.execution_events.signal_id is 'Story key.';
comment on column ledger.execution_events.symbol is 'Story key.';
comment on column ledger.execution_events.created_at is 'Story key.';
comment on column ledger.execution_events.directive_no is 'The directive it answers.';
comment on column ledger.execution_events.event_id is 'The id the EA made for it.';
comment on column ledger.execution_events.account_id is 'The account that reported it.';
comment on column ledger.execution_events.instance_id is 'The EA instance that reported it.';
comment on column ledger.execution_events.kind is 'What happened.';
comment on column ledger.execution_events.status is 'success, failed or rejected.';
comment on column ledger.execution_events.order_ticket is 'The broker''s order.';
comment on column ledger.execution_events.deal_ticket is 'The broker''s deal; the last one where a fill took several.';
comment on column ledger.execution_events.position_id is 'The broker''s position identifier.';
comment on column ledger.execution_events.price is 'Fill or close price, averaged over deals.';
comment on column ledger.execution_events.volume_lots is 'Filled or closed volume, lots.';
comment on column ledger.execution_events.commission is 'Commission, deposit currency.';
comment on column ledger.execution_events.swap is 'Swap, deposit currency.';
comment on column ledger.execution_events.profit is 'Profit before commission and swap, deposit currency.';
comment on column ledger.execution_events.reason is 'Why a position closed.';
comment on column ledger.execution_events.retcode is 'The trade server''s return code.';
comment on column ledger.execution_events.code is 'The officer''s own code, such as absent_at_broker.';
comment on column ledger.execution_events.message is 'A sentence for people.';
comment on column ledger.execution_events.anomalies is 'What was unexpected about this report when it came.';
comment on column ledger.execution_events.references_event_id is 'The event this one corrects.';
comment on column ledger.execution_events.occurred_at is 'When it happened at the broker.';
comment on column ledger.execution_events.recorded_at is 'When it was stored.';
