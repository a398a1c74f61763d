//+------------------------------------------------------------------+
//| BookApply: the part of Book that turns records into memory, and  |
//| memory into the records of a rewritten journal.                  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BOOKAPPLY_MQH
#define DISTORTSIGNALS_BOOKAPPLY_MQH

void Book::ApplyNew(const string record, const long directiveNo)
  {
   Directive directive;
   int node = m_fields.ObjectField(0, "directive", DIRECTIVE_KEYS);
   DirectiveCodec::ReadKept(m_fields, node, directive);
   if(m_fields.Failed())
      return;
   Assignment *item = Find(directiveNo);
   if(item == NULL)
     {
      item = new Assignment();
      ArrayResize(m_items, m_count + 1, 64);
      m_items[m_count] = item;
      m_count++;
     }
   item.directive = directive;
   if(record == "state")
     {
      ApplyState(item);
      return;
     }
   item.phase = PHASE_RECEIVED;
   if(record == "found")
     {
      item.phase = PHASE_LIVE;
      item.positions = m_fields.TextField(0, "positions", SCALAR_TEXT);
      item.serverStatus = "completed";
     }
   if(record == "adopted")
     {
      item.phase = PHASE_UNKNOWN;
      item.takeover = m_fields.BooleanField(0, "takeover");
     }
  }

void Book::ApplyState(Assignment *item)
  {
   item.phase = PhaseField();
   item.takeover = m_fields.BooleanField(0, "takeover");
   item.attempts = (int)m_fields.IntegerField(0, "attempts", 0, INT_MAX);
   item.fillingTries = (int)m_fields.IntegerField(0, "filling_tries", 0, 100);
   item.retcode = m_fields.IntegerField(0, "retcode", -1, INT_MAX);
   item.unknownReported = m_fields.BooleanField(0, "unknown_reported");
   item.absentAt = m_fields.NullableField(0, "absent_at", SCALAR_TIMESTAMP);
   item.positions = m_fields.TextField(0, "positions", SCALAR_TEXT);
   item.serverStatus = m_fields.NullableField(0, "server_status", SCALAR_CODE);
  }

void Book::ApplyChange(const string record, Assignment *item)
  {
   if(item == NULL)
     {
      m_fields.Fail(record, "is about a directive that nothing is known of");
      return;
     }
   if(record == "granted")
     {
      item.takeover = m_fields.BooleanField(0, "takeover");
      // Whoever held it before may have sent its order.
      item.phase = item.takeover ? PHASE_UNKNOWN : PHASE_GRANTED;
      return;
     }
   if(record == "sending")
     {
      item.phase = PHASE_SENDING;
      item.attempts = (int)m_fields.IntegerField(0, "attempt", 1, INT_MAX);
      item.absentMs = 0;
      item.lookCounted = false;
      return;
     }
   if(record == "result")
     {
      item.retcode = m_fields.IntegerField(0, "retcode", 0, 4294967295);
      item.fillingTries = (int)m_fields.OptionalInteger(0, "filling_tries", item.fillingTries);
     }
   else
      if(record != "event" && record != "phase")
         m_fields.Fail(record, "is no record of this version");
   item.phase = PhaseField();
   if(m_fields.Has(0, "event"))
      ApplyEvent(item.directive.directiveNo, item);
  }

void Book::ApplyEvent(const long directiveNo, Assignment *item)
  {
   ExecutionEvent event;
   int node = m_fields.ObjectField(0, "event", EVENT_KEYS);
   EventCodec::Read(m_fields, node, event);
   if(m_fields.Failed())
      return;
   m_outbox.Add(directiveNo, event);
   if(item == NULL)
      return;
   if(event.kind == "outcome_unknown")
      item.unknownReported = true;
   if(event.code == "absent_at_broker")
      item.absentAt = event.occurredAt;
   if(event.kind == "order_filled" && StringFind(item.positions, "|" + event.positionId + "|") < 0)
      item.positions += event.positionId + "|";
  }

void Book::ApplyConfirmed(const long directiveNo, Assignment *item)
  {
   m_outbox.Remove(m_fields.TextField(0, "event_id", SCALAR_UUID));
   if(item != NULL)
      item.serverStatus = m_fields.NullableField(0, "status", SCALAR_CODE);
  }

EPhase Book::PhaseField(void)
  {
   EPhase phase = PHASE_UNKNOWN;
   if(!Phases::Parse(m_fields.TextField(0, "phase", SCALAR_CODE), phase))
      m_fields.Fail("phase", "is no phase of this version");
   return(phase);
  }

void Book::Remove(const long directiveNo)
  {
   int kept = 0;
   for(int i = 0; i < m_count; i++)
     {
      if(m_items[i].directive.directiveNo == directiveNo)
        {
         delete m_items[i];
         continue;
        }
      m_items[kept] = m_items[i];
      kept++;
     }
   m_count = kept;
   m_outbox.Forget(directiveNo);
  }

bool Book::Rewrite(void)
  {
   string records[];
   int most = 1 + m_count + m_outbox.MadeCount() + m_outbox.Count();
   ArrayResize(records, most);
   records[0] = Records::Header(m_login, m_server, m_instanceId, m_fresh);
   int count = 1;
   for(int i = 0; i < m_count; i++)
     {
      records[count] = Records::StateOf(m_items[i]);
      count++;
     }
   for(int i = 0; i < m_outbox.MadeCount(); i++)
     {
      if(m_outbox.IsPending(m_outbox.MadeAt(i)))
         continue;
      records[count] = Records::Made(m_outbox.MadeNoAt(i), m_outbox.MadeAt(i));
      count++;
     }
   for(int i = 0; i < m_outbox.Count(); i++)
     {
      ExecutionEvent event;
      m_outbox.EventAt(i, event);
      records[count] = Records::Pending(m_outbox.DirectiveNoAt(i), event);
      count++;
     }
   bool done = m_journal.Rewrite(records, count);
   m_compactSize = m_journal.Size();
   return(done);
  }

#endif
