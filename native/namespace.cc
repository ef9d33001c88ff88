#include "namespace.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <cerrno>

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

  // A signal for the process must not be delivered on a thread that knows nothing of libuv's handlers.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Visit visit = {namespace_fd, act, argument, {0, nullptr}};
  pthread_t thread;
  const int refused = pthread_create(&thread, nullptr, Enter, &visit);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (refused != 0) return {-refused, "pthread_create"};
  pthread_join(thread, nullptr);
  return visit.outcome;
}
