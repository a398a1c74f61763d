//+------------------------------------------------------------------+
//| Officer: drives one cycle. Each timer event is one step, and a   |
//| step does one thing that takes time at most: one order or one    |
//| request.                                                         |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_OFFICER_MQH
#define DISTORTSIGNALS_OFFICER_MQH

#include "Instance.mqh"
#include "Postman.mqh"
#include "StatusDisplay.mqh"

#define START_AGAIN_MS  2000
// Unconfirmed reports make the ledger see differences that are none; after this long it is told all the same.
#define SYNC_OVERDUE_MS 300000

class Officer
  {
private:
   OfficerSettings   m_settings;
   Log              *m_log;
   Clock            *m_clock;
   SymbolMap        *m_symbols;
   HttpClient       *m_http;
   ProtocolClient   *m_client;
   Book             *m_book;
   BrokerFacts      *m_facts;
   BrokerView       *m_view;
   EventMaker       *m_maker;
   Reporter         *m_reporter;
   Reconciler       *m_reconciler;
   OrderPlanner     *m_planner;
   Executor         *m_executor;
   Intake           *m_intake;
   Postman          *m_postman;
   AccountWriter    *m_writer;
   Foundlings       *m_foundlings;
   BarFeed          *m_bars;
   Synchronizer     *m_synchronizer;
   StatusDisplay    *m_display;
   bool              m_started;
   ulong             m_nextStart;
   string            m_stopped;       // why nothing is done at all, "" while something is
   long              m_login;
   int               m_turn;          // the call that was served last

public:
                     Officer(const OfficerSettings &settings);
                    ~Officer(void);
   // Opens the account's journal. False with Stopped() if that must not be done; true also while it cannot be
   // done yet: then Step() goes on trying.
   bool              Start(void);
   string            Stopped(void) const;
   void              Step(void);
   // Something happened at the broker. Only a hint: such messages get lost and come in any order.
   void              Hint(void);
   // Without network: the terminal kills programs that take long to leave.
   void              Leave(void);

private:
   bool              Stop(const string sentence);
   bool              TryAgain(const string sentence);
   bool              OpenAccount(void);
   bool              IsSameAccount(void);
   void              Work(void);
   bool              ExecuteOne(void);
   // In turns: a call that is always due must not keep the others waiting.
   bool              CallInTurn(const bool trading);
   bool              CallIfDue(const ECall call, const bool trading);
   bool              IsSyncWanted(void);
   void              ForgetFinished(void);
  };

Officer::Officer(const OfficerSettings &settings)
  {
   m_settings = settings;
   m_log = new Log();
   m_clock = new Clock();
   m_symbols = new SymbolMap();
   m_http = new HttpClient();
   m_client = new ProtocolClient(m_http, m_clock, m_log);
   m_book = new Book();
   m_facts = new BrokerFacts();
   m_view = new BrokerView(m_facts);
   m_maker = new EventMaker(m_clock);
   m_reporter = new Reporter(m_book, m_facts, m_view, m_maker, m_log);
   m_reconciler = new Reconciler(m_book, m_facts, m_view, m_clock, m_maker, m_reporter, m_log);
   m_planner = new OrderPlanner(m_clock, m_facts, m_symbols);
   m_executor = new Executor(m_book, m_clock, m_maker, m_reconciler, m_planner, m_log);
   m_intake = new Intake(m_book, m_client, m_executor, m_log);
   m_postman = new Postman(m_book, m_client, m_log);
   m_writer = new AccountWriter(m_view, m_facts, m_clock, m_symbols, m_log);
   m_foundlings = new Foundlings(m_book, m_view, m_facts, m_clock, m_log);
   m_bars = new BarFeed(m_client, m_clock, m_symbols, m_log);
   m_synchronizer = new Synchronizer(m_book, m_clock, m_writer, m_client, m_foundlings, m_bars, m_log);
   m_display = new StatusDisplay(m_book, m_client, m_intake, m_executor, m_reconciler, m_synchronizer, m_bars, m_log);
   m_started = false;
   m_nextStart = 0;
   m_stopped = "";
   m_login = 0;
   m_turn = 0;
   m_log.AllowAlerts(settings.alerts);
   m_symbols.Configure(settings.symbolPrefix, settings.symbolSuffix);
   m_http.Configure(settings.serverUrl, settings.apiKey, settings.timeoutMs);
   m_reconciler.SetPatience(settings.graceSeconds, settings.resolveSeconds);
   m_intake.Configure(settings.maxDirectives, settings.pollSeconds);
   m_bars.Configure(settings.serverDaylightSaving);
  }

