#pragma once

#include <node_api.h>
#include <uv.h>

#include <functional>
#include <utility>

// Calls a JavaScript function from the environment's own event loop for as long as a descriptor is ready.
//
// It frees itself once libuv has let go of it, after Stop() or at the end of the environment.
class Watcher {
 public:
  // What is watched: a descriptor, the events of libuv to wait for, the object it belongs to, which is kept from being
  // collected meanwhile, and what is done before JavaScript is called.
  struct Subject {
    int fd;
    int events;
    napi_value owner;
    std::function<void()> before;
  };

  // Returns a watcher, or null with *error set to -errno. *holder is set to null if the environment ends first.
  static Watcher* Start(napi_env env, Subject subject, napi_value callback, Watcher** holder, int* error);

  // After this the callback is not called any more and the descriptor may be closed.
  void Stop();
  // Whether a ready descriptor keeps the event loop alive.
  void KeepLoopAlive(bool keep);

 private:
  Watcher(napi_env env, Subject subject, Watcher** holder)
      : env_(env), subject_(std::move(subject)), holder_(holder) {}

  static void OnReady(uv_poll_t* poll, int status, int events);
  static void OnClosed(uv_handle_t* handle);
  static void OnEnvironmentEnd(napi_async_cleanup_hook_handle hook, void* data);
  void Call();

  uv_poll_t poll_ = {};
  napi_env env_;
  Subject subject_;
  Watcher** holder_;
  napi_ref self_ = nullptr;
  napi_ref callback_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool stopped_ = false;
};
