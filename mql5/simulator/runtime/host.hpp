// What the simulated terminal supplies to the runtime; every default is a quiet, well-behaved machine.
#pragma once

#include <cstddef>
#include <string>

#include "types.hpp"

namespace mql {

class Host {
 public:
  virtual ~Host() = default;

  // Called before and after every call with an effect. To die here: machine().crash(name).
  virtual void crash_point(const char *) {}
  // How many of these buffered bytes a flush brings to the disk; fewer than all means the terminal dies in it.
  virtual std::size_t bytes_flushed(const std::string &, std::size_t bytes) { return bytes; }
  // How many of these never flushed bytes the operating system had written all the same when the terminal died.
  virtual std::size_t bytes_survived(const std::string &, std::size_t) { return 0; }

  // Whether writing to this file fails now: every File* function that writes or creates then says so.
  virtual bool disk_full(const std::string &) { return false; }

  virtual void print(const std::string &) {}
  virtual void alert(const std::string &) {}
  virtual void comment(const std::string &) {}
  // Wrong but not fatal in MetaTrader: a handle deleted twice, a format that does not fit.
  virtual void complaint(const std::string &) {}

  virtual long utc_microseconds() { return 1'704'067'200'000'000; }  // wall clock
  virtual long local_offset_seconds() { return 0; }                  // TimeLocal minus TimeGMT
  virtual long server_offset_seconds() { return 0; }                 // TimeTradeServer minus TimeGMT
  virtual long last_tick_seconds() { return utc_microseconds() / 1'000'000 + server_offset_seconds(); }  // TimeCurrent
  virtual ulong uptime_microseconds() { return 0; }                  // GetTickCount64, GetMicrosecondCount
  virtual uint ansi_codepage() { return 1252; }                      // what CP_ACP means on this Windows
};

}  // namespace mql