Officer::~Officer(void)
  {
   delete m_display;
   delete m_synchronizer;
   delete m_bars;
   delete m_foundlings;
   delete m_writer;
   delete m_postman;
   delete m_intake;
   delete m_executor;
   delete m_planner;
   delete m_reconciler;
   delete m_reporter;
   delete m_maker;
   delete m_view;
   delete m_facts;
   delete m_book;
   delete m_client;
   delete m_http;
   delete m_symbols;
   delete m_clock;
   delete m_log;
  }

bool Officer::Start(void)
  {
   if(MQLInfoInteger(MQL_TESTER) != 0)
      return(Stop("The strategy tester has no network. Attach the expert to a chart of a demo account instead."));
   m_login = AccountInfoInteger(ACCOUNT_LOGIN);
   // Just after the terminal's start the account may not be known yet.
   if(m_login <= 0 || StringLen(AccountInfoString(ACCOUNT_SERVER)) == 0)
      return(TryAgain("The terminal is not logged in to an account yet."));
   if(AccountInfoInteger(ACCOUNT_MARGIN_MODE) != (long)ACCOUNT_MARGIN_MODE_RETAIL_HEDGING)
      return(Stop("Account " + IntegerToString(m_login) + " is a netting account: its positions merge and lose the number that"
                  + " says which directive they belong to. Open a hedging account at the broker and use that one."));
   return(OpenAccount());
  }

bool Officer::OpenAccount(void)
  {
   string login = IntegerToString(m_login);
   string server = AccountInfoString(ACCOUNT_SERVER);
   string folder = "DistortSignals\\" + login;
   // The lock first: two charts at their first start must not both make an instance id.
   if(!m_book.Lock(folder))
      return(m_book.IsPassing() ? TryAgain(m_book.Error()) : Stop(m_book.Error()));
   string instanceId = Instance::Obtain(folder, login + "|" + server);
   if(StringLen(instanceId) == 0)
      return(TryAgain("The folder MQL5\\Files\\" + folder + " cannot be written. Is the disk full or write-protected?"));
   if(!m_book.Load(login, server, instanceId))
      return(m_book.IsPassing() ? TryAgain(m_book.Error()) : Stop(m_book.Error()));
   m_client.SetInstance(instanceId);
   m_maker.SetIdentity(login, server, instanceId);
   m_display.SetTitle("DistortSignals officer " + OFFICER_VERSION + ", account " + login + " at " + server + ", instance "
                      + StringSubstr(instanceId, 0, 8));
   m_log.Note("started for account " + login + " at " + server + ", instance " + instanceId + ", "
              + IntegerToString(m_book.Count()) + " directive(s) and " + IntegerToString(m_book.PendingCount())
              + " unconfirmed report(s) in the journal");
   m_started = true;
   return(true);
  }

string Officer::Stopped(void) const
  {
   return(m_stopped);
  }

void Officer::Step(void)
  {
   if(StringLen(m_stopped) > 0)
     {
      m_display.Refresh(m_stopped);
      return;
     }
   if(!m_started)
     {
      if(GetTickCount64() >= m_nextStart)
         Start();
      return;
     }
   if(IsSameAccount())
      Work();
   m_display.Refresh(m_stopped);
  }

void Officer::Hint(void)
  {
   m_reconciler.Hurry();
  }

void Officer::Leave(void)
  {
   m_book.Close();
   m_display.Erase();
  }

bool Officer::Stop(const string sentence)
  {
   m_stopped = sentence;
   m_log.Warn(sentence);
   StatusDisplay::ShowOnly(sentence);
   return(false);
  }

