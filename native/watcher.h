#pragma once

#include <node_api.h>
#include <uv.h>

class NetlinkSocket;

// Calls a JavaScript function from the environment's own event loop for as long as a descriptor is readable.
//
// It frees itself once libuv has let go of it, after Stop() or at the end of the environment.
class Watcher {
 public:
  // Returns a watcher, or null with *error set to -errno. `socket` is kept from being collected meanwhile;
  // *holder is set to null if the environment ends first.
  static Watcher* Start(napi_env env, int fd, NetlinkSocket* socket, napi_value callback, Watcher** holder, int* error);

  // After this the callback is not called any more and the descriptor may be closed.
  void Stop();
  // Whether a readable descriptor keeps the event loop alive.
  void KeepLoopAlive(bool keep);

 private:
  Watcher(napi_env env, NetlinkSocket* socket, Watcher** holder) : env_(env), socket_(socket), holder_(holder) {}

  static void OnReadable(uv_poll_t* poll, int status, int events);
  static void OnClosed(uv_handle_t* handle);
  static void OnEnvironmentEnd(napi_async_cleanup_hook_handle hook, void* data);
  void Call();

  uv_poll_t poll_ = {};
  napi_env env_;
  NetlinkSocket* socket_;
  Watcher** holder_;
  napi_ref self_ = nullptr;
  napi_ref callback_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool stopped_ = false;
};
