//+------------------------------------------------------------------+
//| JournalFrames: records to bytes and bytes to records.            |
//| A frame is: marker, length, sequence, payload (UTF-8), CRC-32 of |
//| all between marker and itself; four bytes each, lowest first.    |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JOURNALFRAMES_MQH
#define DISTORTSIGNALS_JOURNALFRAMES_MQH

#include "Checksum.mqh"
#include "Utf8.mqh"

#define FRAME_MARKER 0x314A5344   // "DSJ1"
#define FRAME_HEAD   12
#define FRAME_TAIL   4
// No record comes near it: a larger length is damage.
#define FRAME_MOST   1048576

class JournalFrames
  {
private:
   uchar             m_bytes[];
   int               m_length;
   int               m_starts[];    // of the payloads
   int               m_sizes[];
   int               m_count;
   int               m_end;         // of the last whole frame
   bool              m_torn;
   bool              m_broken;

public:
                     JournalFrames(void);
   // Finds the frames; afterwards IsTorn() and IsBroken() say what else there is.
   void              Scan(const uchar &bytes[], const int length);
   int               Count(void) const;
   string            Payload(const int index);
   // Bytes after the last whole frame and no frame among them: a write that a crash cut short. Harmless.
   bool              IsTorn(void) const;
   // Whole frames after damaged bytes, or frames missing in between: something that was safe is gone.
   bool              IsBroken(void) const;
   int               DamagedAt(void) const;
   // Appends the frame of `payload` to `bytes`.
   static void       Build(const string payload, const uint sequence, uchar &bytes[]);

private:
   int               FrameAt(const int at, uint &sequence) const;
   bool              AnyFrameFrom(const int at) const;
   uint              NumberAt(const int at) const;
   static void       PutNumber(uchar &bytes[], const int at, const uint value);
  };

JournalFrames::JournalFrames(void)
  {
   m_length = 0;
   m_count = 0;
   m_end = 0;
   m_torn = false;
   m_broken = false;
  }

void JournalFrames::Scan(const uchar &bytes[], const int length)
  {
   ArrayResize(m_bytes, length);
   for(int i = 0; i < length; i++)
      m_bytes[i] = bytes[i];
   m_length = length;
   m_count = 0;
   m_end = 0;
   m_torn = false;
   m_broken = false;
   while(m_end < m_length)
     {
      uint sequence = 0;
      int size = FrameAt(m_end, sequence);
      if(size < 0)
        {
         m_broken = AnyFrameFrom(m_end + 1);
         m_torn = !m_broken;
         return;
        }
      if(sequence != (uint)(m_count + 1))
        {
         m_broken = true;
         return;
        }
      ArrayResize(m_starts, m_count + 1, 256);
      ArrayResize(m_sizes, m_count + 1, 256);
      m_starts[m_count] = m_end + FRAME_HEAD;
      m_sizes[m_count] = size;
      m_count++;
      m_end += FRAME_HEAD + size + FRAME_TAIL;
     }
  }

int JournalFrames::Count(void) const
  {
   return(m_count);
  }

string JournalFrames::Payload(const int index)
  {
   return(CharArrayToString(m_bytes, m_starts[index], m_sizes[index], CP_UTF8));
  }

bool JournalFrames::IsTorn(void) const
  {
   return(m_torn);
  }

bool JournalFrames::IsBroken(void) const
  {
   return(m_broken);
  }

int JournalFrames::DamagedAt(void) const
  {
   return(m_end);
  }

void JournalFrames::Build(const string payload, const uint sequence, uchar &bytes[])
  {
   uchar text[];
   int size = Utf8::Encode(payload, text);
   int at = ArraySize(bytes);
   ArrayResize(bytes, at + FRAME_HEAD + size + FRAME_TAIL, 65536);
   PutNumber(bytes, at, FRAME_MARKER);
   PutNumber(bytes, at + 4, (uint)size);
   PutNumber(bytes, at + 8, sequence);
   for(int i = 0; i < size; i++)
      bytes[at + FRAME_HEAD + i] = text[i];
   uint crc = Checksum::Crc32(bytes, at + 4, FRAME_HEAD - 4 + size);
   PutNumber(bytes, at + FRAME_HEAD + size, crc);
  }

// The length of the payload of the whole frame at `at`, -1 if there is none.
int JournalFrames::FrameAt(const int at, uint &sequence) const
  {
   if(m_length - at < FRAME_HEAD + FRAME_TAIL || NumberAt(at) != FRAME_MARKER)
      return(-1);
   uint size = NumberAt(at + 4);
   if(size > FRAME_MOST || (int)size > m_length - at - FRAME_HEAD - FRAME_TAIL)
      return(-1);
   uint crc = Checksum::Crc32(m_bytes, at + 4, FRAME_HEAD - 4 + (int)size);
   if(NumberAt(at + FRAME_HEAD + (int)size) != crc)
      return(-1);
   sequence = NumberAt(at + 8);
   return((int)size);
  }

bool JournalFrames::AnyFrameFrom(const int at) const
  {
   uint sequence = 0;
   for(int i = at; i <= m_length - FRAME_HEAD - FRAME_TAIL; i++)
      if(m_bytes[i] == 0x44 && FrameAt(i, sequence) >= 0)
         return(true);
   return(false);
  }

uint JournalFrames::NumberAt(const int at) const
  {
   uint value = 0;
   for(int i = 3; i >= 0; i--)
      value = (value << 8) | (uint)m_bytes[at + i];
   return(value);
  }

void JournalFrames::PutNumber(uchar &bytes[], const int at, const uint value)
  {
   uint rest = value;
   for(int i = 0; i < 4; i++)
     {
      bytes[at + i] = (uchar)(rest & 255);
      rest = rest >> 8;
     }
  }

#endif
