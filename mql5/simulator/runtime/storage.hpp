// Globals and static locals that begin anew each time the program starts.
#pragma once

#include "memory.hpp"
#include "machine.hpp"

namespace mql {

// A global variable: built by the program's construct(), gone after its destroy().
template <class T>
class Global {
 public:
  T &value() { return *reinterpret_cast<T *>(bytes_); }
  template <class Build>
  void construct(Build build) {
    ZeroedStart start;
    std::memset(bytes_, 0, sizeof bytes_);
    build(static_cast<void *>(bytes_));
    built_ = true;
  }
  void destroy() {
    if (!built_) return;
    built_ = false;
    value().~T();
  }

 private:
  alignas(T) unsigned char bytes_[sizeof(T)];
  bool built_ = false;
};

// A static member: C++ has built it already, with the process.
template <class T, class Build>
void rebuild(T &member, Build build) {
  ZeroedStart start;
  member.~T();
  std::memset(static_cast<void *>(&member), 0, sizeof member);
  build(static_cast<void *>(&member));
}

// A static local: built when first reached since the program's start, gone when the program ends.
template <class T>
class StaticLocal {
 public:
  template <class Build>
  T &get(Build build) {
    if (start_ != machine().start_number()) {
      ZeroedStart start;
      std::memset(bytes_, 0, sizeof bytes_);
      build(static_cast<void *>(bytes_));
      start_ = machine().start_number();
      machine().at_end(this, [](void *self) { static_cast<StaticLocal *>(self)->forget(); });
    }
    return value();
  }

 private:
  T &value() { return *reinterpret_cast<T *>(bytes_); }
  void forget() { if (start_ != 0) start_ = 0, value().~T(); }
  alignas(T) unsigned char bytes_[sizeof(T)];
  ulong start_ = 0;
};

}  // namespace mql
