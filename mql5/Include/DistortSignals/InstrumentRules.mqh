//+------------------------------------------------------------------+
//| InstrumentRules: what the broker demands of an order in one      |
//| symbol.                                                          |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_INSTRUMENTRULES_MQH
#define DISTORTSIGNALS_INSTRUMENTRULES_MQH

#include "Numbers.mqh"

// Binary dust: 0.29 / 0.01 is 28.999999999999996.
#define STEP_EPSILON 0.0000001

class InstrumentRules
  {
private:
   string            m_symbol;
   int               m_digits;
   double            m_point;
   double            m_tickSize;
   double            m_volumeMin;
   double            m_volumeMax;
   double            m_volumeStep;
   long              m_stopsLevel;
   long              m_fillingMask;
   long              m_execution;
   long              m_tradeMode;
   long              m_expirationMask;

public:
                     InstrumentRules(void);
   // Adds the symbol to the Market Watch if need be; false if the broker does not have it.
   bool              Load(const string symbol);
   string            Name(void) const;
   int               PriceDigits(void) const;
   double            PointSize(void) const;
   double            TickSize(void) const;
   double            VolumeMin(void) const;
   double            VolumeMax(void) const;
   double            VolumeStep(void) const;
   long              StopsLevel(void) const;

   // Down to a whole number of steps, never up: more than was commanded must not be traded.
   double            FloorVolume(const double lots) const;
   double            RoundPrice(const double price) const;
   // "" or the code of the reason why not.
   string            VolumeFault(const double lots) const;
   string            SideFault(const bool buys) const;
   string            StopsFault(const bool isBuy, const double reference, const double stopLoss, const double takeProfit) const;
   bool              IsDisabled(void) const;
   bool              AllowsExpiration(void) const;
   bool              IsSessionOpen(const datetime at) const;
   // The filling modes to try, best first; false when `tries` have used them up.
   bool              Filling(const bool pending, const int tries, ENUM_ORDER_TYPE_FILLING &filling) const;

private:
   void              Offer(ENUM_ORDER_TYPE_FILLING &modes[], const ENUM_ORDER_TYPE_FILLING mode, const bool offered) const;
  };

InstrumentRules::InstrumentRules(void)
  {
   m_symbol = "";
   m_digits = 0;
   m_point = 0.0;
   m_tickSize = 0.0;
   m_volumeMin = 0.0;
   m_volumeMax = 0.0;
   m_volumeStep = 0.0;
   m_stopsLevel = 0;
   m_fillingMask = 0;
   m_execution = 0;
   m_tradeMode = 0;
   m_expirationMask = 0;
  }

bool InstrumentRules::Load(const string symbol)
  {
   if(!SymbolSelect(symbol, true))
      return(false);
   m_symbol = symbol;
   m_digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
   m_point = SymbolInfoDouble(symbol, SYMBOL_POINT);
   m_tickSize = SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_SIZE);
   if(m_tickSize <= 0.0)
      m_tickSize = m_point;
   m_volumeMin = SymbolInfoDouble(symbol, SYMBOL_VOLUME_MIN);
   m_volumeMax = SymbolInfoDouble(symbol, SYMBOL_VOLUME_MAX);
   m_volumeStep = SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP);
   m_stopsLevel = SymbolInfoInteger(symbol, SYMBOL_TRADE_STOPS_LEVEL);
   m_fillingMask = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
   m_execution = SymbolInfoInteger(symbol, SYMBOL_TRADE_EXEMODE);
   m_tradeMode = SymbolInfoInteger(symbol, SYMBOL_TRADE_MODE);
   m_expirationMask = SymbolInfoInteger(symbol, SYMBOL_EXPIRATION_MODE);
   return(m_point > 0.0 && m_volumeStep > 0.0);
  }

string InstrumentRules::Name(void) const
  {
   return(m_symbol);
  }

int InstrumentRules::PriceDigits(void) const
  {
   return(m_digits);
  }

double InstrumentRules::PointSize(void) const
  {
   return(m_point);
  }

double InstrumentRules::TickSize(void) const
  {
   return(m_tickSize);
  }

double InstrumentRules::VolumeMin(void) const
  {
   return(m_volumeMin);
  }

double InstrumentRules::VolumeMax(void) const
  {
   return(m_volumeMax);
  }

double InstrumentRules::VolumeStep(void) const
  {
   return(m_volumeStep);
  }

long InstrumentRules::StopsLevel(void) const
  {
   return(m_stopsLevel);
  }

