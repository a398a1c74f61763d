#include "branches.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace sim {
namespace {

constexpr unsigned LONGEST_SECONDS = 60;

std::string said_of(int status) {
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "an endless loop" : "killed by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "ended with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Side split(std::string &ended) {
  std::fflush(nullptr);  // or both would write what waits
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(std::string("no more processes: ") + std::strerror(errno));
  if (child == 0) {
    alarm(LONGEST_SECONDS);
    return Side::branch;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error(std::strerror(errno));
  ended = said_of(status);
  return Side::trunk;
}

}  // namespace sim
