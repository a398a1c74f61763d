// Where files live: bytes that survive the death of a terminal.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mql {

// Paths are relative, with '/', and begin with "MQL5/Files/" or "Common/Files/".
class Disk {
 public:
  virtual ~Disk() = default;
  virtual std::optional<std::string> read(const std::string &path) const = 0;  // nothing: no such file
  virtual bool create(const std::string &path) = 0;                            // empty, replacing what was there
  virtual bool write(const std::string &path, std::size_t offset, const std::string &bytes) = 0;
  virtual bool remove(const std::string &path) = 0;
  virtual bool move(const std::string &from, const std::string &to) = 0;  // replaces `to`, at once or not at all
  virtual bool make_folder(const std::string &path) = 0;
  virtual bool folder_exists(const std::string &path) const = 0;
  virtual bool remove_folder(const std::string &path) = 0;  // only an empty one
  virtual std::vector<std::string> names(const std::string &folder) const = 0;  // sorted; folders end with '/'
};

// For scenarios: nothing outlives the process, nothing touches the real disk.
class MemoryDisk : public Disk {
 public:
  std::optional<std::string> read(const std::string &path) const override;
  bool create(const std::string &path) override;
  bool write(const std::string &path, std::size_t offset, const std::string &bytes) override;
  bool remove(const std::string &path) override;
  bool move(const std::string &from, const std::string &to) override;
  bool make_folder(const std::string &path) override;
  bool folder_exists(const std::string &path) const override;
  bool remove_folder(const std::string &path) override;
  std::vector<std::string> names(const std::string &folder) const override;
  std::map<std::string, std::string> files;

 private:
  std::set<std::string> folders_;
};

// For the demo: a real folder, which outlives a killed process.
class FolderDisk : public Disk {
 public:
  explicit FolderDisk(std::string root) : root_(std::move(root)) {}
  std::optional<std::string> read(const std::string &path) const override;
  bool create(const std::string &path) override;
  bool write(const std::string &path, std::size_t offset, const std::string &bytes) override;
  bool remove(const std::string &path) override;
  bool move(const std::string &from, const std::string &to) override;
  bool make_folder(const std::string &path) override;
  bool folder_exists(const std::string &path) const override;
  bool remove_folder(const std::string &path) override;
  std::vector<std::string> names(const std::string &folder) const override;

 private:
  std::string at(const std::string &path) const { return root_ + "/" + path; }
  std::string root_;
};

}  // namespace mql
