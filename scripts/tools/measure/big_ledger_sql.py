"""What happens in the stories of a big ledger, a set of rows at a time.

The rows are written by the roles that write them in life, through the same guards and triggers; their ids and
content hashes are those that the api functions would give them.
"""

# What chance decides is read from a hash of seed and number: the same in every run.
IMAGINE_STORIES = """
    drop table if exists pg_temp.stories, pg_temp.chosen, pg_temp.events;
    create temporary table stories as
    select n, md5(%(seed)s || ' ' || n)::uuid as signal_id, chance,
        (array['EURUSD', 'GBPUSD', 'USDJPY', 'AUDUSD', 'XAUUSD'])[1 + n %% 5] as symbol,
        %(begin)s::timestamptz + n * %(every)s::interval as created_at,
        case when chance & 1 = 0 then 'buy' else 'sell' end as side,
        1.1 + (chance >> 8 & 1023) * 0.00001 as price
    from generate_series(%(first)s::bigint, %(last)s) n
    cross join lateral (select hashint8extended(n, %(seed)s) & 9223372036854775807 as chance) dice;
    -- Whether the account trades, and what becomes of it if it does.
    create temporary table chosen as
    select s.*, 'load-' || a as account_id, (hashint8extended(a, s.chance) & 3) = 0 as issued,
        (hashint8extended(a, s.chance) >> 2 & 15)::integer as fate
    from stories s cross join generate_series(1, 8) a;
    grant select on stories, chosen to generator, director, officer;
    analyze stories, chosen
"""

PUBLISH = (
    b"""
    insert into ledger.signal_outbox (signal_id, symbol, created_at, strategy_id, timeframe, action, side,
        strength, entry_price, stop_loss, take_profit, expires_at, indicators, status, recorded_at)
    select signal_id, symbol, created_at, 'load', 'M1', 'open', side, (chance >> 4 & 63) / 100.0, price,
        price - 0.005, price + 0.01, created_at + interval '10 minutes',
        jsonb_build_object('fast', price::text, 'slow', (price - 0.0001)::text, 'atr', '0.0025'),
        'pending', ledger.at()
    from stories order by n
    """,
    b"""
    insert into ledger.signal_registry (signal_id, symbol, created_at, content_hash)
    select o.signal_id, o.symbol, o.created_at, ledger.signal_hash(o)
    from stories s join ledger.signal_outbox o using (signal_id, symbol, created_at)
    """,
)

DECIDE = (
    b"""
    insert into ledger.risk_decisions (signal_id, symbol, created_at, account_id, outcome, reason, numbers,
        rechecked, decided_at)
    select signal_id, symbol, created_at, account_id, case when issued then 'issued' else 'declined' end,
        case when issued then 'issued' else 'max_open_positions_symbol' end,
        jsonb_build_object('equity', (10000 + fate)::text, 'currency', 'EUR', 'risk_per_trade', '0.01',
            'age_seconds', 30, 'entry_price', price::text, 'stop_loss', (price - 0.005)::text,
            'risk_amount', '100', 'volume_lots', '0.2', 'open_positions_account', fate,
            'max_open_positions_account', 5),
        false, ledger.at()
    from chosen order by n, account_id
    """,
    b"""
    insert into ledger.directive_registry (directive_id, signal_id, symbol, created_at, account_id)
    select ledger.directive_uuid(signal_id, symbol, created_at, account_id, null), signal_id, symbol,
        created_at, account_id
    from chosen where issued order by n, account_id
    """,
    b"""
    insert into ledger.trade_directives (signal_id, symbol, created_at, directive_no, directive_id,
        account_id, strategy_id, action, side, order_type, volume_lots, stop_loss, take_profit,
        max_slippage_points, priority, status, issued_at, expires_at)
    select r.signal_id, r.symbol, r.created_at, r.directive_no, r.directive_id, r.account_id, 'load',
        'open', c.side, 'market', 0.2, c.price - 0.005, c.price + 0.01, 20, 5, 'pending', ledger.at(),
        ledger.at() + interval '5 minutes'
    from chosen c join ledger.directive_registry r
        on r.directive_id = ledger.directive_uuid(c.signal_id, c.symbol, c.created_at, c.account_id, null)
    where c.issued order by r.directive_no
    """,
    b"""
    update ledger.signal_outbox o set status = 'processed' from stories s
    where (o.signal_id, o.symbol, o.created_at) = (s.signal_id, s.symbol, s.created_at)
    """,
)

