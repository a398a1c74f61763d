//+------------------------------------------------------------------+
//| ReporterFollow: the part of Reporter that follows positions      |
//| until nothing is left of them.                                   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_REPORTERFOLLOW_MQH
#define DISTORTSIGNALS_REPORTERFOLLOW_MQH

void Reporter::FollowPositions(Assignment *item)
  {
   double open = OpenVolume(item);
   // The history of a position is only read when its volume has changed, or when it was never read.
   if(StringLen(item.positions) < 2 || Numbers::Equal(open, item.followedVolume))
      return;
   ulong ids[];
   int count = item.PositionIds(ids);
   for(int i = 0; i < count; i++)
      m_view.LookAtPosition(ids[i]);
   CollectDeals(item, true);
   CollectDeals(item, false);
   // While deals and volume differ, some deal is still on its way: look again.
   if(!m_waiting && DealsAddUp(item))
      item.followedVolume = open;
  }

double Reporter::OpenVolume(Assignment *item) const
  {
   double volume = 0.0;
   for(int i = 0; i < m_facts.PositionCount(); i++)
     {
      PositionFact position;
      m_facts.PositionAt(i, position);
      if(item.HasPosition(position.identifier))
         volume += position.volume;
     }
   return(volume);
  }

bool Reporter::DealsAddUp(Assignment *item) const
  {
   double volume = 0.0;
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      if(!item.HasPosition(deal.positionId))
         continue;
      if(deal.entry == (long)DEAL_ENTRY_IN)
         volume += deal.volume;
      else
         volume -= deal.volume;
     }
   return(MathAbs(volume - OpenVolume(item)) < 0.000001);
  }

void Reporter::CheckOver(Assignment *item)
  {
   if(m_waiting || m_active || item.phase != PHASE_LIVE)
      return;
   // A position that is closed to the last lot says that its order is done, even if the order itself is not
   // in the part of the history that was read.
   bool opened = (StringLen(item.positions) >= 2);
   bool closed = (opened && Numbers::Equal(item.followedVolume, 0.0));
   if(opened ? closed : item.ordersFinal)
      m_book.Commit(Records::Moved(item.directive.directiveNo, PHASE_OVER));
  }

void Reporter::Make(Assignment *item, const EPhase phase, const ExecutionEvent &event)
  {
   if(StringLen(event.eventId) == 0)
     {
      m_log.Warn("The terminal cannot compute SHA-256: nothing can be reported. Reinstall the terminal.");
      m_waiting = true;
      return;
     }
   if(m_book.WasMade(event.eventId))
      return;
   if(!m_book.Commit(Records::Happened(item.directive.directiveNo, phase, event)))
     {
      m_waiting = true;
      return;
     }
   m_log.Note(item.Title() + ": " + event.kind + " " + event.volumeLots + " at " + event.price + " "
              + event.reason + " " + event.code);
  }

#endif
