// The reference's chapter "Array Functions"; all are templates, because arrays of anything are taken.
#pragma once

#include <algorithm>

#include "array.hpp"
#include "object.hpp"
#include "structs.hpp"

namespace mql {

template <class T>
struct Depth { static long of(const T &) { return 1; } };
template <class T, long N>
struct Depth<Fixed<T, N>> { static long of(const Fixed<T, N> &) { return N * (N ? Depth<T>::of(T()) : 1); } };

// Part of an array asked for by start and count; false when it lies outside.
template <class T>
bool part_of(const Array<T> &array, long start, long &count) {
  if (start < 0 || start > array.size()) return false;
  if (count < 0 || count > array.size() - start) count = array.size() - start;
  return true;
}

template <class T>
int ArraySize(const Array<T> &array) { return static_cast<int>(array.size()); }
template <class T, long N>
int ArraySize(const Array<Fixed<T, N>> &array) { return static_cast<int>(array.size() * N); }

template <class T>
int ArrayRange(const Array<T> &array, int rank) { return rank == 0 ? static_cast<int>(array.size()) : 0; }
template <class T, long N>
int ArrayRange(const Array<Fixed<T, N>> &array, int rank) { return rank == 0 ? static_cast<int>(array.size()) : rank == 1 ? static_cast<int>(N) : 0; }

template <class T>
int ArrayResize(Array<T> &array, int size, int reserve = 0) {
  if (!array.dynamic() || size < 0) return -1;
  array.resize(size, reserve);
  return size;
}
template <class T>
void ArrayFree(Array<T> &array) { if (array.dynamic()) array.clear(); }
template <class T>
bool ArrayIsDynamic(const Array<T> &array) { return array.dynamic(); }

template <class T, class U>
int ArrayCopy(Array<T> &to, const Array<U> &from, int to_start = 0, int from_start = 0, int count = WHOLE_ARRAY) {
  long length = count;
  if (to_start < 0 || !part_of(from, from_start, length)) return -1;
  if (to.dynamic() && to.size() < to_start + length) to.resize(to_start + length);
  length = std::min(length, to.size() - to_start);
  const Array<U> source = from;  // both may be one array
  for (long i = 0; i < length; ++i) to[to_start + i] = static_cast<T>(source[from_start + i]);
  return static_cast<int>(std::max(length, 0L));
}

template <Number T, Number U>
int ArrayInitialize(Array<T> &array, U value) {
  for (long i = 0; i < array.size(); ++i) array[i] = static_cast<T>(value);
  return static_cast<int>(array.size());
}
template <class T, class U>
void ArrayFill(Array<T> &array, int start, int count, U value) {
  if (start < 0 || count < 0 || long(start) + count > array.size()) critical("ArrayFill outside the array");
  for (long i = start; i < long(start) + count; ++i) array[i] = static_cast<T>(value);
}

template <class T>
bool ArraySort(Array<T> &array) {
  static_assert(std::is_arithmetic_v<T> || std::is_same_v<T, string> || std::is_same_v<T, datetime>, "ArraySort sorts simple types");
  std::stable_sort(array.data(), array.data() + array.size());
  return true;
}
template <class T>
bool ArrayReverse(Array<T> &array, uint start = 0, uint count = static_cast<uint>(WHOLE_ARRAY)) {
  long length = static_cast<int>(count);
  if (!part_of(array, start, length)) return false;
  std::reverse(array.data() + start, array.data() + start + length);
  return true;
}

template <class T>
bool ArrayRemove(Array<T> &array, uint start, uint count = static_cast<uint>(WHOLE_ARRAY)) {
  long length = static_cast<int>(count);
  if (!array.dynamic() || !part_of(array, start, length)) return false;
  for (long i = start; i + length < array.size(); ++i) array[i] = array[i + length];
  array.resize(array.size() - length);
  return true;
}
template <class T>
bool ArrayInsert(Array<T> &to, const Array<T> &from, uint to_start, uint from_start = 0, uint count = static_cast<uint>(WHOLE_ARRAY)) {
  long length = static_cast<int>(count);
  if (!to.dynamic() || to_start > static_cast<ulong>(to.size()) || !part_of(from, from_start, length)) return false;
  const long old_size = to.size();
  to.resize(old_size + length);
  for (long i = old_size - 1; i >= static_cast<long>(to_start); --i) to[i + length] = to[i];
  for (long i = 0; i < length; ++i) to[to_start + i] = from[from_start + i];
  return true;
}
template <class T>
bool ArraySwap(Array<T> &left, Array<T> &right) {
  if (!left.dynamic() || !right.dynamic()) return false;
  const Array<T> kept = left;
  left = right;
  right = kept;
  return true;
}

template <class T, class U>
int ArrayBsearch(const Array<T> &array, U value) {
  if (array.size() == 0) return -1;
  const T *found = std::lower_bound(array.data(), array.data() + array.size(), static_cast<T>(value));
  const long index = found - array.data();
  return static_cast<int>(index < array.size() && array[index] == static_cast<T>(value) ? index : std::max(index - 1, 0L));
}
template <class T>
int ArrayMaximum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
  long length = count;
  if (!part_of(array, start, length) || length == 0) return -1;
  return static_cast<int>(std::max_element(array.data() + start, array.data() + start + length) - array.data());
}
template <class T>
int ArrayMinimum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
  long length = count;
  if (!part_of(array, start, length) || length == 0) return -1;
  return static_cast<int>(std::min_element(array.data() + start, array.data() + start + length) - array.data());
}
template <class T>
int ArrayCompare(const Array<T> &left, const Array<T> &right, int left_start = 0, int right_start = 0, int count = WHOLE_ARRAY) {
  long left_length = count, right_length = count;
  if (!part_of(left, left_start, left_length) || !part_of(right, right_start, right_length)) return -2;
  for (long i = 0; i < std::min(left_length, right_length); ++i) {
    const T &a = left[left_start + i], &b = right[right_start + i];
    if (a < b) return -1;
    if (b < a) return 1;
  }
  return (left_length > right_length) - (left_length < right_length);
}

template <class T>
bool ArraySetAsSeries(Array<T> &array, bool flag) { return array.set_series(flag), true; }
template <class T>
bool ArrayGetAsSeries(const Array<T> &array) { return array.series(); }

template <class T>
void ZeroMemory(T &variable) {
  static_assert(!std::is_base_of_v<Object, T>, "ZeroMemory is for structures and arrays");
  static_assert(std::is_scalar_v<T> || std::is_aggregate_v<T> || std::is_constructible_v<T, zeroed_t>, "ZeroMemory of a structure with constructors is not taken");
  if constexpr (std::is_constructible_v<T, zeroed_t> && !std::is_aggregate_v<T> && !std::is_scalar_v<T>) variable = T(zeroed);
  else variable = zero_value<T>();
}
template <class T>
void ZeroMemory(Array<T> &array) { for (long i = 0; i < array.size(); ++i) ZeroMemory(array[i]); }

}  // namespace mql
