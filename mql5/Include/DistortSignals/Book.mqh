//+------------------------------------------------------------------+
//| Book: everything this officer has to remember, in memory and in  |
//| the journal. A change is journaled first and applied from what   |
//| was journaled, so that a restart cannot know anything else.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BOOK_MQH
#define DISTORTSIGNALS_BOOK_MQH

#include "Journal.mqh"
#include "Outbox.mqh"
#include "Records.mqh"

// Rewriting reads and writes the whole file: seldom enough to cost nothing, often enough to start fast.
#define COMPACT_ABOVE_BYTES 524288
#define COMPACT_GROWTH      4

class Book
  {
private:
   Journal          *m_journal;
   Assignment       *m_items[];
   int               m_count;
   Outbox            m_outbox;
   FieldReader       m_fields;
   string            m_login;
   string            m_server;
   string            m_instanceId;
   bool              m_fresh;
   ulong             m_compactSize;
   string            m_error;
   bool              m_passing;

public:
                     Book(void);
                    ~Book(void);
   // Takes the folder for this program alone; false with Error() if another one has it.
   bool              Lock(const string folder);
   // Reads the journal of this account back into memory. False with Error(): then nothing may be traded.
   bool              Load(const string login, const string server, const string instanceId);
   // Journals `record` and applies it. False: it is not certain to be remembered, so do not act on it.
   bool              Commit(const string record);
   // Rewrites the journal if it has grown or could not be written; false while it cannot be relied on.
   bool              Maintain(void);
   bool              IsHealthy(void) const;
   // Whether what Lock() or Load() found may go away by itself, such as a full disk.
   bool              IsPassing(void) const;
   string            Error(void) const;
   void              Close(void);

   int               Count(void) const;
   Assignment       *At(const int index);
   Assignment       *Find(const long directiveNo);
   Assignment       *FindById(const string directiveId);
   int               CountUnsent(void);
   // Whether this journal began without an older one and the account was not looked through since.
   bool              IsFresh(void) const;
   // Events: see Outbox.
   int               PendingCount(void) const;
   int               PendingOf(const long directiveNo) const;
   void              PendingAt(const int index, ExecutionEvent &event) const;
   long              PendingNoAt(const int index) const;
   bool              PendingReady(const int index, const ulong tick) const;
   void              PendingDelay(const string eventId, const ulong notBefore);
   bool              WasMade(const string eventId) const;

private:
   void              Clear(void);
   bool              Apply(const string record);
   bool              ApplyHeader(void);
   void              ApplyNew(const string record, const long directiveNo);
   void              ApplyState(Assignment *item);
   void              ApplyChange(const string record, Assignment *item);
   void              ApplyEvent(const long directiveNo, Assignment *item);
   void              ApplyConfirmed(const long directiveNo, Assignment *item);
   EPhase            PhaseField(void);
   void              Remove(const long directiveNo);
   bool              Rewrite(void);
  };

Book::Book(void)
  {
   m_journal = new Journal();
   m_count = 0;
   m_login = "";
   m_server = "";
   m_instanceId = "";
   m_fresh = false;
   m_compactSize = 0;
   m_error = "";
   m_passing = false;
  }

Book::~Book(void)
  {
   Clear();
   delete m_journal;
  }

void Book::Clear(void)
  {
   for(int i = 0; i < m_count; i++)
      delete m_items[i];
   m_count = 0;
   m_fresh = false;
   m_outbox.Clear();
  }

bool Book::Lock(const string folder)
  {
   if(m_journal.Lock(folder))
      return(true);
   m_passing = m_journal.IsPassing();
   m_error = m_journal.Error();
   return(false);
  }

bool Book::Load(const string login, const string server, const string instanceId)
  {
   m_login = login;
   m_server = server;
   m_instanceId = instanceId;
   Clear();
   if(!m_journal.Load())
     {
      m_passing = m_journal.IsPassing();
      m_error = m_journal.Error();
      return(false);
     }
   for(int i = 0; i < m_journal.Count(); i++)
     {
      if(!Apply(m_journal.Record(i)))
        {
         m_passing = false;
         m_error = "Record " + IntegerToString(i + 1) + " of the journal cannot be understood (" + m_error
                   + "). Was it written by a newer version of this program? Install that one.";
         return(false);
        }
     }
   if(m_journal.IsEmpty())
      m_fresh = true;
   bool usable = false;
   if(m_journal.IsEmpty() || m_journal.IsTorn())
      usable = Rewrite();
   else
     {
      usable = m_journal.Resume();
      m_compactSize = m_journal.Size();
     }
   m_passing = !usable;
   if(!usable)
      m_error = m_journal.Error();
   return(usable);
  }

