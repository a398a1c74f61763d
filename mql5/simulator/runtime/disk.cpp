// The two disks: in memory and in a folder.
#include "disk.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mql {

namespace {
namespace fs = std::filesystem;

std::string parent(const std::string &path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}
}  // namespace

std::optional<std::string> MemoryDisk::read(const std::string &path) const {
  auto found = files.find(path);
  return found == files.end() ? std::nullopt : std::optional(found->second);
}
bool MemoryDisk::create(const std::string &path) { return make_folder(parent(path)), files[path] = "", true; }
bool MemoryDisk::write(const std::string &path, std::size_t offset, const std::string &bytes) {
  std::string &content = files[path];
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
  return true;
}
bool MemoryDisk::remove(const std::string &path) { return files.erase(path) > 0; }
bool MemoryDisk::move(const std::string &from, const std::string &to) {
  auto node = files.extract(from);
  if (!node) return false;
  files.erase(to);
  node.key() = to;
  files.insert(std::move(node));
  return make_folder(parent(to));
}
bool MemoryDisk::make_folder(const std::string &path) {
  for (std::string folder = path; !folder.empty(); folder = parent(folder)) folders_.insert(folder);
  return true;
}
bool MemoryDisk::folder_exists(const std::string &path) const { return folders_.count(path) > 0; }
bool MemoryDisk::remove_folder(const std::string &path) { return names(path).empty() && folders_.erase(path) > 0; }
std::vector<std::string> MemoryDisk::names(const std::string &folder) const {
  std::vector<std::string> out;
  for (const auto &[path, bytes] : files) if (parent(path) == folder) out.push_back(path.substr(folder.size() + 1));
  for (const std::string &path : folders_) if (parent(path) == folder) out.push_back(path.substr(folder.size() + 1) + "/");
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::string> FolderDisk::read(const std::string &path) const {
  if (!fs::is_regular_file(at(path))) return std::nullopt;
  std::ifstream in(at(path), std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}
bool FolderDisk::create(const std::string &path) {
  std::error_code error;
  fs::create_directories(fs::path(at(path)).parent_path(), error);
  return std::ofstream(at(path), std::ios::binary | std::ios::trunc).good();
}
bool FolderDisk::write(const std::string &path, std::size_t offset, const std::string &bytes) {
  std::fstream out(at(path), std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(offset));
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return out.flush().good();
}
bool FolderDisk::remove(const std::string &path) {
  std::error_code error;
  return fs::is_regular_file(at(path)) && fs::remove(at(path), error);
}
bool FolderDisk::move(const std::string &from, const std::string &to) {
  std::error_code error;
  fs::create_directories(fs::path(at(to)).parent_path(), error);
  fs::rename(at(from), at(to), error);
  return !error;
}
bool FolderDisk::make_folder(const std::string &path) {
  std::error_code error;
  fs::create_directories(at(path), error);
  return !error;
}
bool FolderDisk::folder_exists(const std::string &path) const { return fs::is_directory(at(path)); }
bool FolderDisk::remove_folder(const std::string &path) {
  std::error_code error;
  return fs::is_directory(at(path)) && fs::remove(at(path), error);
}
std::vector<std::string> FolderDisk::names(const std::string &folder) const {
  std::vector<std::string> out;
  if (!folder_exists(folder)) return out;
  for (const auto &entry : fs::directory_iterator(at(folder))) out.push_back(entry.path().filename().string() + (entry.is_directory() ? "/" : ""));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace mql
