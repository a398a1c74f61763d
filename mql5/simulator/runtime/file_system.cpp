// File functions by name: existence, deletion, moves, copies, folders, searches.
#include "file_functions.hpp"

namespace mql {

namespace {
Disk &disk() { return machine().files().disk(); }

// Runs an effect between its two crash points; a dead terminal has none.
template <class F>
bool effect(const char *before, const char *after, int code, F act) {
  if (machine().dead()) return false;
  machine().crash_point(before);
  if (!act()) return machine().set_error(code), false;
  machine().crash_point(after);
  return true;
}

bool unusable(const std::string &path) { return path.empty() || machine().files().is_open(path); }

bool may_replace(const std::string &path, int flags) {
  if (!disk().read(path)) return true;
  if (flags & FILE_REWRITE) return !machine().files().is_open(path);
  return machine().set_error(ERR_FILE_CANNOT_REWRITE), false;
}

bool matches(const std::string &name, const std::string &pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') return matches(name, pattern.substr(1)) || (!name.empty() && matches(name.substr(1), pattern));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) && matches(name.substr(1), pattern.substr(1));
}

struct Search {
  std::vector<std::string> names;
  std::size_t next = 0;
};
std::map<long, Search> &searches() {
  thread_local std::map<long, Search> open;
  return open;
}
}  // namespace

bool FileIsExist(const string name, int flags) {
  const std::string path = disk_path(name.utf8(), flags);
  if (!path.empty() && (disk().read(path) || machine().files().is_open(path))) return true;
  return machine().set_error(disk().folder_exists(path) ? ERR_FILE_IS_DIRECTORY : ERR_FILE_NOT_EXIST), false;
}

bool FileDelete(const string name, int flags) {
  const std::string path = disk_path(name.utf8(), flags);
  return effect("file.delete.before", "file.delete.after", ERR_CANNOT_DELETE_FILE, [&] { return !unusable(path) && disk().remove(path); });
}

bool FileMove(const string from, int flags, const string to, int to_flags) {
  const std::string source = disk_path(from.utf8(), flags), target = disk_path(to.utf8(), to_flags);
  if (target.empty() || !may_replace(target, to_flags)) return false;
  return effect("file.move.before", "file.move.after", ERR_FILE_NOT_EXIST, [&] { return !unusable(source) && disk().move(source, target); });
}

bool FileCopy(const string from, int flags, const string to, int to_flags) {
  const std::string source = disk_path(from.utf8(), flags), target = disk_path(to.utf8(), to_flags);
  if (target.empty() || !may_replace(target, to_flags)) return false;
  return effect("file.copy.before", "file.copy.after", ERR_FILE_NOT_EXIST, [&] {
    const std::optional<std::string> content = disk().read(source);
    return content && disk().create(target) && disk().write(target, 0, *content);
  });
}

bool FolderCreate(string name, int flags) {
  const std::string path = disk_path(name.utf8(), flags);
  return effect("folder.create.before", "folder.create.after", ERR_WRONG_DIRECTORYNAME, [&] { return !path.empty() && disk().make_folder(path); });
}

bool FolderDelete(string name, int flags) {
  const std::string path = disk_path(name.utf8(), flags);
  return effect("folder.delete.before", "folder.delete.after", ERR_CANNOT_DELETE_DIRECTORY, [&] { return !path.empty() && disk().remove_folder(path); });
}

bool FolderClean(string name, int flags) {
  const std::string path = disk_path(name.utf8(), flags);
  if (!disk().folder_exists(path)) return machine().set_error(ERR_DIRECTORY_NOT_EXIST), false;
  bool clean = true;
  for (const std::string &entry : disk().names(path)) if (entry.back() != '/') clean = FileDelete(name + u"/"_s + string::from_utf8(entry), flags) && clean;
  return clean;
}

long FileFindFirst(const string filter, string &found, int flags) {
  const std::string path = disk_path(filter.utf8(), flags);
  const std::size_t slash = path.rfind('/');
  if (path.empty()) return machine().set_error(ERR_WRONG_FILENAME), INVALID_HANDLE;
  Search search;
  for (const std::string &name : disk().names(path.substr(0, slash))) if (matches(name, path.substr(slash + 1))) search.names.push_back(name);
  if (search.names.empty()) return machine().set_error(ERR_FILE_NOT_EXIST), INVALID_HANDLE;
  const long handle = searches().empty() ? 1 : searches().rbegin()->first + 1;
  searches()[handle] = search;
  FileFindNext(handle, found);
  return handle;
}

bool FileFindNext(long handle, string &found) {
  auto search = searches().find(handle);
  if (search == searches().end() || search->second.next >= search->second.names.size()) return false;
  std::string name = search->second.names[search->second.next++];
  if (name.back() == '/') name.back() = '\\';  // MetaTrader marks folders so
  found = string::from_utf8(name);
  return true;
}

void FileFindClose(long handle) { searches().erase(handle); }

long FileGetInteger(const string name, ENUM_FILE_PROPERTY_INTEGER property, bool common) {
  const std::optional<std::string> content = disk().read(disk_path(name.utf8(), common ? FILE_COMMON : 0));
  if (property == FILE_EXISTS) return content.has_value();
  if (!content) return machine().set_error(ERR_FILE_NOT_EXIST), -1;
  if (property == FILE_SIZE) return static_cast<long>(content->size());
  return machine().set_error(ERR_INVALID_PARAMETER), -1;
}

}  // namespace mql
