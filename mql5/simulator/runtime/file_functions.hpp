// File functions for arrays and structures, and FileWrite: templates, because they take anything.
#pragma once

#include <type_traits>

#include "array.hpp"
#include "builtins.hpp"
#include "machine.hpp"
#include "output.hpp"

namespace mql {

template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

// Text as the file stores it: by its code page, or UTF-16.
std::string stored(const OpenFile &file, const string &text);
OpenFile *binary_file(int handle, int needed);

template <Plain T>
uint FileWriteArray(int handle, const Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
  OpenFile *file = binary_file(handle, FILE_WRITE);
  if (file == nullptr || start < 0 || start > array.size()) return 0;
  const long length = count < 0 || count > array.size() - start ? array.size() - start : count;
  const char *from = reinterpret_cast<const char *>(array.data() + start);
  machine().files().write(*file, std::string(from, static_cast<std::size_t>(length) * sizeof(T)));
  return static_cast<uint>(length);
}

template <Plain T>
uint FileReadArray(int handle, Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
  OpenFile *file = binary_file(handle, FILE_READ);
  if (file == nullptr || start < 0) return 0;
  const long left = static_cast<long>((file->image->content.size() - std::min(file->position, file->image->content.size())) / sizeof(T));
  long length = count < 0 || count > left ? left : count;
  if (array.dynamic() && array.size() < start + length) array.resize(start + length);
  if (length > array.size() - start) length = array.size() - start;
  if (length <= 0) return 0;
  const std::string bytes = machine().files().read(*file, static_cast<std::size_t>(length) * sizeof(T));
  std::memcpy(static_cast<void *>(array.data() + start), bytes.data(), bytes.size());
  return static_cast<uint>(length);
}

template <Plain T>
uint FileWriteStruct(int handle, const T &value, int size = -1) {
  OpenFile *file = binary_file(handle, FILE_WRITE);
  if (file == nullptr) return 0;
  const std::size_t length = size < 0 ? sizeof(T) : std::min(sizeof(T), static_cast<std::size_t>(size));
  machine().files().write(*file, std::string(reinterpret_cast<const char *>(&value), length));
  return static_cast<uint>(length);
}
template <Plain T>
uint FileReadStruct(int handle, T &value, int size = -1) {
  OpenFile *file = binary_file(handle, FILE_READ);
  if (file == nullptr) return 0;
  const std::string bytes = machine().files().read(*file, size < 0 ? sizeof(T) : std::min(sizeof(T), static_cast<std::size_t>(size)));
  std::memcpy(static_cast<void *>(&value), bytes.data(), bytes.size());
  return static_cast<uint>(bytes.size());
}

// One line of a TXT or CSV file.
template <class... A>
uint FileWrite(int handle, const A &...parts) {
  OpenFile *file = machine().files().get(handle, FILE_WRITE);
  if (file == nullptr) return 0;
  if (file->flags & FILE_BIN) return machine().set_error(ERR_FILE_NOTTXTORCSV), 0u;
  string line = u""_s;
  const string between = file->flags & FILE_TXT ? string(u""_s) : string(std::u16string(1, static_cast<char16_t>(file->delimiter)));
  std::size_t left = sizeof...(parts);
  ((line += text_of(parts), line += --left ? between : u""_s), ...);
  const std::string bytes = stored(*file, line + u"\r\n"_s);
  machine().files().write(*file, bytes);
  return static_cast<uint>(bytes.size());
}

template <Plain T>
bool FileSave(const string name, const Array<T> &buffer, int common_flag = 0) {
  const int handle = FileOpen(name, FILE_WRITE | FILE_BIN | common_flag);
  if (handle == INVALID_HANDLE) return false;
  FileWriteArray(handle, buffer);
  FileClose(handle);
  return true;
}
template <Plain T>
long FileLoad(const string name, Array<T> &buffer, int common_flag = 0) {
  const int handle = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ | common_flag);
  if (handle == INVALID_HANDLE) return -1;
  if (buffer.dynamic()) buffer.resize(0);
  const long count = FileReadArray(handle, buffer);
  FileClose(handle);
  return count;
}

}  // namespace mql
