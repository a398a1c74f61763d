-- A close or a modify targets only what its signal means: a position of its own strategy, side and age.
set lock_timeout = '3s';
set statement_timeout = '60s';

create or replace function ledger.issue_directive(p_signal ledger.signal_outbox, p_account_id text, p_document jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_directive ledger.trade_directives := pg_catalog.jsonb_populate_record(null::ledger.trade_directives, p_document);
begin
    v_directive.signal_id := p_signal.signal_id;
    v_directive.symbol := p_signal.symbol;
    v_directive.created_at := p_signal.created_at;
    v_directive.strategy_id := p_signal.strategy_id;
    v_directive.account_id := p_account_id;
    v_directive.status := 'pending';
    v_directive.issued_at := p_at;
    v_directive.directive_id := ledger.directive_uuid(p_signal.signal_id, p_signal.symbol, p_signal.created_at,
        p_account_id, v_directive.target_directive_no);
    if v_directive.target_directive_no is not null and not exists (
        select from ledger.directive_registry r
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = v_directive.target_directive_no
            and d.account_id = p_account_id and d.symbol = p_signal.symbol and d.action = 'open'
            and d.strategy_id = p_signal.strategy_id and d.side = v_directive.side
            and d.created_at <= ledger.newest_meant(p_signal)) then
        perform ledger.refuse(422, 'decision_invalid',
            'A directive targets a position that is not this account''s in this symbol, or not one that the signal means.',
            'Decide again from pending_signals.');
    end if;
    insert into ledger.directive_registry (directive_id, signal_id, symbol, created_at, account_id)
    values (v_directive.directive_id, p_signal.signal_id, p_signal.symbol, p_signal.created_at, p_account_id)
    returning directive_no into v_directive.directive_no;
    insert into ledger.trade_directives select v_directive.*;
end
$$;