double InstrumentRules::FloorVolume(const double lots) const
  {
   double steps = MathFloor(lots / m_volumeStep + STEP_EPSILON);
   return(NormalizeDouble(steps * m_volumeStep, Numbers::DecimalsOf(m_volumeStep)));
  }

double InstrumentRules::RoundPrice(const double price) const
  {
   return(NormalizeDouble(MathRound(price / m_tickSize) * m_tickSize, m_digits));
  }

string InstrumentRules::VolumeFault(const double lots) const
  {
   if(lots < m_volumeMin - STEP_EPSILON || lots <= 0.0)
      return("volume_below_minimum");
   if(lots > m_volumeMax + STEP_EPSILON)
      return("volume_above_maximum");
   return("");
  }

string InstrumentRules::SideFault(const bool buys) const
  {
   if(m_tradeMode == (long)SYMBOL_TRADE_MODE_CLOSEONLY)
      return("symbol_close_only");
   if(m_tradeMode == (long)SYMBOL_TRADE_MODE_LONGONLY && !buys)
      return("symbol_long_only");
   if(m_tradeMode == (long)SYMBOL_TRADE_MODE_SHORTONLY && buys)
      return("symbol_short_only");
   return("");
  }

string InstrumentRules::StopsFault(const bool isBuy, const double reference, const double stopLoss, const double takeProfit) const
  {
   double distance = (double)m_stopsLevel * m_point - m_tickSize * STEP_EPSILON;
   double side = isBuy ? 1.0 : -1.0;
   if(stopLoss > 0.0 && (reference - stopLoss) * side < distance)
      return("stop_loss_too_close");
   if(takeProfit > 0.0 && (takeProfit - reference) * side < distance)
      return("take_profit_too_close");
   return("");
  }

bool InstrumentRules::IsDisabled(void) const
  {
   return(m_tradeMode == (long)SYMBOL_TRADE_MODE_DISABLED);
  }

bool InstrumentRules::AllowsExpiration(void) const
  {
   return((m_expirationMask & SYMBOL_EXPIRATION_SPECIFIED) != 0);
  }

bool InstrumentRules::IsSessionOpen(const datetime at) const
  {
   MqlDateTime parts;
   if(!TimeToStruct(at, parts))
      return(true);
   long second = (long)parts.hour * 3600 + parts.min * 60 + parts.sec;
   bool known = false;
   for(int day = 0; day < 7; day++)
     {
      datetime from = 0;
      datetime to = 0;
      // Session times count from 1970-01-01; the last one may end at 24:00.
      for(uint session = 0; session < 16 && SymbolInfoSessionTrade(m_symbol, (ENUM_DAY_OF_WEEK)day, session, from, to); session++)
        {
         known = true;
         if(day == parts.day_of_week && second >= (long)from && second < (long)to)
            return(true);
        }
     }
   // A broker that names no session at all says nothing: it will answer for itself.
   return(!known);
  }

bool InstrumentRules::Filling(const bool pending, const int tries, ENUM_ORDER_TYPE_FILLING &filling) const
  {
   ENUM_ORDER_TYPE_FILLING modes[];
   ArrayResize(modes, 0);
   // SYMBOL_FILLING_MODE is a mask, ORDER_FILLING_* are numbers: FOK is 1 there and 0 here.
   bool fok = ((m_fillingMask & SYMBOL_FILLING_FOK) != 0);
   bool ioc = ((m_fillingMask & SYMBOL_FILLING_IOC) != 0);
   bool market = (m_execution == (long)SYMBOL_TRADE_EXECUTION_MARKET);
   Offer(modes, ORDER_FILLING_RETURN, pending);
   Offer(modes, ORDER_FILLING_FOK, fok);
   Offer(modes, ORDER_FILLING_IOC, ioc);
   // Market execution knows no RETURN; the other ways do.
   Offer(modes, ORDER_FILLING_RETURN, !pending && !market);
   // A mask that names nothing: try all the same, the broker's answer decides.
   Offer(modes, ORDER_FILLING_FOK, !fok && !ioc && market);
   Offer(modes, ORDER_FILLING_IOC, !fok && !ioc && market);
   if(tries < 0 || tries >= ArraySize(modes))
      return(false);
   filling = modes[tries];
   return(true);
  }

void InstrumentRules::Offer(ENUM_ORDER_TYPE_FILLING &modes[], const ENUM_ORDER_TYPE_FILLING mode, const bool offered) const
  {
   if(!offered)
      return;
   int count = ArraySize(modes);
   ArrayResize(modes, count + 1);
   modes[count] = mode;
  }

#endif
