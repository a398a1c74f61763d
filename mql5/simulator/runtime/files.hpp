// Open files: what is written stays in a buffer until it is flushed, and may be lost or torn until then.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "disk.hpp"
#include "types.hpp"

namespace mql {

class Machine;

// What a running program sees of a file, and the writes the disk has not.
struct FileImage {
  struct Write {
    std::size_t offset;
    std::string bytes;
  };
  std::string path;
  std::string content;
  std::vector<Write> pending;
};

struct OpenFile {
  std::shared_ptr<FileImage> image;
  int flags;
  uint codepage;
  ushort delimiter;
  std::size_t position = 0;
  bool line_ended = false;  // the last text read was the end of its line
};

class FileTable {
 public:
  FileTable(Machine &machine, Disk &disk) : machine_(machine), disk_(disk) {}

  // Handles from 1; -1 with the last error set. `path` is a disk path.
  int open(const std::string &path, int flags, ushort delimiter, uint codepage);
  // The open file, or nullptr with the last error set.
  OpenFile *get(int handle);
  // The open file if it allows what `needed` says (FILE_READ or FILE_WRITE), else nullptr with the last error set.
  OpenFile *get(int handle, int needed);
  void close(int handle);
  void flush(FileImage &image);
  void write(OpenFile &file, const std::string &bytes);
  std::string read(OpenFile &file, std::size_t count);
  bool is_open(const std::string &path) const;

  void close_all();
  // Forgets all handles. A crash keeps as many unflushed bytes as the host says, anything else keeps all.
  void abandon(bool crashed);
  Disk &disk() { return disk_; }

 private:
  bool may_open(const std::string &path, int flags) const;
  std::shared_ptr<FileImage> image(const std::string &path, int flags);
  // Brings the first `bytes` pending bytes to the disk and forgets the rest.
  void settle(FileImage &image, std::size_t bytes);

  Machine &machine_;
  Disk &disk_;
  std::map<int, OpenFile> open_;
};

// A name as programs write it, as a path on the disk; empty when it leaves the sandbox.
std::string disk_path(const std::string &name, int flags);

}  // namespace mql
