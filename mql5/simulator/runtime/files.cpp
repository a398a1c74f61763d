// The table of open files and its buffers.
#include "files.hpp"

#include <algorithm>

#include "machine.hpp"

namespace mql {

namespace {
constexpr std::size_t MAX_OPEN_FILES = 64;  // documented limit of one program

std::size_t pending_bytes(const FileImage &image) {
  std::size_t total = 0;
  for (const FileImage::Write &write : image.pending) total += write.bytes.size();
  return total;
}
}  // namespace

std::string disk_path(const std::string &name, int flags) {
  std::string path = name;
  std::replace(path.begin(), path.end(), '\\', '/');
  const bool outside = path.find("..") != std::string::npos || path.find(':') != std::string::npos || path.find("//") != std::string::npos;
  if (path.empty() || path.front() == '/' || outside) return "";
  return (flags & FILE_COMMON ? "Common/Files/" : "MQL5/Files/") + path;
}

int FileTable::open(const std::string &path, int flags, ushort delimiter, uint codepage) {
  auto refuse = [this](int code) { return machine_.set_error(code), -1; };
  if (machine_.dead()) return -1;
  if (path.empty()) return refuse(ERR_WRONG_FILENAME);
  if (open_.size() >= MAX_OPEN_FILES) return refuse(ERR_TOO_MANY_FILES);
  if (!(flags & (FILE_READ | FILE_WRITE)) || !may_open(path, flags)) return refuse(ERR_CANNOT_OPEN_FILE);
  std::shared_ptr<FileImage> shared = image(path, flags);
  if (!shared) return refuse(ERR_CANNOT_OPEN_FILE);
  int handle = 1;
  while (open_.count(handle)) ++handle;
  open_[handle] = OpenFile{shared, flags, codepage, delimiter};
  return handle;
}

bool FileTable::may_open(const std::string &path, int flags) const {
  for (const auto &[handle, file] : open_) {
    if (file.image->path != path) continue;
    const bool reads = (file.flags & FILE_SHARE_READ) && (flags & FILE_SHARE_READ);
    const bool writes = !((flags | file.flags) & FILE_WRITE) || ((file.flags & FILE_SHARE_WRITE) && (flags & FILE_SHARE_WRITE));
    if (!reads || !writes) return false;
  }
  return true;
}

std::shared_ptr<FileImage> FileTable::image(const std::string &path, int flags) {
  const bool truncates = (flags & FILE_WRITE) && !(flags & FILE_READ);
  for (auto &[handle, file] : open_) if (file.image->path == path && !truncates) return file.image;
  std::optional<std::string> content = disk_.read(path);
  if (!content && !(flags & FILE_WRITE)) return nullptr;
  if (!content || truncates) {
    // An empty file is on the disk from here on: the old content is gone, whatever happens next.
    if (machine_.host().disk_full(path)) return nullptr;
    machine_.crash_point("file.create.before");
    if (!disk_.create(path)) return nullptr;
    machine_.crash_point("file.create.after");
    content = "";
  }
  return std::make_shared<FileImage>(FileImage{path, *content, {}});
}

OpenFile *FileTable::get(int handle) {
  auto found = open_.find(handle);
  if (found != open_.end()) return &found->second;
  return machine_.set_error(handle < 0 ? ERR_WRONG_FILEHANDLE : ERR_INVALID_FILEHANDLE), nullptr;
}

OpenFile *FileTable::get(int handle, int needed) {
  OpenFile *file = get(handle);
  if (file != nullptr && needed == FILE_WRITE && machine_.host().disk_full(file->image->path)) {
    return machine_.set_error(ERR_FILE_WRITEERROR), nullptr;
  }
  if (file == nullptr || (file->flags & needed)) return file;
  return machine_.set_error(needed == FILE_READ ? ERR_FILE_NOTTOREAD : ERR_FILE_NOTTOWRITE), nullptr;
}

void FileTable::write(OpenFile &file, const std::string &bytes) {
  if (machine_.dead() || bytes.empty()) return;
  std::string &content = file.image->content;
  if (content.size() < file.position + bytes.size()) content.resize(file.position + bytes.size());
  content.replace(file.position, bytes.size(), bytes);
  file.image->pending.push_back({file.position, bytes});
  file.position += bytes.size();
  machine_.crash_point("file.write.after");  // only the buffer has it
}

std::string FileTable::read(OpenFile &file, std::size_t count) {
  const std::string &content = file.image->content;
  if (file.position >= content.size()) return "";
  std::string out = content.substr(file.position, count);
  file.position += out.size();
  return out;
}

void FileTable::settle(FileImage &image, std::size_t bytes) {
  for (const FileImage::Write &write : image.pending) {
    const std::size_t part = std::min(bytes, write.bytes.size());
    if (part > 0) disk_.write(image.path, write.offset, write.bytes.substr(0, part));
    bytes -= part;
  }
  image.pending.clear();
}

void FileTable::flush(FileImage &image) {
  if (machine_.dead() || image.pending.empty()) return;
  machine_.crash_point("file.flush.before");
  const std::size_t all = pending_bytes(image);
  const std::size_t reached = machine_.host().bytes_flushed(image.path, all);
  settle(image, reached);
  if (reached < all) machine_.crash("file.flush.torn");
  machine_.crash_point("file.flush.after");
}

void FileTable::close(int handle) {
  OpenFile *file = get(handle);
  if (file == nullptr || machine_.dead()) return;
  flush(*file->image);
  open_.erase(handle);
}

void FileTable::close_all() {
  for (auto &[handle, file] : open_) settle(*file.image, pending_bytes(*file.image));
  open_.clear();
}

void FileTable::abandon(bool crashed) {
  for (auto &[handle, file] : open_) {
    const std::size_t all = pending_bytes(*file.image);
    if (all > 0) settle(*file.image, crashed ? machine_.host().bytes_survived(file.image->path, all) : all);
  }
  open_.clear();
}

bool FileTable::is_open(const std::string &path) const {
  for (const auto &[handle, file] : open_) if (file.image->path == path) return true;
  return false;
}

}  // namespace mql
