// The files of a simulated terminal, with a count of their changes.
#pragma once

#include "disk.hpp"

namespace sim {

class Sandbox : public mql::MemoryDisk {
 public:
  unsigned long revision = 0;

  bool create(const std::string &path) override { return ++revision, MemoryDisk::create(path); }
  bool write(const std::string &path, std::size_t offset, const std::string &bytes) override {
    return ++revision, MemoryDisk::write(path, offset, bytes);
  }
  bool remove(const std::string &path) override { return ++revision, MemoryDisk::remove(path); }
  bool move(const std::string &from, const std::string &to) override { return ++revision, MemoryDisk::move(from, to); }
  void wipe() { ++revision, files.clear(); }
};

}  // namespace sim
