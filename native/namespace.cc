#include "namespace.h"

#include <pthread.h>
#include <sched.h>

#include <cerrno>

#include "signals-held.h"

namespace {

struct Visit {
  int namespace_fd;
  Outcome (*act)(void*);
  void* argument;
  Outcome outcome;
};

void* Enter(void* data) {
  auto* visit = static_cast<Visit*>(data);
  if (setns(visit->namespace_fd, CLONE_NEWNET) != 0) {
    visit->outcome = {-errno, "setns"};
  } else {
    visit->outcome = visit->act(visit->argument);
  }
  return nullptr;
}

}  // namespace

Outcome InNamespace(int namespace_fd, Outcome (*act)(void*), void* argument) {
  if (namespace_fd < 0) return act(argument);

  Visit visit = {namespace_fd, act, argument, {0, nullptr}};
  pthread_t thread;
  const int refused = [&] {
    const SignalsHeld held;
    return pthread_create(&thread, nullptr, Enter, &visit);
  }();
  if (refused != 0) return {-refused, "pthread_create"};
  pthread_join(thread, nullptr);
  return visit.outcome;
}