// What is wrong may pass by itself: the expert stays on the chart, does nothing, and looks again.
bool Officer::TryAgain(const string sentence)
  {
   m_nextStart = GetTickCount64() + START_AGAIN_MS;
   m_log.Warn(sentence + " Trying again.");
   StatusDisplay::ShowOnly(sentence + " Trying again.");
   return(true);
  }

bool Officer::IsSameAccount(void)
  {
   long login = AccountInfoInteger(ACCOUNT_LOGIN);
   if(login == m_login)
      return(true);
   if(login > 0)
      Stop("The terminal has changed to account " + IntegerToString(login) + ". Attach the expert again for that account,"
           + " with that account's API key.");
   return(false);
  }

void Officer::Work(void)
  {
   if(!m_book.Maintain())
     {
      // Without a journal nothing may be begun, and what happens could not be kept.
      m_log.Warn(m_book.Error());
      return;
     }
   m_reconciler.Step();
   ForgetFinished();
   if(m_postman.TakeDelivered())
      m_synchronizer.Hurry();
   bool trading = (m_intake.HasPolled() && StringLen(m_client.Denied()) == 0);
   if(trading && ExecuteOne())
      return;
   if(!CallInTurn(trading) && trading)
      m_bars.Step();
  }

// Whether anything was due.
bool Officer::CallInTurn(const bool trading)
  {
   for(int i = 1; i <= CALLS_IN_TURN; i++)
     {
      int call = (m_turn + i) % CALLS_IN_TURN;
      if(!CallIfDue((ECall)call, trading))
         continue;
      m_turn = call;
      return(true);
     }
   return(false);
  }

bool Officer::CallIfDue(const ECall call, const bool trading)
  {
   switch(call)
     {
      case CALL_ACK:
         if(!trading || StringLen(m_executor.Obstacle()) > 0 || !m_intake.IsAckDue())
            return(false);
         m_intake.Acknowledge();
         return(true);
      case CALL_REPORT:
         if(!m_client.IsReady(CALL_REPORT) || !m_postman.HasMail())
            return(false);
         m_postman.Deliver();
         return(true);
      case CALL_SYNC:
         if(!IsSyncWanted())
            return(false);
         m_synchronizer.Send();
         return(true);
      default:
         break;
     }
   if(!m_intake.IsPollDue())
      return(false);
   m_intake.Poll();
   return(true);
  }

// The most urgent granted directive, if one can go a step further.
bool Officer::ExecuteOne(void)
  {
   Assignment *best = NULL;
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *item = m_book.At(i);
      if(item.phase != PHASE_GRANTED || !m_executor.IsGrantFresh(item) || GetTickCount64() < item.notBefore)
         continue;
      if(best == NULL || m_intake.GoesBefore(item, best))
         best = item;
     }
   if(best == NULL)
      return(false);
   m_executor.Execute(best, m_intake.IsHalted());
   return(true);
  }

// Only what is complete may be told: a position that is not listed counts as closed.
bool Officer::IsSyncWanted(void)
  {
   if(!m_intake.HasPolled() || !m_reconciler.IsReady() || !m_synchronizer.IsDue())
      return(false);
   ulong last = m_synchronizer.LastTick();
   return(m_book.PendingCount() == 0 || GetTickCount64() - last > SYNC_OVERDUE_MS);
  }

void Officer::ForgetFinished(void)
  {
   for(int i = m_book.Count() - 1; i >= 0; i--)
     {
      Assignment *item = m_book.At(i);
      long directiveNo = item.directive.directiveNo;
      if(item.phase != PHASE_OVER || m_book.PendingOf(directiveNo) > 0)
         continue;
      // As long as the server waits for a result, it would come back as a directive without a memory.
      bool open = (item.serverStatus == "acknowledged" || item.serverStatus == "pending");
      if(!open || StringLen(item.settledElsewhere) > 0)
         m_book.Commit(Records::Forgotten(directiveNo, "over"));
     }
  }

#endif
