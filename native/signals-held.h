#pragma once

#include <pthread.h>
#include <signal.h>

// While it lives, no signal is delivered on this thread; a thread started then never gets one.
//
// A signal for the process must not be delivered on a thread that knows nothing of libuv's handlers.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};