bool Book::Commit(const string record)
  {
   if(!m_journal.Append(record))
     {
      m_error = m_journal.Error();
      return(false);
     }
   if(!Apply(record))
      m_error = "A record of its own could not be applied: " + m_error;
   return(true);
  }

bool Book::Maintain(void)
  {
   bool grown = (m_journal.Size() > COMPACT_ABOVE_BYTES && m_journal.Size() > m_compactSize * COMPACT_GROWTH);
   if(m_journal.IsHealthy() && !grown)
      return(true);
   if(!Rewrite())
      m_error = m_journal.Error();
   return(m_journal.IsHealthy());
  }

bool Book::IsHealthy(void) const
  {
   return(m_journal.IsHealthy());
  }

bool Book::IsPassing(void) const
  {
   return(m_passing);
  }

string Book::Error(void) const
  {
   return(m_error);
  }

void Book::Close(void)
  {
   m_journal.Close();
  }

int Book::Count(void) const
  {
   return(m_count);
  }

Assignment *Book::At(const int index)
  {
   return(m_items[index]);
  }

Assignment *Book::Find(const long directiveNo)
  {
   for(int i = 0; i < m_count; i++)
      if(m_items[i].directive.directiveNo == directiveNo)
         return(m_items[i]);
   return(NULL);
  }

Assignment *Book::FindById(const string directiveId)
  {
   for(int i = 0; i < m_count; i++)
      if(m_items[i].directive.directiveId == directiveId)
         return(m_items[i]);
   return(NULL);
  }

int Book::CountUnsent(void)
  {
   int count = 0;
   for(int i = 0; i < m_count; i++)
      if(Phases::IsUnsent(m_items[i].phase))
         count++;
   return(count);
  }

bool Book::IsFresh(void) const
  {
   return(m_fresh);
  }

int Book::PendingCount(void) const
  {
   return(m_outbox.Count());
  }

int Book::PendingOf(const long directiveNo) const
  {
   return(m_outbox.CountOf(directiveNo));
  }

void Book::PendingAt(const int index, ExecutionEvent &event) const
  {
   m_outbox.EventAt(index, event);
  }

long Book::PendingNoAt(const int index) const
  {
   return(m_outbox.DirectiveNoAt(index));
  }

bool Book::PendingReady(const int index, const ulong tick) const
  {
   return(m_outbox.IsReadyAt(index, tick));
  }

void Book::PendingDelay(const string eventId, const ulong notBefore)
  {
   m_outbox.Delay(eventId, notBefore);
  }

bool Book::WasMade(const string eventId) const
  {
   return(m_outbox.WasMade(eventId));
  }

bool Book::Apply(const string record)
  {
   if(record == JOURNAL_END_RECORD)
      return(true);
   m_fields.OpenText(record);
   string name = m_fields.TextField(0, "record", SCALAR_CODE);
   long directiveNo = m_fields.IntegerField(0, "directive_no", 0, DIRECTIVE_NO_MAX);
   Assignment *item = Find(directiveNo);
   if(name == "header")
      return(ApplyHeader());
   if(name == "surveyed")
     {
      m_fresh = false;
      return(true);
     }
   if(name == "received" || name == "adopted" || name == "found" || name == "state")
      ApplyNew(name, directiveNo);
   else
      if(name == "made")
         m_outbox.AddMade(directiveNo, m_fields.TextField(0, "event_id", SCALAR_UUID));
      else
         if(name == "pending")
            ApplyEvent(directiveNo, NULL);
         else
            if(name == "confirmed")
               ApplyConfirmed(directiveNo, item);
            else
               if(name == "forgotten")
                  Remove(directiveNo);
               else
                  ApplyChange(name, item);
   m_error = m_fields.Error();
   return(!m_fields.Failed());
  }

bool Book::ApplyHeader(void)
  {
   if(m_fields.IntegerField(0, "format", 1, JOURNAL_FORMAT) != JOURNAL_FORMAT)
      m_fields.Fail("format", "is not " + IntegerToString(JOURNAL_FORMAT));
   if(m_fields.TextField(0, "login", SCALAR_TEXT) != m_login || m_fields.TextField(0, "server", SCALAR_TEXT) != m_server)
      m_fields.Fail("it", "belongs to an account of the same number at another broker");
   m_fresh = m_fields.BooleanField(0, "fresh");
   m_error = m_fields.Error();
   return(!m_fields.Failed());
  }

#include "BookApply.mqh"

#endif
