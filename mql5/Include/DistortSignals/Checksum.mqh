//+------------------------------------------------------------------+
//| Checksum: CRC-32 (IEEE), which tells a torn record from a whole. |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_CHECKSUM_MQH
#define DISTORTSIGNALS_CHECKSUM_MQH

class Checksum
  {
public:
   static uint       Crc32(const uchar &bytes[], const int start, const int count);
  };

uint Checksum::Crc32(const uchar &bytes[], const int start, const int count)
  {
   // Half a byte at a time: a table short enough to be read.
   uint table[16] =
     {
      0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
      0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C
     };
   uint crc = 0xFFFFFFFF;
   for(int i = start; i < start + count; i++)
     {
      crc = crc ^ (uint)bytes[i];
      crc = (crc >> 4) ^ table[(int)(crc & 15)];
      crc = (crc >> 4) ^ table[(int)(crc & 15)];
     }
   return(crc ^ 0xFFFFFFFF);
  }

#endif
