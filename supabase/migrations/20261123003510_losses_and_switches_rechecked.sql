-- Losses that arrive while a director thinks are looked at before its decision is recorded; and when an operator has
-- been answered that an account is disabled, no acknowledgement on its way is granted behind his back.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.saw_fewer_losses(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_numbers jsonb := p_decision -> 'numbers';
    v_account ledger.accounts;
    v_streak jsonb;
begin
    if p_signal.action <> 'open' or p_decision ->> 'outcome' <> 'issued' then
        return false;
    end if;
    -- Volatile, so that it sees what was reported while this transaction waited for the account. What has become
    -- better meanwhile is no reason to think again.
    select * into v_account from ledger.accounts a where a.account_id = p_decision ->> 'account_id';
    if pg_catalog.num_nonnulls(v_account.max_daily_loss, v_account.max_drawdown) > 0 and not exists (
        select from ledger.equity_marks m
        where m.account_id = v_account.account_id and m.equity >= (v_numbers ->> 'equity')::numeric
            and (v_account.max_drawdown is null or m.high_water_equity <= (v_numbers ->> 'high_water_equity')::numeric)) then
        return true;
    end if;
    if v_account.max_consecutive_losses is null then
        return false;
    end if;
    v_streak := ledger.losing_streak(v_account.account_id, v_account.max_consecutive_losses);
    return (v_streak ->> 'losses')::integer >= v_account.max_consecutive_losses
        and ((v_streak ->> 'losses')::integer, (v_streak ->> 'last_loss_at')::timestamptz)
            is distinct from ((v_numbers ->> 'consecutive_losses')::integer, (v_numbers ->> 'last_loss_at')::timestamptz);
end
$$;
comment on function ledger.saw_fewer_losses(ledger.signal_outbox, jsonb) is
    'Whether an open was judged by less than the account has lost by now: less equity is reported, or a loss more in a row.';

create or replace function ledger.has_to_wait(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    return (ledger.overlooks_exposure(p_signal, p_decision) or ledger.closes_twice(p_signal, p_decision)
            or ledger.saw_other_holdings(p_signal, p_decision) or ledger.saw_fewer_losses(p_signal, p_decision)
            or ledger.loosens_stop(p_signal, p_decision))
        -- What is declined whatever the account holds need not be looked at again; but a reversal that a close has
        -- overtaken still closes what is being opened on the other side.
        and (p_signal.action <> 'open'
            or coalesce(ledger.recheck_open(p_signal, p_decision, p_at) ->> 'reason', 'overtaken_by_close') = 'overtaken_by_close');
end
$$;

create function ledger.await_grants_of_disabled()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    perform ledger.await_grants();
    return new;
end
$$;
comment on function ledger.await_grants_of_disabled() is
    'Trigger: as a halt does, the change that disables an account waits for acknowledgements on their way, and later ones for it.';

create trigger b_await_grants before update of enabled on ledger.accounts
    for each row when (old.enabled and not new.enabled) execute function ledger.await_grants_of_disabled();

grant execute on function ledger.saw_fewer_losses(ledger.signal_outbox, jsonb) to director;