# One in sixteen is never taken, and cancelled when it has expired.
ACKNOWLEDGE = (
    b"""
    update ledger.trade_directives d
    set status = case when c.fate = 0 then 'cancelled' else 'acknowledged' end
    from chosen c
    where (d.signal_id, d.symbol, d.created_at, d.account_id)
        = (c.signal_id, c.symbol, c.created_at, c.account_id) and d.status = 'pending'
    """,
    b"""
    insert into ledger.directive_acknowledgements (signal_id, symbol, created_at, directive_no,
        acknowledgement_no, account_id, instance_id, takeover, acknowledged_at)
    select d.signal_id, d.symbol, d.created_at, d.directive_no, 1, d.account_id, md5(d.account_id)::uuid,
        false, ledger.at()
    from stories s join ledger.trade_directives d using (signal_id, symbol, created_at)
    where d.status = 'acknowledged' order by d.directive_no
    """,
)

# One in sixteen is rejected; what is filled closes later, at a stop or a target.
IMAGINE_EVENTS = """
    drop table if exists pg_temp.events;
    create temporary table events as
    select d.directive_id, (jsonb_populate_record(null::ledger.execution_events, jsonb_build_object(
        'signal_id', d.signal_id, 'symbol', d.symbol, 'created_at', d.created_at,
        'directive_no', d.directive_no, 'event_id', md5(k.kind || ' ' || d.directive_id)::uuid,
        'account_id', d.account_id,
        'instance_id', md5(d.account_id)::uuid, 'kind', k.kind,
        'status', case when k.kind = 'order_rejected' then 'rejected' else 'success' end,
        'order_ticket', k.ticket, 'deal_ticket', k.ticket + 1, 'position_id', k.ticket / 4 * 4,
        'anomalies', '[]'::jsonb, 'occurred_at', %(at)s::timestamptz, 'recorded_at', %(at)s::timestamptz)
        || case when k.kind = 'order_rejected' then '{"retcode": 10006, "message": "Request rejected"}'::jsonb
            else jsonb_build_object('price', c.price, 'volume_lots', 0.2, 'commission', -0.7, 'swap', 0) end
        || case when k.kind = 'position_closed' then jsonb_build_object('profit', (c.fate - 7) * 12.5,
            'reason', case when c.fate > 7 then 'take_profit' else 'stop_loss' end) else '{}' end)) as event
    from chosen c join ledger.trade_directives d using (signal_id, symbol, created_at, account_id)
    cross join lateral (values
        (case when c.fate = 1 then 'order_rejected' else 'order_filled' end, d.directive_no * 4),
        ('position_closed', d.directive_no * 4 + 2)) as k (kind, ticket)
    where d.account_id = %(account_id)s and c.fate > 0 and k.kind = any (%(kinds)s)
        and (k.kind <> 'position_closed' or c.fate > 1);
    grant select on events to officer
"""

REPORT = (
    b"""
    insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)
    select (event).account_id, (event).event_id,
        ledger.content_hash(ledger.event_document(event, directive_id)), directive_id
    from events
    """,
    b"insert into ledger.execution_events select (event).* from events order by (event).directive_no",
    b"""
    update ledger.trade_directives d
    set status = case when (event).kind = 'order_rejected' then 'failed' else 'completed' end
    from events
    where (d.signal_id, d.symbol, d.created_at, d.directive_no)
        = ((event).signal_id, (event).symbol, (event).created_at, (event).directive_no)
        and d.status = 'acknowledged'
    """,
)
