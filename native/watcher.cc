#include "watcher.h"

#include <cerrno>
#include <new>

Watcher* Watcher::Start(napi_env env, Subject subject, napi_value callback, Watcher** holder, int* error) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    *error = -EINVAL;
    return nullptr;
  }
  auto* watcher = new (std::nothrow) Watcher(env, std::move(subject), holder);
  if (watcher == nullptr) {
    *error = -ENOMEM;
    return nullptr;
  }
  *error = uv_poll_init(loop, &watcher->poll_, watcher->subject_.fd);
  if (*error != 0) {
    delete watcher;
    return nullptr;
  }
  watcher->poll_.data = watcher;

  // The loop must be empty before an environment's end: a worker's aborts the process over an open handle.
  napi_add_async_cleanup_hook(env, OnEnvironmentEnd, watcher, &watcher->hook_);
  napi_create_reference(env, watcher->subject_.owner, 1, &watcher->self_);
  napi_create_reference(env, callback, 1, &watcher->callback_);
  *error = uv_poll_start(&watcher->poll_, watcher->subject_.events, OnReady);
  if (*error != 0) {
    watcher->Stop();
    return nullptr;
  }
  return watcher;
}

void Watcher::Stop() {
  if (stopped_) return;
  stopped_ = true;
  *holder_ = nullptr;
  // What is held is let go here and not in OnClosed, which may run when JavaScript has already ended.
  napi_delete_reference(env_, self_);
  napi_delete_reference(env_, callback_);
  // uv_close takes the descriptor out of the epoll set before it returns; only the memory is needed longer.
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), OnClosed);
}

void Watcher::KeepLoopAlive(bool keep) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&poll_);
  if (keep) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

void Watcher::OnReady(uv_poll_t* poll, int status, int) {
  auto* watcher = static_cast<Watcher*>(poll->data);
  // A socket that lost messages (ENOBUFS) is in error, POLLERR, until that error is read. libuv takes it for a
  // bad descriptor and stops polling; here it is a thing to be read like any other.
  if (status < 0) uv_poll_start(poll, watcher->subject_.events, OnReady);
  if (watcher->subject_.before) watcher->subject_.before();
  watcher->Call();
}

void Watcher::OnClosed(uv_handle_t* handle) {
  auto* watcher = static_cast<Watcher*>(handle->data);
  napi_remove_async_cleanup_hook(watcher->hook_);
  delete watcher;
}

void Watcher::OnEnvironmentEnd(napi_async_cleanup_hook_handle, void* data) {
  // If already stopped, OnClosed is still to come, and the environment waits for it.
  static_cast<Watcher*>(data)->Stop();
}

void Watcher::Call() {
  napi_env env = env_;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value self, callback;
  napi_get_reference_value(env, self_, &self);
  napi_get_reference_value(env, callback_, &callback);
  // Not napi_call_function: this one runs the microtasks and ticks the callback leaves behind. The callback
  // may close the socket, so `this` is not touched afterwards.
  if (napi_make_callback(env, nullptr, self, callback, 0, nullptr, nullptr) == napi_pending_exception) {
    napi_value thrown;
    if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
  }
  napi_close_handle_scope(env, scope);
}
