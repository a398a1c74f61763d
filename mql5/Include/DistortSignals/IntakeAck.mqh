//+------------------------------------------------------------------+
//| IntakeAck: the part of Intake that acknowledges.                 |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_INTAKEACK_MQH
#define DISTORTSIGNALS_INTAKEACK_MQH

bool Intake::IsAckDue(void)
  {
   if(!m_client.IsReady(CALL_ACK))
      return(false);
   string ids[];
   int count = 0;
   ListCandidates(ids, count);
   return(count > 0);
  }

void Intake::Acknowledge(void)
  {
   string ids[];
   int count = 0;
   ListCandidates(ids, count);
   if(count == 0)
      return;
   AckAnswer answer;
   if(m_client.Acknowledge(ids, count, answer) != OUTCOME_OK)
      return;
   for(int i = 0; i < ArraySize(answer.results); i++)
     {
      // Only what was asked for, and answered in its place, is ours.
      if(i < count && answer.results[i].directiveId == ids[i])
         TakeResult(answer.results[i], m_client.SentTick());
     }
  }

// The most urgent first: closes, then by priority, then as they came; other instances' at the end.
void Intake::ListCandidates(string &ids[], int &count)
  {
   Assignment *chosen[];
   ArrayResize(chosen, ACK_BATCH_MOST);
   count = 0;
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *item = m_book.At(i);
      if(!IsCandidate(item))
         continue;
      int place = count;
      while(place > 0 && GoesBefore(item, chosen[place - 1]))
        {
         if(place < ACK_BATCH_MOST)
            chosen[place] = chosen[place - 1];
         place--;
        }
      if(place >= ACK_BATCH_MOST)
         continue;
      chosen[place] = item;
      if(count < ACK_BATCH_MOST)
         count++;
     }
   ArrayResize(ids, ACK_BATCH_MOST);
   for(int i = 0; i < count; i++)
      ids[i] = chosen[i].directive.directiveId;
   ulong now = GetTickCount64();
   for(int i = 0; i < m_foreignCount && count < ACK_BATCH_MOST; i++)
     {
      if(now < m_foreignDue[i] || m_book.FindById(m_foreign[i]) != NULL)
         continue;
      ids[count] = m_foreign[i];
      count++;
     }
  }

bool Intake::IsCandidate(Assignment *item) const
  {
   if(GetTickCount64() < item.notBefore)
      return(false);
   return(item.phase == PHASE_RECEIVED || (item.phase == PHASE_GRANTED && !m_executor.IsGrantFresh(item)));
  }

bool Intake::GoesBefore(Assignment *left, Assignment *right) const
  {
   if(left.IsOpen() != right.IsOpen())
      return(!left.IsOpen());
   return(left.directive.priority > right.directive.priority);
  }

void Intake::TakeResult(const AckResult &result, const ulong askedTick)
  {
   Assignment *item = m_book.FindById(result.directiveId);
   int foreign = FindForeign(result.directiveId);
   // Granted or not, it is not asked for again at once: the next poll says whose it is.
   if(foreign >= 0)
      m_foreignDue[foreign] = GetTickCount64() + TAKEOVER_AGAIN_MS;
   if(result.granted)
     {
      TakeGrant(result, item, askedTick);
      return;
     }
   // Sent is sent, whatever the server says now: only what is proven unsent can be dropped.
   if(item == NULL || !Phases::IsUnsent(item.phase))
      return;
   m_log.Note(item.Title() + ": not granted, " + result.code);
   m_book.Commit(Records::Forgotten(item.directive.directiveNo, result.code));
  }

void Intake::TakeGrant(const AckResult &result, Assignment *item, const ulong askedTick)
  {
   long directiveNo = result.directive.directiveNo;
   if(item == NULL)
     {
      // Another instance's, now ours: what that one has sent, nobody here knows.
      if(m_book.Find(directiveNo) == NULL && m_book.Commit(Records::Adopted(result.directive, result.takeover)))
         m_log.Warn("DS " + IntegerToString(directiveNo) + ": taken over. Its outcome is looked for at the broker, nothing is sent.");
      return;
     }
   if(!Phases::IsUnsent(item.phase) || item.directive.directiveNo != directiveNo)
      return;
   if(result.takeover || item.phase == PHASE_RECEIVED)
     {
      if(!m_book.Commit(Records::Granted(directiveNo, result.takeover)))
         return;
     }
   if(result.takeover)
      m_log.Warn(item.Title() + ": taken over. Its outcome is looked for at the broker, nothing is sent.");
   item.grantHeld = true;
   item.grantTick = askedTick;
  }

int Intake::FindForeign(const string directiveId) const
  {
   for(int i = 0; i < m_foreignCount; i++)
      if(m_foreign[i] == directiveId)
         return(i);
   return(-1);
  }

#endif
