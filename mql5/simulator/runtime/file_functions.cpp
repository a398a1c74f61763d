// File functions on open handles: places, numbers and text.
#include "file_functions.hpp"

#include "codepage.hpp"

namespace mql {

namespace {
FileTable &files() { return machine().files(); }

template <class T>
uint write_value(int handle, T value, std::size_t size = sizeof(T)) {
  OpenFile *file = binary_file(handle, FILE_WRITE);
  if (file == nullptr) return 0;
  files().write(*file, std::string(reinterpret_cast<const char *>(&value), size));
  return static_cast<uint>(size);
}

template <class T>
T read_value(int handle, std::size_t size = sizeof(T)) {
  T value = 0;
  OpenFile *file = binary_file(handle, FILE_READ);
  if (file == nullptr) return value;
  const std::string bytes = files().read(*file, size);
  if (bytes.size() < size) return machine().set_error(ERR_FILE_READERROR), T(0);
  std::memcpy(&value, bytes.data(), size);
  return value;
}

bool wide(const OpenFile &file) { return !(file.flags & FILE_ANSI); }

string text_in(const OpenFile &file, const std::string &bytes) {
  if (!wide(file)) return decoded(bytes, file.codepage);
  std::u16string out(bytes.size() / 2, u'\0');
  std::memcpy(out.data(), bytes.data(), out.size() * 2);
  return string(out);
}

// The next character of a text file, or -1 at its end.
int next_unit(OpenFile &file) {
  const std::string bytes = files().read(file, wide(file) ? 2 : 1);
  if (bytes.size() < (wide(file) ? 2u : 1u)) return -1;
  ushort unit = static_cast<uchar>(bytes[0]);
  if (wide(file)) std::memcpy(&unit, bytes.data(), 2);
  return unit;
}

// A line of a TXT file, or a field of a CSV one, without what ends it.
string read_line(OpenFile &file) {
  std::string bytes;
  const std::size_t step = wide(file) ? 2 : 1;
  file.line_ended = true;
  for (int unit; (unit = next_unit(file)) >= 0 && unit != '\n';) {
    if ((file.flags & FILE_CSV) && unit == file.delimiter) {
      file.line_ended = false;
      break;
    }
    if (unit != '\r') bytes += file.image->content.substr(file.position - step, step);
  }
  return text_in(file, bytes);
}

int open_file(const string &name, int flags, ushort delimiter, uint codepage) {
  // Without a kind a file is CSV; the documented priority when there are several is CSV, BIN, TXT.
  if (!(flags & (FILE_BIN | FILE_TXT))) flags |= FILE_CSV;
  return files().open(disk_path(name.utf8(), flags), flags, delimiter, codepage);
}
}  // namespace

std::string stored(const OpenFile &file, const string &text) {
  if (!wide(file)) return encoded(text, file.codepage);
  return std::string(reinterpret_cast<const char *>(text.text().data()), text.text().size() * 2);
}

OpenFile *binary_file(int handle, int needed) {
  OpenFile *file = files().get(handle, needed);
  if (file == nullptr || (file->flags & FILE_BIN)) return file;
  return machine().set_error(ERR_FILE_NOTBIN), nullptr;
}

int FileOpen(string name, int flags, short delimiter, uint codepage) { return open_file(name, flags, static_cast<ushort>(delimiter), codepage); }
int FileOpen(string name, int flags, string delimiter, uint codepage) { return open_file(name, flags, delimiter.size() ? delimiter[0] : ushort('\t'), codepage); }
void FileClose(int handle) { files().close(handle); }
void FileFlush(int handle) { if (OpenFile *file = files().get(handle)) files().flush(*file->image); }

ulong FileSize(int handle) {
  OpenFile *file = files().get(handle);
  return file ? file->image->content.size() : 0;
}
ulong FileTell(int handle) {
  OpenFile *file = files().get(handle);
  return file ? file->position : 0;
}

bool FileSeek(int handle, long offset, ENUM_FILE_POSITION origin) {
  OpenFile *file = files().get(handle);
  if (file == nullptr) return false;
  const auto size = static_cast<long>(file->image->content.size());
  const long from = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? static_cast<long>(file->position) : size;
  if (from + offset < 0) return machine().set_error(ERR_INVALID_PARAMETER), false;
  file->position = static_cast<std::size_t>(from + offset);
  return true;
}

bool FileIsEnding(int handle) {
  OpenFile *file = files().get(handle);
  return file == nullptr || file->position >= file->image->content.size();
}
bool FileIsLineEnding(int handle) {
  OpenFile *file = files().get(handle);
  return file != nullptr && file->line_ended;
}

uint FileWriteInteger(int handle, int value, int size) { return size == 1 || size == 2 || size == 4 ? write_value(handle, value, static_cast<std::size_t>(size)) : 0; }
uint FileWriteLong(int handle, long value) { return write_value(handle, value); }
uint FileWriteDouble(int handle, double value) { return write_value(handle, value); }
uint FileWriteFloat(int handle, float value) { return write_value(handle, value); }
int FileReadInteger(int handle, int size) { return size == 1 || size == 2 || size == 4 ? read_value<int>(handle, static_cast<std::size_t>(size)) : 0; }
long FileReadLong(int handle) { return read_value<long>(handle); }
double FileReadDouble(int handle) { return read_value<double>(handle); }
float FileReadFloat(int handle) { return read_value<float>(handle); }

uint FileWriteString(int handle, const string text, int length) {
  OpenFile *file = files().get(handle, FILE_WRITE);
  if (file == nullptr) return 0;
  const string part = length < 0 || length >= text.size() ? text : string(text.text().substr(0, static_cast<std::size_t>(length)));
  std::string bytes = stored(*file, part);
  if (length > part.size() && (file->flags & FILE_BIN)) bytes.resize(static_cast<std::size_t>(length) * (wide(*file) ? 2 : 1));
  files().write(*file, bytes);
  return static_cast<uint>(bytes.size());
}

string FileReadString(int handle, int length) {
  OpenFile *file = files().get(handle, FILE_READ);
  if (file == nullptr) return u""_s;
  if (!(file->flags & FILE_BIN)) return read_line(*file);
  if (length < 0) return machine().set_error(ERR_FILE_BINSTRINGSIZE), u""_s;
  return text_in(*file, files().read(*file, static_cast<std::size_t>(length) * (wide(*file) ? 2 : 1)));
}

double FileReadNumber(int handle) { return number_in(FileReadString(handle)); }

long FileGetInteger(int handle, ENUM_FILE_PROPERTY_INTEGER property) {
  OpenFile *file = files().get(handle);
  if (file == nullptr) return -1;
  if (property == FILE_SIZE) return static_cast<long>(file->image->content.size());
  if (property == FILE_POSITION) return static_cast<long>(file->position);
  if (property == FILE_END) return FileIsEnding(handle);
  if (property == FILE_LINE_END) return file->line_ended;
  return machine().set_error(ERR_INVALID_PARAMETER), -1;
}

}  // namespace mql
